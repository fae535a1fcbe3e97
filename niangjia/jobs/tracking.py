"""Keeping a ``Job`` row true while its work runs, past the transactions of that work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError
from niangjia.jobs.models import JOB_TRANSITIONS, Job, JobStatus


@contextmanager
def tracked(key: Any, *, last: bool) -> Iterator[None]:
    """Mark the row running, then done; on a failure waiting again, or failed when it was the ``last`` attempt."""
    if key is None:
        yield
        return
    _move(key, JobStatus.RUNNING, message="", attempts=models.F("attempts") + 1)
    try:
        yield
    except DomainError as refusal:
        _move(key, JobStatus.FAILED, message=str(refusal)[:300])
        return
    except Exception:
        lost(key, for_good=last)
        raise
    _move(key, JobStatus.DONE)


def lost(key: Any, *, for_good: bool) -> None:
    """Say of a piece of work that broke off whether it will be tried again."""
    if not key:
        return
    if for_good:
        message = _("This work failed. Please start it again, and tell the operator if it fails once more.")
        _move(key, JobStatus.FAILED, message=message)
    else:
        _move(key, JobStatus.WAITING, message=_("This work was interrupted and will be tried again shortly."))


def _move(key: Any, to: JobStatus, **fields: Any) -> None:
    before = [state for state, after in JOB_TRANSITIONS.items() if to in after]
    Job.objects.filter(pk=key, status__in=before).update(status=to, updated_at=Now(), **fields)


class Progress:
    """Writes how far a job is through a connection of its own, so that it is seen before the work commits."""

    def __init__(self, key: Any, *, total: int = 0) -> None:
        self.key, self.total, self.done = key, total, 0
        self._connection = connection.copy() if key else None

    def advance(self, count: int = 1, *, message: str = "") -> None:
        self.done += count
        self._write(message)

    def expect(self, total: int, *, message: str = "") -> None:
        """Say anew how much there is to do, and begin at nothing."""
        self.total, self.done = total, 0
        self._write(message)

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _write(self, message: str) -> None:
        if not self._connection:
            return
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET done = %s, total = %s, message = coalesce(nullif(%s, ''), message),"
                " updated_at = now() WHERE id = %s",
                [self.done, self.total, message, self.key],
            )
