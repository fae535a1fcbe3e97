"""What a person sees of long work: one row that says how far it is and how it ended."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.core.models import Row

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class JobStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


JOB_TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.WAITING: frozenset({JobStatus.RUNNING, JobStatus.FAILED}),
    JobStatus.RUNNING: frozenset({JobStatus.RUNNING, JobStatus.DONE, JobStatus.WAITING, JobStatus.FAILED}),
    JobStatus.DONE: frozenset(),
    JobStatus.FAILED: frozenset({JobStatus.WAITING}),
}


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: "Actor") -> Self:
        """One sees the work that one has started."""
        return self.filter(started_by_id=actor.pk)

    def unfinished(self) -> Self:
        return self.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])


class Job(Row):
    """Long work that somebody waits for. ``task`` is the deferred name, ``queue_id`` the queue's own number."""

    task = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    queue_id = models.BigIntegerField(null=True)
    started_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.label

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def shape(self) -> str:
        """The shape and colour of its state on a page."""
        return {"waiting": "waiting", "running": "active", "done": "done", "failed": "refused"}[self.status]

    @property
    def is_finished(self) -> bool:
        return self.status in {JobStatus.DONE, JobStatus.FAILED}
