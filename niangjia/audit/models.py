"""The history of the house: rows are added, chained a few seconds later, and never changed."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Now

from niangjia.audit.permissions import VIEW
from niangjia.core import access
from niangjia.core.models import Row

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))

    def unsealed(self) -> Self:
        return self.filter(sequence=None)

    def about(self, target: models.Model) -> Self:
        return self.filter(target_type=target._meta.label_lower, target_id=str(target.pk))


class Entry(Row):
    """Who did what to what, when and where. ``sequence`` and ``digest`` are set once, by the sealer."""

    keeps_path_of_its_day = True  # a move of the unit rewrites no history

    at = models.DateTimeField(db_default=Now())
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60)
    target_id = models.CharField(max_length=60)
    target_name = models.CharField(max_length=200)
    organization_path = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    sequence = models.BigIntegerField(null=True, unique=True)
    digest = models.BinaryField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="entry_by_target"),
            models.Index(
                fields=["organization_path", "id"], name="entry_by_place", opclasses=["text_pattern_ops", "uuid_ops"]
            ),
            models.Index(fields=["id"], name="entry_not_yet_sealed", condition=models.Q(sequence=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="entry_is_sealed_whole_or_not_at_all",
                condition=models.Q(sequence=None, digest=None)
                | models.Q(sequence__isnull=False, digest__isnull=False),
            )
        ]
