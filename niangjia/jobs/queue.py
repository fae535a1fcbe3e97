"""The queue: procrastinate inside the same database. The only module that knows its name, beside the settings."""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db import close_old_connections, connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from niangjia.jobs import tracking

Function = TypeVar("Function", bound=Callable[..., None])

ATTEMPTS = 5
FIRST_WAIT = 2  # seconds; doubled at each further attempt
functions: dict[str, Callable[..., None]] = {}


def worker(name: str, *, attempts: int = ATTEMPTS, cron: str = "") -> Callable[[Function], Function]:
    """Register a job under ``name``; it may run twice. With ``cron`` (six fields, seconds last) it runs by itself.

    Keyword ``job`` (the key of a ``Job`` row), when deferred with one, is passed on and its state kept.
    """

    def register(function: Function) -> Function:
        retry = RetryStrategy(max_attempts=attempts - 1, exponential_wait=FIRST_WAIT) if attempts > 1 else False

        def run(context: JobContext, /, **arguments: Any) -> None:
            try:
                run_once(name, arguments, last=context.job.attempts + 1 >= attempts)
            finally:
                close_old_connections()  # the worker's threads belong to no request that would

        task: Any = app.task(name=name, retry=retry, pass_context=True)(run)
        if cron:
            app.periodic(cron=cron)(task)
        functions[name] = function
        return function

    return register


def run_once(name: str, arguments: dict[str, Any], *, last: bool) -> None:
    """Run the job ``name`` here and now, keeping its ``Job`` row true."""
    arguments.pop("timestamp", None)  # what the clock adds to work that runs by itself
    with tracking.tracked(arguments.get("job"), last=last):
        functions[name](**arguments)


def put(name: str, *, lock: str | None = None, job: UUID | None = None, **kwargs: Any) -> int:
    """Queue the job ``name`` within the caller's transaction: it runs after the commit, or never."""
    if job:
        kwargs["job"] = str(job)
    return app.configure_task(name, lock=lock).defer(**kwargs)


def run_waiting(limit: int = 1_000) -> int:
    """Run what waits, here and now, in order; for loading data and for tests. The first failure is raised."""
    done = 0
    while done < limit and (row := _take()):
        number, name, arguments = row
        run_once(name, arguments, last=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", [number])
        done += 1
    return done


def _take() -> tuple[int, str, dict[str, Any]] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))"
            " RETURNING id, task_name, args::text"
        )
        row = cursor.fetchone()
    return (row[0], row[1], json.loads(row[2])) if row else None


def rescue_stalled(silent_for: int = 30) -> int:
    """Queue again what a worker held that has been silent for so many seconds; give up after the usual attempts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.attempts, j.args->>'job' FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
            " WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))",
            [silent_for],
        )
        stalled = cursor.fetchall()
        for number, attempts, key in stalled:
            if attempts + 1 >= ATTEMPTS:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [number])
                tracking.lost(key, for_good=True)
            else:
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [number])
                tracking.lost(key, for_good=False)
    return len(stalled)


def put_again(number: int) -> int | None:
    """Queue once more what was queued as ``number``; nothing when the queue has forgotten it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, lock, args::text FROM procrastinate_jobs WHERE id = %s", [number])
        row = cursor.fetchone()
    if row is None or row[0] not in functions:
        return None
    name, lock, arguments = row
    return app.configure_task(name, lock=lock).defer(**json.loads(arguments))


def forget_finished(*, succeeded_days: int = 2, failed_days: int = 90) -> int:
    """Delete from the queue what ended long ago: the house's own periodic work alone leaves thousands a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs j WHERE j.status NOT IN ('todo', 'doing') AND NOT EXISTS ("
            " SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - make_interval(days =>"
            " CASE j.status WHEN 'succeeded' THEN %s ELSE %s END))",
            [succeeded_days, failed_days],
        )
        return int(cursor.rowcount)
