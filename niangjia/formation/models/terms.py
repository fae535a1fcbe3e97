"""How long a union's officers have been elected for, and who holds which post."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.formation.models.rules import HALF_OPEN, DateRange
from niangjia.formation.permissions import VIEW
from niangjia.members.models import Member
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from datetime import date

    from niangjia.core.access import Actor


class Body(models.TextChoices):
    COMMITTEE = "committee", _("Union committee")
    AUDIT = "audit", _("Audit committee")
    WOMEN = "women", _("Women's committee")


class PostKind(models.TextChoices):
    CHAIR = "chair", _("Chair")
    VICE_CHAIR = "vice_chair", _("Vice chair")
    MEMBER = "member", _("Committee member")
    AUDIT_CHAIR = "audit_chair", _("Chair of the audit committee")
    AUDIT_MEMBER = "audit_member", _("Member of the audit committee")
    WOMEN_CHAIR = "women_chair", _("Chair of the women's committee")
    WOMEN_MEMBER = "women_member", _("Member of the women's committee")


BODIES: dict[PostKind, Body] = {
    PostKind.CHAIR: Body.COMMITTEE,
    PostKind.VICE_CHAIR: Body.COMMITTEE,
    PostKind.MEMBER: Body.COMMITTEE,
    PostKind.AUDIT_CHAIR: Body.AUDIT,
    PostKind.AUDIT_MEMBER: Body.AUDIT,
    PostKind.WOMEN_CHAIR: Body.WOMEN,
    PostKind.WOMEN_MEMBER: Body.WOMEN,
}
HEADS = (PostKind.CHAIR, PostKind.AUDIT_CHAIR, PostKind.WOMEN_CHAIR)


class OfUnitsQuerySet(models.QuerySet[Any]):
    """Rows of units, read by those who look after founding and re-election there."""

    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class TermQuerySet(OfUnitsQuerySet):
    def running(self) -> Self:
        """Terms that no later one has followed, due or overdue."""
        return self.filter(ended_on=None)

    def overdue(self, on: "date") -> Self:
        return self.running().filter(due_on__lte=on, organization__closed_on=None)


class Term(Owned):
    """The time for which a union's officers were elected. ``until`` is its end as elected, ``due_on`` the day by
    which the re-election is due (later than ``until`` once a postponement is approved), ``ended_on`` the day on which
    the next term began; days at the end are exclusive. ``deadline_on`` is the day that the union above has set.
    """

    starts_on = models.DateField(_("begins on"))
    years = models.PositiveSmallIntegerField(_("years"))
    until = models.DateField()
    due_on = models.DateField()
    ended_on = models.DateField(null=True)
    deadline_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)

    objects: ClassVar[Any] = TermQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        indexes = [
            models.Index(fields=["organization_path"], name="term_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["due_on"], name="term_running_by_due_day", condition=models.Q(ended_on=None)),
        ]
        constraints = [
            ExclusionConstraint(
                name="term_one_at_a_time_per_organization",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ended_on", HALF_OPEN), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="term_is_due_when_it_ends_or_later",
                condition=models.Q(until__gt=models.F("starts_on"), due_on__gte=models.F("until")),
            ),
            models.CheckConstraint(
                name="term_ends_after_it_begins",
                condition=models.Q(ended_on=None) | models.Q(ended_on__gt=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.starts_on.year}–{self.until.year}"

    def is_overdue(self, on: "date") -> bool:
        return self.ended_on is None and self.due_on <= on


class PostQuerySet(OfUnitsQuerySet):
    def on(self, day: "date") -> Self:
        return self.filter(models.Q(valid_to=None) | models.Q(valid_to__gt=day), valid_from__lte=day)


class Post(Owned):
    """Somebody holds an office of a union for a time, end-exclusive; linked to the member where the name is known."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField(_("post"), max_length=12, choices=PostKind.choices)
    name = models.CharField(_("name"), max_length=60)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Any] = PostQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["organization_path"], name="post_by_place", opclasses=["text_pattern_ops"])]
        constraints = [
            ExclusionConstraint(
                name="post_one_head_of_a_body_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", HALF_OPEN), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(kind__in=HEADS),
            ),
            models.CheckConstraint(
                name="post_ends_no_earlier_than_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class PostponementStatus(models.TextChoices):
    ASKED = "asked", _("Asked for")
    GRANTED = "granted", _("Granted")
    DENIED = "denied", _("Not granted")


POSTPONEMENT_TRANSITIONS: dict[PostponementStatus, frozenset[PostponementStatus]] = {
    PostponementStatus.ASKED: frozenset({PostponementStatus.GRANTED, PostponementStatus.DENIED}),
    PostponementStatus.GRANTED: frozenset(),
    PostponementStatus.DENIED: frozenset(),
}


class Postponement(Owned):
    """A union asks to hold its re-election later; the union above decides."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="postponements")
    until = models.DateField()
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=PostponementStatus.choices, default=PostponementStatus.ASKED)
    asked_on = models.DateField()
    decided_on = models.DateField(null=True)
    decision = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = OfUnitsQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="postponement_by_place", opclasses=["text_pattern_ops"])
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["term"],
                condition=models.Q(status=PostponementStatus.ASKED),
                name="postponement_one_undecided_per_term",
            ),
            models.CheckConstraint(
                name="postponement_decided_has_its_day",
                condition=models.Q(status=PostponementStatus.ASKED, decided_on=None)
                | ~models.Q(status=PostponementStatus.ASKED) & models.Q(decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="postponement_denied_has_reasons",
                condition=~models.Q(status=PostponementStatus.DENIED) | ~models.Q(decision=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term} → {self.until}"
