"""Freezing in SQL: the list is written where the members are, and no key of a person comes to Python."""

from typing import Any

from django.db import connection
from django.db.models import Func, JSONField, QuerySet, TextField, UUIDField, Value
from django.db.models.functions import Cast, Coalesce, Right

from niangjia.audiences import compile as compiling
from niangjia.audiences.explain import read_by
from niangjia.audiences.tree import Node, Test, listed
from niangjia.members.models import Member

# People are taken in slices by the last digit of their key, which is random: sixteen steps of progress of one size.
SLICES = "0123456789abcdef"
INSERT = "INSERT INTO audiences_audienceentry (audience_id, member_id, organization_path, eligible, findings) "


def entries(audience_id: Any, root: Node, people: QuerySet[Member]) -> QuerySet[Any, Any]:
    """The rows of the list, as the database will select them."""
    return (
        people.order_by()
        .annotate(
            _digit=Right(Cast("pk", TextField()), 1),
            _audience=Value(audience_id, UUIDField()),
            _eligible=Coalesce(compiling.truth(root), Value(False)),
            _findings=findings(root),
        )
        .values_list("_audience", "pk", "organization_path", "_eligible", "_findings")
    )


def insert_slice(rows: QuerySet[Any, Any], digit: str) -> int:
    """Write one slice of the entries; returns how many."""
    sql, params = rows.filter(_digit=digit).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(INSERT + sql, params)
        return int(cursor.rowcount)


def findings(root: Node) -> Func:
    """One object for each clause, in reading order: met or not or unknown, the values found, the day they are of."""
    return _json("JSONB_BUILD_ARRAY", *(_finding(node) for node, _depth in listed(root)))


def _finding(node: Node) -> Func:
    parts = [Value("met"), compiling.truth(node)]
    if isinstance(node, Test):
        read = read_by(node)
        values = [compiling.shown(reading) for reading in read]
        parts += [Value("found"), _json("JSONB_BUILD_ARRAY", *values), Value("dated"), compiling.dated(read[0])]
    return _json("JSONB_BUILD_OBJECT", *parts)


def _json(function: str, *parts: Any) -> Func:
    return Func(*parts, function=function, output_field=JSONField())
