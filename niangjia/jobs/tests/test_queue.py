"""Work that is deferred: it runs after the commit, is tried again with patience, and its death is seen."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as QueuedJob

from niangjia.core.errors import DomainError, NotPermitted
from niangjia.identity.tests.factories import person
from niangjia.jobs import queue, services, tracking
from niangjia.jobs.models import JOB_TRANSITIONS, Job, JobStatus

pytestmark = pytest.mark.django_db(transaction=True)

HOUSE = Path(__file__).resolve().parents[2]
NAME = "test.work"


class Works:
    """What the registered work does next: nothing, or raise what it is given."""

    def __init__(self) -> None:
        self.fails: list[Exception] = []
        self.ran: list[dict[str, Any]] = []

    def __call__(self, **given: Any) -> None:
        self.ran.append(given)
        if self.fails:
            raise self.fails.pop(0)


@pytest.fixture
def works() -> Iterator[Works]:
    made = Works()
    queue.worker(NAME)(made)
    yield made
    del queue.functions[NAME]
    del app.tasks[NAME]


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def queued() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [NAME]
        )
        return [(status, attempts) for status, attempts in cursor.fetchall()]


def run(*, attempts: int) -> None:
    """What the real worker calls, at the attempt of this number."""
    context: Any = SimpleNamespace(job=SimpleNamespace(attempts=attempts))
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = %s", [NAME])
        arguments = cursor.fetchone()[0]
    app.tasks[NAME].func(context, **json.loads(arguments))


def test_work_is_queued_with_the_transaction_or_not_at_all(works: Works) -> None:
    with transaction.atomic():
        services.defer(NAME, n=1)
        transaction.set_rollback(True)
    assert queued() == []
    with transaction.atomic():
        services.defer(NAME, n=2)
    assert queued() == [("todo", 0)]
    assert queue.run_waiting() == 1
    assert works.ran == [{"n": 2}]


def test_work_waits_longer_after_each_failure_and_is_given_up_after_five() -> None:
    strategy = app.tasks["notices.send_text"].retry_strategy
    assert strategy is not None
    waits = []
    for attempts in range(queue.ATTEMPTS):
        job = QueuedJob(queue="default", lock=None, queueing_lock=None, task_name=NAME, attempts=attempts)
        decision = strategy.get_retry_decision(exception=ConnectionError(), job=job)
        moment = decision.retry_at if decision else None
        waits.append(round((moment - timezone.now()).total_seconds()) if moment else None)
    assert waits == [2, 4, 8, 16, None]


def test_the_row_follows_the_work_from_waiting_to_done(works: Works) -> None:
    job = services.start(NAME, label="核对名册", actor=person("周敏"), n=1)
    assert (job.status, job.attempts) == (JobStatus.WAITING, 0)
    queue.run_waiting()
    job.refresh_from_db()
    assert (job.status, job.attempts, job.message) == (JobStatus.DONE, 1, "")
    assert works.ran == [{"n": 1, "job": str(job.pk)}]


def test_a_refusal_is_the_end_and_says_why(works: Works) -> None:
    """Asking again would be refused again, so it is not tried again."""
    works.fails = [DomainError("名册有 3 行错误。", remedy="请改正后重新上传。")]
    job = services.start(NAME, label="核对名册", actor=None)
    run(attempts=0)
    job.refresh_from_db()
    assert (job.status, job.message) == (JobStatus.FAILED, "名册有 3 行错误。请改正后重新上传。")


def test_a_failure_is_tried_again_and_the_last_one_is_told(works: Works) -> None:
    job = services.start(NAME, label="核对名册", actor=None)
    seen = []
    for attempts in range(queue.ATTEMPTS):
        works.fails = [ConnectionError("gone")]
        with pytest.raises(ConnectionError):
            run(attempts=attempts)
        job.refresh_from_db()
        seen.append((job.status, job.attempts))
    assert seen == [(JobStatus.WAITING, n + 1) for n in range(4)] + [(JobStatus.FAILED, 5)]
    assert "gone" not in job.message
    assert "重新开始" in job.message


def hold(*, attempts: int, silent_for: int | None) -> None:
    """The queue as it looks when a worker took the work, and then fell silent or is gone from the list."""
    with connection.cursor() as cursor:
        key = None
        if silent_for is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
                " RETURNING id",
                [silent_for],
            )
            key = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s, worker_id = %s WHERE task_name = %s",
            [attempts, key, NAME],
        )


@pytest.mark.parametrize(
    ("silent_for", "attempts", "rescued", "queue_says", "row_says"),
    [
        (5, 0, 0, ("doing", 0), JobStatus.RUNNING),
        (60, 0, 1, ("todo", 1), JobStatus.WAITING),
        (None, 0, 1, ("todo", 1), JobStatus.WAITING),
        (60, 4, 1, ("failed", 5), JobStatus.FAILED),
    ],
    ids=["a live worker", "a silent worker", "a worker that is gone", "once too often"],
)
def test_a_dead_worker_is_seen_and_its_work_comes_back(
    works: Works,
    silent_for: int | None,
    attempts: int,
    rescued: int,
    queue_says: tuple[str, int],
    row_says: JobStatus,
) -> None:
    job = services.start(NAME, label="核对名册", actor=None)
    tracking._move(job.pk, JobStatus.RUNNING)
    hold(attempts=attempts, silent_for=silent_for)
    assert queue.rescue_stalled() == rescued
    assert queued() == [queue_says]
    job.refresh_from_db()
    assert job.status == row_says


def test_rescued_work_is_done_in_the_end(works: Works) -> None:
    job = services.start(NAME, label="核对名册", actor=None)
    hold(attempts=0, silent_for=60)
    queue.rescue_stalled()
    queue.run_waiting()
    job.refresh_from_db()
    assert job.status == JobStatus.DONE


def test_failed_work_is_started_again_by_the_one_who_started_it(works: Works) -> None:
    starter, other = person("周敏"), person("路人")
    works.fails = [DomainError("不行。")]
    job = services.start(NAME, label="核对名册", actor=starter, n=7)
    run(attempts=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")
    with pytest.raises(NotPermitted):
        services.start_again(job, actor=other)
    assert Job.objects.get().status == JobStatus.FAILED
    services.start_again(job, actor=starter)
    queue.run_waiting()
    job.refresh_from_db()
    assert (job.status, job.message) == (JobStatus.DONE, "")
    assert [given["n"] for given in works.ran] == [7, 7]


@pytest.mark.parametrize("status", [JobStatus.WAITING, JobStatus.RUNNING, JobStatus.DONE])
def test_only_failed_work_is_started_again(works: Works, status: JobStatus) -> None:
    starter = person("周敏")
    job = services.start(NAME, label="核对名册", actor=starter)
    Job.objects.update(status=status)
    if status == JobStatus.RUNNING:
        return  # a running row may wait again: that is what an interruption does
    with pytest.raises(DomainError):
        services.start_again(job, actor=starter)
    assert queued() == [("todo", 0)]


def test_work_that_the_queue_has_forgotten_is_refused_in_words(works: Works) -> None:
    starter = person("周敏")
    job = services.start(NAME, label="核对名册", actor=starter)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    Job.objects.update(status=JobStatus.FAILED)
    with pytest.raises(DomainError) as refused:
        services.start_again(job, actor=starter)
    assert refused.value.code == "forgotten"
    assert Job.objects.get().status == JobStatus.FAILED


def test_what_ended_long_ago_leaves_the_queue_and_what_failed_stays_longer(works: Works) -> None:
    for _ in range(3):
        services.defer(NAME)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id")
        done, failed, waiting = (row[0] for row in cursor.fetchall())
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ANY(%s)", [[done, failed]])
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', false)", [done])
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [failed])
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '3 days'")
    assert queue.forget_finished() == 1
    assert [status for status, _attempts in queued()] == ["failed", "todo"]
    assert waiting


def test_progress_is_seen_before_the_work_commits(works: Works) -> None:
    job = services.start(NAME, label="核对名册", actor=None)
    with transaction.atomic(), tracking.Progress(str(job.pk), total=10) as progress:
        progress.advance(4, message="第 4 行")
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT done, total, message FROM jobs_job WHERE id = %s", [job.pk])
            assert cursor.fetchone() == (4, 10, "第 4 行")
        other.close()
        transaction.set_rollback(True)
    job.refresh_from_db()
    assert (job.percent, job.message) == (40, "第 4 行")


def test_finished_work_is_never_called_running_again(works: Works) -> None:
    job = services.start(NAME, label="核对名册", actor=None)
    Job.objects.update(status=JobStatus.DONE)
    tracking._move(job.pk, JobStatus.RUNNING)
    assert Job.objects.get().status == JobStatus.DONE
    assert JOB_TRANSITIONS[JobStatus.DONE] == frozenset()


def names_deferred() -> set[str]:
    """Every literal name that any source hands to ``defer``, ``start`` or ``put``."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        if "tests" in path.parts or "migrations" in path.parts or "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if called in {"defer", "start", "put"} and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(name)):
                found.add(str(name))
    return found


def test_every_deferred_name_exists() -> None:
    names = names_deferred()
    assert "notices.send_text" in names, "the search finds what is there"
    assert names - set(app.tasks) == set()


def test_every_worker_is_named_after_its_app() -> None:
    own = {name for name in app.tasks if not name.startswith(("procrastinate", "builtin", "test."))}
    apps = {path.name for path in HOUSE.iterdir() if path.is_dir()}
    assert {name for name in own if name.split(".")[0] not in apps} == set()
