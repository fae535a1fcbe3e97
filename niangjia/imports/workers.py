"""Checking and writing batches; letting old ones go."""

from uuid import UUID

from django.utils import timezone

from niangjia.identity.models import User
from niangjia.imports import services
from niangjia.jobs.queue import worker


@worker("imports.check")
def check(batch: str, as_user: str | None = None, job: str | None = None) -> None:
    services.check_batch(UUID(batch), on=timezone.localdate(), actor=_actor(as_user), job=job)


@worker("imports.mark")
def mark(batch: str) -> None:
    services.mark_file(UUID(batch), on=timezone.localdate())


@worker("imports.commit")
def commit(batch: str, as_user: str | None = None, job: str | None = None) -> None:
    now = timezone.now()
    services.commit_batch(UUID(batch), on=timezone.localdate(now), at=now, actor=_actor(as_user), job=job)


@worker("imports.forget", attempts=1, cron="20 3 * * *")
def forget() -> None:
    services.forget_batches(at=timezone.now())


def _actor(key: str | None) -> User | None:
    return User.objects.get(pk=key) if key else None
