"""Who gets what at which address: every address of the site × every kind of visitor × the status of the answer.

An address that the resolver knows and the table does not is a failure, and so is one that the table names in vain.
A row tells what a reader (GET) gets; where an address only takes writes, it is marked ``POST`` and sent an empty one,
and every refused write is shown to have changed nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access_row import Row
from tests.access_table import ROWS
from tests.world import VISITORS, World, make_world

pytestmark = pytest.mark.django_db


def addresses(resolver: Any = None, space: str = "") -> Iterator[str]:
    """Names of all addresses, with their name spaces."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all rows: readers change nothing, and a refused write must not either."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def fingerprint() -> dict[str, int]:
    """How many rows each of our tables holds, but for the traces that reading leaves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = [name for (name,) in cursor.fetchall() if name not in {"django_session", "cache"}]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names))  # noqa: S608
        return dict(cursor.fetchall())


def test_every_address_has_its_row() -> None:
    known = set(addresses())
    assert known - set(ROWS) == set()
    assert set(ROWS) - known == set()


@pytest.mark.parametrize(("name", "row"), ROWS.items(), ids=ROWS.keys())
def test_each_visitor_gets_what_the_table_says(name: str, row: Row, world: World) -> None:
    got = {}
    for visitor, expected in zip(VISITORS, row.statuses.split(), strict=True):
        client = Client(raise_request_exception=False)
        if user := world.people[visitor]:
            client.force_login(user)
        address = reverse(name, kwargs={key: world.things[thing] for key, thing in row.kwargs.items()})
        before = fingerprint() if row.method != "GET" else {}
        with transaction.atomic():
            answer = client.generic(row.method, address + row.query)
            if row.method != "GET" and answer.status_code in {401, 403, 404}:
                assert fingerprint() == before, f"{visitor} was refused, and yet something changed"
            transaction.set_rollback(name.startswith("api-1:"))  # a program's write must not spoil the next row
        got[visitor] = (expected, str(answer.status_code))
    assert {visitor: pair for visitor, pair in got.items() if pair[0] != pair[1]} == {}
