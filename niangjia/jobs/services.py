"""Starting long work, by name."""

from typing import Any

from django.db import transaction

from niangjia.core.access import Actor
from niangjia.jobs import queue
from niangjia.jobs.models import Job


def defer(name: str, *, lock: str | None = None, **kwargs: Any) -> None:
    """Queue ``name`` with ``kwargs`` (JSON); it runs after the caller's transaction has committed."""
    queue.put(name, lock=lock, **kwargs)


@transaction.atomic
def start(
    name: str, *, label: str, actor: Actor | None, lock: str | None = None, result_url: str = "", **kwargs: Any
) -> Job:
    """Queue ``name`` and return the row that its starter can watch; the worker gets it as ``job``."""
    job = Job.objects.create(
        task=name, label=label[:200], result_url=result_url, started_by_id=actor.pk if actor else None
    )
    job.queue_id = queue.put(name, lock=lock, job=job.pk, **kwargs)
    job.save(update_fields=["queue_id"])
    return job


def finish_at(key: Any, url: str) -> None:
    """Say where the result of a job is to be found."""
    Job.objects.filter(pk=key).update(result_url=url)
