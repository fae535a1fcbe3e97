"""What runs by itself. A schedule of six fields has its seconds *last*; written first, it means quite another time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicTask

LEAST = timedelta(seconds=5)


def too_close(periodic: Any) -> bool:
    """Whether two runs ever follow each other within a few seconds."""
    schedule = periodic.croniter
    schedule.set_current(datetime(2026, 1, 12, 9, 0, 30, tzinfo=UTC))
    moments: list[datetime] = [schedule.get_next(datetime) for _ in range(12)]
    return min(after - before for before, after in pairwise(moments)) < LEAST


def test_nothing_runs_every_second() -> None:
    tasks = app.periodic_registry.periodic_tasks.values()
    assert len(tasks) > 5
    assert {one.task.name: one.cron for one in tasks if too_close(one)} == {}


def test_control_seconds_written_first_are_found() -> None:
    (one, *_rest) = app.periodic_registry.periodic_tasks.values()
    assert too_close(PeriodicTask(task=one.task, cron="0 * * * * *", periodic_id="", configure_kwargs={}))
