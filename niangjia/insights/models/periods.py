"""What a unit reported for a day: submitted, approved by the unit above, and from then on locked."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import MD5, Cast, Coalesce, Concat, Now
from django.utils.translation import pgettext_lazy

from niangjia.core import access
from niangjia.core.models import Row
from niangjia.insights.models.indicators import Indicator, Told
from niangjia.insights.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class PeriodState(models.TextChoices):
    OPEN = "open", pgettext_lazy("period", "being prepared")
    SUBMITTED = "submitted", pgettext_lazy("period", "submitted")
    APPROVED = "approved", pgettext_lazy("period", "approved and locked")


PERIOD_TRANSITIONS: dict[PeriodState, frozenset[PeriodState]] = {
    PeriodState.OPEN: frozenset({PeriodState.SUBMITTED}),
    PeriodState.SUBMITTED: frozenset({PeriodState.APPROVED, PeriodState.OPEN}),
    PeriodState.APPROVED: frozenset(),
}


class PeriodQuerySet(models.QuerySet["Period"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Period(Owned):
    """The figures of a unit for the day ``ends_on``; a correction is a later version beside the one it corrects."""

    ends_on = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=PeriodState.choices, default=PeriodState.OPEN)
    known_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="correction")
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[Any] = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "organization__sort_key", "-version"]
        indexes = [
            models.Index(fields=["organization_path"], name="period_by_place", opclasses=["text_pattern_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "ends_on", "version"], name="period_one_per_unit_day_and_version"
            ),
            models.UniqueConstraint(
                fields=["organization", "ends_on"],
                condition=~models.Q(state="approved"),
                name="period_one_in_preparation_per_unit_and_day",
            ),
            # What the locks of an approved period refer to: see the migration.
            models.UniqueConstraint(fields=["id", "state"], name="period_and_its_state"),
            models.CheckConstraint(
                condition=models.Q(state="open", known_at=None) | (~models.Q(state="open") & ~models.Q(known_at=None)),
                name="period_submitted_has_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(state="approved", approved_at__isnull=False)
                | (~models.Q(state="approved") & models.Q(approved_at=None)),
                name="period_approved_has_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(supersedes=None, version=1)
                | (models.Q(supersedes__isnull=False, version__gt=1) & ~models.Q(reason="")),
                name="period_correction_has_a_reason_and_what_it_corrects",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.ends_on}"


def _text(field: str) -> Coalesce:
    return Coalesce(Cast(field, models.TextField()), models.Value("-", output_field=models.TextField()))


def _said(*fields: str) -> MD5:
    """A short mark of what the fields say together."""
    parts: list[Any] = [_text(fields[0])]
    for field in fields[1:]:
        parts += [models.Value("/", output_field=models.TextField()), _text(field)]
    return MD5(Concat(*parts))


class PeriodValue(Told, Row):
    """One figure of a period, with its words and its definition as they were when it was read."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="values")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    counted = models.BigIntegerField()
    over = models.BigIntegerField(null=True)
    digest = models.GeneratedField(
        expression=_said("counted", "over", "version", "numerator", "denominator", "measure"),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )

    class Meta:
        ordering = ["period", "indicator__position"]
        constraints = [
            models.UniqueConstraint(fields=["period", "indicator"], name="period_value_one_per_indicator"),
            models.UniqueConstraint(fields=["id", "digest"], name="period_value_and_what_it_says"),
        ]

    def __str__(self) -> str:
        return self.name


class Lock(Row):
    """Holds a figure of an approved period: the database refuses to change the figure, or to open the period, for as
    long as this row refers to both by what they say."""

    value = models.OneToOneField(PeriodValue, on_delete=models.PROTECT, related_name="lock")
    digest = models.CharField(max_length=32)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="locks")
    state = models.CharField(max_length=10, choices=PeriodState.choices, default=PeriodState.APPROVED)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state="approved"), name="lock_is_of_an_approved_period"),
        ]
