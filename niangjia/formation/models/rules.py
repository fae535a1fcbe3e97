"""The numbers that laws and election rules set, as rows that hold for a time and name their source."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateRangeField,
    IntegerRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core.models import DatedRule


class RuleName(models.TextChoices):
    TERM_PRIMARY = "term_primary", _("Years of a term, primary unions")
    TERM_OTHER = "term_other", _("Years of a term, other unions")
    REMIND_DAYS = "remind_days", _("Days before the end of a term on which a reminder goes out")
    POSTPONE_MONTHS = "postpone_months", _("Months by which a re-election is postponed at most")
    ATTENDANCE = "attendance", _("Share of those due that must attend the election")
    VOTES = "votes", _("Share of votes that must be exceeded to be elected")
    CONTEST = "contest", _("Candidates above the number of seats of the committee, as a share of the seats")
    COMMITTEE_SIZE = "committee_size", _("Seats of the committee, by number of members")
    DELEGATES = "delegates", _("Delegates of the congress, by number of members")
    WOMEN = "women", _("Women from which on a women's committee is formed")


BANDED = frozenset({RuleName.COMMITTEE_SIZE, RuleName.DELEGATES})
FRACTIONS = frozenset({RuleName.ATTENDANCE, RuleName.VOTES, RuleName.CONTEST})


class DateRange(models.Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class NumberRange(models.Func):
    function = "INT4RANGE"
    output_field = IntegerRangeField()


HALF_OPEN = RangeBoundary(inclusive_lower=True, inclusive_upper=False)


class RuleRow(DatedRule):
    """One band of one rule: from so many members on, up to fewer than ``to_members``, ``least`` to ``most``.

    A rule that does not depend on the number of members is one band. A fraction is ``least`` divided by ``per``.
    """

    name = models.CharField(max_length=20, choices=RuleName.choices)
    from_members = models.PositiveIntegerField(default=0)
    to_members = models.PositiveIntegerField(null=True, blank=True)
    least = models.PositiveIntegerField()
    most = models.PositiveIntegerField(null=True, blank=True)
    per = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name", "-valid_from", "from_members"]
        constraints = [
            ExclusionConstraint(
                name="rule_row_one_for_each_number_and_day",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    (NumberRange("from_members", "to_members", HALF_OPEN), RangeOperators.OVERLAPS),
                    (DateRange("valid_from", "valid_to", HALF_OPEN), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="rule_row_band_ends_after_it_begins",
                condition=models.Q(to_members=None) | models.Q(to_members__gt=models.F("from_members")),
            ),
            models.CheckConstraint(
                name="rule_row_most_is_no_less_than_least",
                condition=models.Q(most=None) | models.Q(most__gte=models.F("least")),
            ),
            models.CheckConstraint(name="rule_row_is_divided_by_something", condition=models.Q(per__gt=0)),
        ]

    def __str__(self) -> str:
        return self.get_name_display()

    def allows(self, number: int) -> bool:
        """Whether ``number`` lies in what the band gives."""
        return number >= self.least and (self.most is None or number <= self.most)
