"""Files that people or the house put away: a row for each, its content in a folder that no web server serves."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from niangjia.core import access
from niangjia.files.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from datetime import date

    from niangjia.core.access import Actor


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Files of the subtrees one may look into, and those one has put there oneself."""
        return self.filter(access.scope(actor, VIEW) | models.Q(stored_by_id=actor.pk))

    def kept(self) -> Self:
        return self.filter(removed_at=None)

    def expired(self, on: "date") -> Self:
        return self.kept().filter(keep_until__lt=on)


class StoredFile(Owned):
    """One file. ``location`` is its random name on disk; ``sealed`` content is encrypted and bound to this row.

    The row outlives the content: after ``removed_at`` it still says what there was, who stored it and its digest.
    """

    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.BinaryField()
    purpose = models.CharField(max_length=60)
    sealed = models.BooleanField(default=False)
    location = models.CharField(max_length=60, unique=True, editable=False)
    stored_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField(db_default=Now())
    keep_until = models.DateField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = StoredFileQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="file_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["keep_until"], name="file_to_be_removed", condition=models.Q(removed_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def bound_to(self) -> str:
        """What the sealed content is tied to: it opens for this row and no other."""
        return f"files_storedfile.content/{self.pk}"
