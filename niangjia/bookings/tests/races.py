"""Tools for races: threads that start together, and a schema of its own in which a guard can be taken away."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, connections
from psycopg.conninfo import conninfo_to_dict

from niangjia.bookings.migrations import __file__ as migrations
from niangjia.core.ids import uuid7

SQL = Path(migrations).parent.parent / "sql"
FUNCTION = (SQL / "book_batch_2.sql").read_text(encoding="utf-8")
TERMS = "".join((SQL / f"terms_{number}.sql").read_text(encoding="utf-8") for number in (1, 2))
TABLES = [
    "bookings_offer",
    "bookings_offerstock",
    "bookings_booking",
    "bookings_claimant",
    "bookings_passepoch",
    "bookings_tally",
    "audiences_audienceentry",
    "ledgers_item",
    "ledgers_stockentry",
]
LOCK = "PERFORM 1 FROM bookings_offerstock s WHERE s.offer_id = p_offer FOR UPDATE;"
# Everything has been read, nothing written: where everybody of the batch gets a piece, and where not.
EVERYBODY = """SELECT u.id, offer.organization_id, offer.organization_path, p_offer, u.m, next_one + u.i - 1,
                   'booked', 'online', false, moment
            FROM unnest(p_ids, p_members) WITH ORDINALITY AS u(id, m, i)"""
WINDOWS = (EVERYBODY, "FROM verdicts v")
TALLY_LOCK = "ORDER BY t.limit_id, t.subject FOR UPDATE;"
TALLY_WINDOW = "UPDATE bookings_tally t SET taken"  # the limit has been looked at, nothing counted
PAUSE = ", (SELECT pg_sleep(0.05) OFFSET 0) AS pause"


def dsn(**more: Any) -> dict[str, Any]:
    """The test database, past Django."""
    return conninfo_to_dict(settings.DATABASE_URL) | {"dbname": connection.settings_dict["NAME"]} | more


def together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the jobs in threads that begin at once; each one's result, or its exception."""
    gate = threading.Barrier(len(jobs))
    found: list[Any] = [None] * len(jobs)

    def run(number: int) -> None:
        try:
            gate.wait(10)
            found[number] = jobs[number]()
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


class Scratch:
    """A copy of the lane's tables and its function, with a pause between reading and writing that shows every race."""

    name = "control"

    def book(self, offer: UUID, members: Sequence[UUID]) -> list[int]:
        """One call of the function on a connection of its own, as a lane makes it."""
        with psycopg.connect(**dsn(options=f"-c search_path={self.name},public"), autocommit=True) as raw:
            keys = [uuid7() for _ in members]
            row = raw.execute(
                "SELECT answers FROM bookings_book_batch(%s, %s, %s, %s, %s::integer[])",
                [offer, uuid7(), keys, list(members), [0] * len(members)],
            ).fetchone()
            assert row is not None
            raw.execute("SELECT pg_stat_force_next_flush()")
            return list(row[0])

    def rows(self) -> list[tuple[int, UUID]]:
        with psycopg.connect(**dsn()) as raw:
            return raw.execute("SELECT number, member_id FROM control.bookings_booking").fetchall()


@contextmanager
def scratch(*, lock: bool = True, tally_lock: bool = True, constraints: bool = True) -> Iterator[Scratch]:
    """The schema with all rows that there are, with or without the row locks, with or without the constraints."""
    assert all(FUNCTION.count(place) == 1 for place in (LOCK, *WINDOWS))
    assert all(TERMS.count(place) == 1 for place in (TALLY_LOCK, TALLY_WINDOW))
    body = FUNCTION
    for window in WINDOWS:
        body = body.replace(window, window + PAUSE)
    terms = TERMS.replace(TALLY_WINDOW, f"PERFORM pg_sleep(0.1); {TALLY_WINDOW}")
    if not lock:
        body = body.replace(LOCK, "")
    if not tally_lock:
        terms = terms.replace(TALLY_LOCK, ";")
    with psycopg.connect(**dsn(), autocommit=True) as raw:
        raw.execute(f"CREATE SCHEMA {Scratch.name}")
        try:
            for table in TABLES:
                like = "INCLUDING ALL" if constraints else "INCLUDING DEFAULTS"
                if table == "bookings_tally" and not constraints:  # its key is where a row is looked for, no guard
                    like = "INCLUDING INDEXES"
                raw.execute(f"CREATE TABLE {Scratch.name}.{table} (LIKE public.{table} {like})")
                raw.execute(f"ALTER TABLE {Scratch.name}.{table} SET (autovacuum_enabled = off)")
                raw.execute(f"INSERT INTO {Scratch.name}.{table} TABLE public.{table}")
            raw.execute(f"SET search_path = {Scratch.name}, public")
            for text in (body, terms):
                made = text.replace("CREATE OR REPLACE FUNCTION ", f"CREATE OR REPLACE FUNCTION {Scratch.name}.")
                raw.execute(made.encode())
            yield Scratch()
        finally:
            raw.execute(f"DROP SCHEMA {Scratch.name} CASCADE")
