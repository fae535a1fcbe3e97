"""A file on its way in: the batch, its rows with a verdict each, and which headers meant which fields."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.fields import EncryptedField
from niangjia.core.models import Row
from niangjia.imports import registry
from niangjia.imports.verdicts import GOOD, Verdict
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class BatchStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Waiting for its columns")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, not yet written")
    COMMITTING = "committing", _("Being written")
    COMMITTED = "committed", _("Written")
    DISCARDED = "discarded", _("Discarded")


BATCH_TRANSITIONS: dict[BatchStatus, frozenset[BatchStatus]] = {
    BatchStatus.UPLOADED: frozenset({BatchStatus.CHECKING, BatchStatus.DISCARDED}),
    BatchStatus.CHECKING: frozenset(
        {BatchStatus.CHECKING, BatchStatus.CHECKED, BatchStatus.UPLOADED, BatchStatus.DISCARDED}
    ),
    BatchStatus.CHECKED: frozenset({BatchStatus.CHECKING, BatchStatus.COMMITTING, BatchStatus.DISCARDED}),
    BatchStatus.COMMITTING: frozenset({BatchStatus.COMMITTING, BatchStatus.COMMITTED}),
    BatchStatus.COMMITTED: frozenset(),
    BatchStatus.DISCARDED: frozenset(),
}


def _in_scope(actor: "Actor", prefix: str = "") -> models.Q:
    """Batches of the targets that ``actor`` may import into, where she may."""
    allowed = models.Q(pk__in=[])
    for target in registry.targets():
        scope = access.scope(actor, target.permission, field=f"{prefix}organization_path")
        allowed |= models.Q(**{f"{prefix}target": target.name}) & scope
    return allowed


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(_in_scope(actor))

    def unfinished(self) -> Self:
        return self.exclude(status__in=[BatchStatus.COMMITTED, BatchStatus.DISCARDED])


class Batch(Owned):
    """One uploaded file. ``mapping`` names the field of each column, ``counts`` what check and commit found."""

    target = models.CharField(max_length=40)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    marked_file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=4)
    sheets = models.JSONField(default=list)
    sheet = models.PositiveSmallIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=BatchStatus.choices, default=BatchStatus.UPLOADED)
    counts = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="batch_by_place", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.file.name

    @property
    def is_writing(self) -> bool:
        return self.status == BatchStatus.COMMITTING

    @property
    def is_running(self) -> bool:
        return self.is_writing or self.status == BatchStatus.CHECKING

    @property
    def written(self) -> int | str:
        """How many rows were written; nothing as long as none could be."""
        counts = self.counts
        return counts["written_new"] + counts["written_changed"] if "written_new" in counts else ""

    @property
    def good(self) -> int:
        """How many rows the check found fit to be written."""
        return int(self.counts.get("new", 0) + self.counts.get("changed", 0))


class BatchRowQuerySet(models.QuerySet["BatchRow"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(_in_scope(actor, "batch__"))

    def good(self) -> Self:
        return self.filter(verdict__in=GOOD)


class BatchRow(Row):
    """One row of the file. What it says and what was found is sealed, since it holds ID numbers."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    payload = EncryptedField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    has_warnings = models.BooleanField(default=False)
    written_at = models.DateTimeField(null=True)
    was_written = models.BooleanField(default=False)

    objects: ClassVar[Any] = BatchRowQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="row_once_per_number_and_batch"),
            models.CheckConstraint(
                name="row_written_has_a_moment",
                condition=models.Q(was_written=False) | models.Q(written_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["batch", "verdict", "number"], name="row_by_verdict")]

    def __str__(self) -> str:
        return str(self.number)


class HeaderMemory(Owned):
    """What an officer of this union has decided a header means; ``field`` is empty for a column left out."""

    target = models.CharField(max_length=40)
    header = models.CharField(max_length=80)
    field = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "target", "header"], name="header_means_one_thing_per_union_and_target"
            )
        ]

    def __str__(self) -> str:
        return self.header
