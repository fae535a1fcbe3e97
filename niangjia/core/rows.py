"""One new row in one statement: ``Model.save`` in a third of its time, for what is written most."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import DatabaseDefault


def insert(row: models.Model) -> None:
    """Insert ``row``, which is new and has its key; what the database computes is read back."""
    statement, values, computed = _insertion(row)
    database = connections[DEFAULT_DB_ALIAS]
    if computed:
        columns = ", ".join(database.ops.quote_name(str(field.column)) for field in computed)
        statement = f"{statement} RETURNING {columns}"
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        if computed:
            for field, value in zip(computed, cursor.fetchone(), strict=True):
                setattr(row, field.attname, value)
    _mark_saved(row)


def insert_new(row: models.Model) -> bool:
    """Insert ``row`` unless one that a constraint allows only once is there; whether it was written.

    Unlike an ``IntegrityError`` this spoils no transaction, and needs no savepoint. Nothing is read back.
    """
    statement, values, _computed = _insertion(row)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(f"{statement} ON CONFLICT DO NOTHING", values)
        written = bool(cursor.rowcount)
    if written:
        _mark_saved(row)
    return written


def _insertion(row: models.Model) -> tuple[str, list[Any], list[Any]]:
    """The statement, its values, and the fields that are left to the database."""
    database = connections[DEFAULT_DB_ALIAS]
    quote = database.ops.quote_name
    columns, values, computed = [], [], []
    for field in row._meta.concrete_fields:
        value = None if field.generated else field.pre_save(row, add=True)
        if field.generated or isinstance(value, DatabaseDefault):
            computed.append(field)
        else:
            columns.append(quote(str(field.column)))
            values.append(field.get_db_prep_save(value, database))
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    table = quote(row._meta.db_table)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", values, computed  # noqa: S608 (names of our own columns)


def _mark_saved(row: models.Model) -> None:
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS
