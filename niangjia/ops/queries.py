"""Is the installation well? Cheap answers for machines, asked every few seconds."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader

LONGEST_WAIT = 600  # seconds a job that is due may wait
DJANGOS_OWN = frozenset({"context", "cursor_factory"})

DUE = """
SELECT coalesce(extract(epoch FROM now() - min(greatest(event.at, coalesce(job.scheduled_at, event.at)))), 0)::float
FROM procrastinate_jobs job
JOIN procrastinate_events event ON event.job_id = job.id AND event.type IN ('deferred', 'deferred_for_retry')
WHERE job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now()
"""
WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'"
FAILED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"


@dataclass(frozen=True)
class Health:
    """``unapplied`` and the jobs' numbers are None when the database does not answer."""

    database: bool
    version: int = 0
    unapplied: int | None = None
    waiting: float | None = None
    workers: int | None = None
    failed: int | None = None
    reason: str = ""

    @property
    def migrated(self) -> bool:
        return self.unapplied == 0

    @property
    def flowing(self) -> bool:
        return self.waiting is not None and self.waiting <= LONGEST_WAIT

    @property
    def well(self) -> bool:
        return self.database and self.migrated and self.flowing


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations this code has; reading them costs a tenth of a second, and they do not change while it runs."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.disk_migrations)


def health() -> Health:
    """Asked on a connection of its own: a pool that is used up is no fault of the database."""
    try:
        with connect() as link:
            version = link.info.server_version
            try:
                applied = link.execute("SELECT app, name FROM django_migrations").fetchall()
                unapplied = len(known_migrations() - {(app, name) for app, name in applied})
                waiting = _number(link.execute(DUE))
                workers, failed = (int(_number(link.execute(query))) for query in (WORKERS, FAILED))
            except psycopg.errors.UndefinedTable:
                return Health(True, version, unapplied=len(known_migrations()))
    except psycopg.OperationalError as error:
        return Health(False, reason=str(error).strip())
    return Health(True, version, unapplied, waiting, workers, failed)


def _number(cursor: psycopg.Cursor[tuple[Any, ...]]) -> float:
    row = cursor.fetchone()
    return float(row[0]) if row else 0.0


def connect() -> psycopg.Connection[tuple[Any, ...]]:
    parameters = {name: value for name, value in connection.get_connection_params().items() if name not in DJANGOS_OWN}
    return psycopg.connect(**parameters | {"connect_timeout": 3}, autocommit=True)
