"""Rules and their versions, audiences, and the list into which an audience is frozen."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.permissions import VIEW
from niangjia.core import access
from niangjia.core.models import DatedRule, Row
from niangjia.jobs.models import Job
from niangjia.members.models import Member
from niangjia.members.permissions import VIEW as MEMBERS
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class RuleQuerySet(models.QuerySet["Rule"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Rule(Owned):
    """Who is eligible, under one name. What it says stands in its versions."""

    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="rule_one_per_name_and_organization")
        ]

    def __str__(self) -> str:
        return self.name


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW, field="rule__organization_path"))


class RuleVersion(Row):
    """What a rule says from one saving to the next: never changed. ``digest`` is SHA-256 of the source."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64, editable=False)
    conditions = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = RuleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_number_is_used_once_per_rule")
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.number}"


class AudienceStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    FREEZING = "freezing", _("Being frozen")
    FROZEN = "frozen", _("Frozen")


AUDIENCE_TRANSITIONS: dict[AudienceStatus, frozenset[AudienceStatus]] = {
    AudienceStatus.DRAFT: frozenset({AudienceStatus.FREEZING}),
    AudienceStatus.FREEZING: frozenset({AudienceStatus.FREEZING, AudienceStatus.FROZEN}),
    AudienceStatus.FROZEN: frozenset(),
}


class AudienceQuerySet(models.QuerySet["Audience"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))

    def frozen(self) -> Self:
        return self.filter(status=AudienceStatus.FROZEN)


class Audience(Owned):
    """A rule applied to the live members of one unit; once frozen, a list that answers every later question.

    ``words`` and ``clauses`` are the rule in the words of the day of freezing, in each language; the clauses stand in
    the order of the entries' findings.
    """

    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="audiences")
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=AudienceStatus.choices, default=AudienceStatus.DRAFT)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    words = models.JSONField(default=dict)
    clauses = models.JSONField(default=list)
    considered = models.PositiveIntegerField(null=True)
    eligible = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = AudienceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="audience_one_per_name_and_organization"),
            models.CheckConstraint(
                name="audience_frozen_has_its_moment_and_numbers",
                condition=~models.Q(status=AudienceStatus.FROZEN)
                | models.Q(frozen_at__isnull=False, considered__isnull=False, eligible__isnull=False),
            ),
            models.CheckConstraint(
                name="audience_eligible_are_among_considered",
                condition=models.Q(eligible=None) | models.Q(eligible__lte=models.F("considered")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_frozen(self) -> bool:
        return self.status == AudienceStatus.FROZEN


class AudienceEntryQuerySet(models.QuerySet["AudienceEntry"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Entries of people whom one may see, of lists that one may see."""
        return self.filter(access.scope(actor, VIEW), access.scope(actor, MEMBERS))


class AudienceEntry(models.Model):
    """One person who was considered, with the result and the value found for each clause.

    The two keys together are the row's key: what the lane looks up, and what no client ever sends.
    ``organization_path`` is the place of the person's union on the day of freezing; it follows when the tree moves.
    """

    pk = models.CompositePrimaryKey("audience_id", "member_id")
    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="entries", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    organization_path = models.CharField(max_length=200, editable=False)
    eligible = models.BooleanField()
    findings = models.JSONField()

    objects: ClassVar[Any] = AudienceEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["audience", "organization_path"],
                name="audience_entry_by_place",
                opclasses=["uuid_ops", "text_pattern_ops"],
            )
        ]


class YearStart(models.TextChoices):
    SPRING_FESTIVAL = "spring_festival", _("Spring Festival")
    START_OF_SPRING = "start_of_spring", _("Start of Spring")


class ZodiacRule(DatedRule):
    """With which day the year of an animal begins, since when this holds, and who says so."""

    year_start = models.CharField(max_length=20, choices=YearStart.choices)

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="zodiac_rule_one_per_first_day"),
        ]
