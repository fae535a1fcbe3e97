"""One rehearsal at a time, and nothing left behind: whatever is there while nobody holds the lock is a leftover."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from niangjia.bookings.services import RehearsalUnderWay
from niangjia.ops.queries import connect
from niangjia.ops.rehearsal.world import Connection, World

LOCK = 0x7265_6865  # held by the session that rehearses, and let go when it dies, however it dies: "rehe"
PREFIX = "rehearsal_"
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^rehearsal_[0-9a-f]{8}$'"
INHABITANTS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'niangjia lane' AND pid IN (
        SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relnamespace = %s::regnamespace)"""


@contextmanager
def alone() -> Iterator[Connection | None]:
    """A connection that holds the lock for as long as it lives; nothing when another rehearsal holds it."""
    with connect() as raw:
        row = raw.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        yield raw if row and row[0] else None


@contextmanager
def world() -> Iterator[World]:
    """A new world, after the leftovers of dead ones have gone. It is gone itself when this ends."""
    with alone() as raw:
        if raw is None:
            raise RehearsalUnderWay
        clear(raw)
        made = World(raw, PREFIX + secrets.token_hex(4))
        try:
            made.build()
            yield made
        finally:
            raw.execute("SET statement_timeout = '60s'")
            drop(raw, made.name)


def clear(raw: Connection) -> list[str]:
    """Remove what dead rehearsals have left; the caller holds the lock. Returns the names of the schemas."""
    names = [str(row[0]) for row in raw.execute(SCHEMAS)]
    for name in names:
        drop(raw, name)
    return names


def drop(raw: Connection, name: str) -> None:
    """The schema with all in it, past a lane that a killed rehearsal may have left at work there."""
    raw.execute("RESET search_path")
    exists = raw.execute("SELECT to_regnamespace(%s) IS NOT NULL", [name]).fetchone()
    if not exists or not exists[0]:
        return
    for _attempt in range(3):
        raw.execute(INHABITANTS, [name])
        try:
            with raw.transaction():
                raw.execute("SET LOCAL lock_timeout = '5s'")
                raw.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
        except psycopg.errors.LockNotAvailable:
            continue
        return
