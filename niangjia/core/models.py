"""Abstract bases only: ``core`` owns no table."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

from niangjia.core.ids import uuid7

if TYPE_CHECKING:
    from datetime import date


class Row(models.Model):
    """A row whose key the application makes, so that a client may send its own and ask again safely."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold for a time, end-exclusive."""

    def on(self, day: "date") -> Self:
        return self.filter(models.Q(valid_to=None) | models.Q(valid_to__gt=day), valid_from__lte=day)


class DatedRule(Row):
    """One row of a rule that a regulation sets: its value, since when, until when, and its source."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    confirmed_by = models.CharField(max_length=100, blank=True)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
