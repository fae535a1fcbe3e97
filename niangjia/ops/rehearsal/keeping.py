"""One rehearsal at a time, and nothing left behind: whatever is there while nobody holds the lock is a leftover."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from niangjia.bookings.services import RehearsalUnderWay
from niangjia.ops.queries import connect
from niangjia.ops.rehearsal.world import Connection, World

LOCK = 0x7265_6865  # held by the session that rehearses, and let go when it dies, however it dies: "rehe"
CLEARING = 3.0  # seconds for which whoever removes leftovers may hold it
PREFIX = "rehearsal_"
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^rehearsal_[0-9a-f]{8}$'"
INHABITANTS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'niangjia lane' AND pid IN (
        SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relnamespace = %s::regnamespace)"""


@contextmanager
def alone(*, patience: float = 0.0) -> Iterator[Connection | None]:
    """A connection that holds the lock for as long as it lives; nothing when another rehearsal holds it."""
    deadline = time.monotonic() + patience
    with connect() as raw:
        while not (held := _try_lock(raw)) and time.monotonic() < deadline:
            time.sleep(0.1)
        yield raw if held else None


def _try_lock(raw: Connection) -> bool:
    row = raw.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    return bool(row and row[0])


@contextmanager
def world() -> Iterator[World]:
    """A new world with a folder, after the leftovers of dead ones have gone. It is gone itself when this ends."""
    with alone(patience=CLEARING) as raw:
        if raw is None:
            raise RehearsalUnderWay
        clear(raw)
        name = PREFIX + secrets.token_hex(4)
        with _folder(name) as folder:
            made = World(raw, name, folder)
            try:
                made.build()
                yield made
            finally:
                drop(raw, name)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """Keys, orders, answers and logs, for the owner alone; locked for as long as this process lives."""
    folder = folders() / name
    folder.mkdir(mode=0o700, parents=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def folders() -> Path:
    """Where they lie, on this machine."""
    return Path(settings.HOME) / "rehearsals"


def clear(raw: Connection) -> None:
    """Remove what dead rehearsals have left; the caller holds the lock."""
    for (name,) in raw.execute(SCHEMAS).fetchall():
        drop(raw, name)
    for folder in folders().glob(f"{PREFIX}*"):
        _sweep(folder)


def _sweep(folder: Path) -> None:
    """A folder goes when nobody holds it: the home may serve another database too, as in tests."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


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
