"""Starting long work, by name."""

from typing import Any

from django.utils.translation import gettext as _

from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, NotPermitted
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.jobs import queue
from niangjia.jobs.models import JOB_TRANSITIONS, Job, JobStatus


def defer(name: str, *, lock: str | None = None, **kwargs: Any) -> None:
    """Queue ``name`` with ``kwargs`` (JSON); it runs after the caller's transaction has committed."""
    queue.put(name, lock=lock, **kwargs)


@whole
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


@whole
def start_again(job: Job, *, actor: Actor) -> Job:
    """Try failed work once more, for the one who started it; its row is the same."""
    job = Job.objects.select_for_update(of=["self"]).get(pk=job.pk)
    if job.started_by_id != actor.pk:
        raise NotPermitted(_("Only the person who started this work can start it again."))
    advance(job, JobStatus.WAITING, JOB_TRANSITIONS)
    job.queue_id = queue.put_again(job.queue_id) if job.queue_id else None
    if job.queue_id is None:
        raise DomainError(
            _("This work is too old to be started again from here."),
            remedy=_("Start it from the page where it began."),
            code="forgotten",
        )
    job.done, job.message = 0, ""
    job.save(update_fields=["status", "queue_id", "done", "message", "updated_at"])
    return job


def finish_at(key: Any, url: str) -> None:
    """Say where the result of a job is to be found."""
    Job.objects.filter(pk=key).update(result_url=url)
