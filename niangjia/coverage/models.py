"""Employers and workplaces, which union covers or reaches them, and what was known of that when."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.core import access
from niangjia.core.fields import EncryptedField
from niangjia.core.histories import Remembered, RememberedQuerySet, lasts_a_day, one_at_a_time
from niangjia.core.models import DatedRule
from niangjia.coverage.permissions import VIEW
from niangjia.org.models import Organization, Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class Ownership(models.TextChoices):
    STATE = "110", _("State-owned")
    COLLECTIVE = "120", _("Collective")
    LIMITED = "159", _("Limited liability company")
    SHARES = "169", _("Joint-stock company")
    PRIVATE = "170", _("Private")
    OUTSIDE = "200", _("Hong Kong, Macao or Taiwan")
    FOREIGN = "300", _("Foreign")
    INSTITUTION = "400", _("Public institution")
    AUTHORITY = "500", _("Public authority")
    INDIVIDUAL = "600", _("Individual business")
    NON_ENTERPRISE = "700", _("Private non-enterprise unit")


class Status(models.TextChoices):
    OPEN = "open", pgettext_lazy("employer", "open")
    CLOSED = "closed", pgettext_lazy("employer", "closed")
    SHELL = "shell", pgettext_lazy("employer", "shell without workers")


class Source(models.TextChoices):
    """Where a number of workers comes from: a rate is worth what its denominator is worth."""

    INSURANCE = "insurance", _("Social insurance")
    TAX = "tax", _("Tax returns")
    REPORT = "report", _("The employer's own report")


class How(models.TextChoices):
    SINGLE = "single", _("By a union of its own")
    JOINT = "joint", _("By a joint union")


class EmployerQuerySet(models.QuerySet["Employer"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Employer(Owned):
    """Where members work, as it is now. The owning organisation is the unit in whose area it is counted."""

    name = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18, blank=True)
    ownership = models.CharField(max_length=3, choices=Ownership.choices, blank=True)
    industry = models.CharField(max_length=2, blank=True)
    address = models.CharField(max_length=200, blank=True)
    workers = models.PositiveIntegerField(null=True, blank=True)
    workers_on = models.DateField(null=True, blank=True)
    workers_source = models.CharField(max_length=10, choices=Source.choices, blank=True)
    dispatched = models.PositiveIntegerField(null=True, blank=True)
    new_employment = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.OPEN)
    party_organization = models.CharField(max_length=120, blank=True)
    contact_name = EncryptedField()
    contact_phone = EncryptedField()

    objects: ClassVar[Any] = EmployerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~models.Q(credit_code=""), name="employer_one_per_credit_code"
            ),
            models.UniqueConstraint(fields=["organization", "name"], name="employer_one_per_name_and_organization"),
        ]
        indexes = [
            models.Index(fields=["organization_path"], name="employer_by_place", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class VersionQuerySet(RememberedQuerySet):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW, field="employer__organization_path"))


class EmployerVersion(Remembered):
    """What held of an employer from when to when, as it is known. What nobody counts is not kept here."""

    SUBJECT = "employer_id"
    FACTS = (
        "name", "organization_id", "ownership", "industry", "workers", "workers_on", "workers_source", "dispatched",
        "new_employment", "status",
    )  # fmt: skip

    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=120)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    ownership = models.CharField(max_length=3, choices=Ownership.choices, blank=True)
    industry = models.CharField(max_length=2, blank=True)
    workers = models.PositiveIntegerField(null=True)
    workers_on = models.DateField(null=True)
    workers_source = models.CharField(max_length=10, choices=Source.choices, blank=True)
    dispatched = models.PositiveIntegerField(null=True)
    new_employment = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.OPEN)

    objects: ClassVar[Any] = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["employer", "valid_from"]
        constraints = [
            one_at_a_time("employer", "employer_version_one_at_a_time"),
            lasts_a_day("employer_version_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class Coverage(Remembered):
    """Which union covered an employer from when to when, as it is known."""

    SUBJECT = "employer_id"
    FACTS = ("union_id", "how")

    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="coverages")
    union = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=6, choices=How.choices)

    class Meta:
        ordering = ["employer", "valid_from"]
        constraints = [
            one_at_a_time("employer", "coverage_by_one_union_at_a_time"),
            lasts_a_day("coverage_ends_after_it_begins"),
        ]


class PlaceKind(models.TextChoices):
    PARK = "park", pgettext_lazy("workplace", "Industrial park")
    COMMUNITY = "community", pgettext_lazy("workplace", "Community")
    BUILDING = "building", pgettext_lazy("workplace", "Commercial building")


class ReachedHow(models.TextChoices):
    UNION = "union", _("By a union")
    JOINT = "joint", _("By a joint union")
    STATION = "station", _("By a rest station")


class WorkplaceQuerySet(models.QuerySet["Workplace"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Workplace(Owned):
    """Where employers stand: a park, a community, a building, as it is now."""

    kind = models.CharField(max_length=9, choices=PlaceKind.choices)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    is_open = models.BooleanField(default=True)

    objects: ClassVar[Any] = WorkplaceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="workplace_one_per_code"),
            models.UniqueConstraint(fields=["organization", "name"], name="workplace_one_per_name_and_organization"),
        ]
        indexes = [
            models.Index(fields=["organization_path"], name="workplace_by_place", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceVersionQuerySet(RememberedQuerySet):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW, field="workplace__organization_path"))


class WorkplaceVersion(Remembered):
    """What held of a workplace from when to when, as it is known."""

    SUBJECT = "workplace_id"
    FACTS = ("name", "organization_id", "kind", "is_open")

    workplace = models.ForeignKey(Workplace, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=120)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=PlaceKind.choices)
    is_open = models.BooleanField(default=True)

    objects: ClassVar[Any] = PlaceVersionQuerySet.as_manager()

    class Meta:
        ordering = ["workplace", "valid_from"]
        constraints = [
            one_at_a_time("workplace", "workplace_version_one_at_a_time"),
            lasts_a_day("workplace_version_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class Reach(Remembered):
    """How unions reached a workplace from when to when, as it is known."""

    SUBJECT = "workplace_id"
    FACTS = ("union_id", "how")

    workplace = models.ForeignKey(Workplace, on_delete=models.PROTECT, related_name="reaches")
    union = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=7, choices=ReachedHow.choices)

    class Meta:
        ordering = ["workplace", "valid_from"]
        constraints = [
            one_at_a_time("workplace", "workplace_reached_in_one_way_at_a_time"),
            lasts_a_day("reach_ends_after_it_begins"),
        ]


class Inside(Remembered):
    """In which workplace an employer stood from when to when, as it is known. Nothing is counted by it."""

    SUBJECT = "employer_id"
    FACTS = ("workplace_id",)

    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="stands")
    workplace = models.ForeignKey(Workplace, on_delete=models.PROTECT, related_name="inside")

    class Meta:
        ordering = ["employer", "valid_from"]
        constraints = [
            one_at_a_time("employer", "employer_inside_one_workplace_at_a_time"),
            lasts_a_day("inside_ends_after_it_begins"),
        ]


class SizeRule(DatedRule):
    """From how many workers on an employer belongs to a band of sizes."""

    band = models.PositiveSmallIntegerField()
    least = models.PositiveIntegerField()

    class Meta:
        ordering = ["valid_from", "band"]
        constraints = [
            models.UniqueConstraint(fields=["band", "valid_from"], name="size_rule_one_per_band_and_day"),
        ]


# Figures ------------------------------------------------------------------------------------------------------------
class Subject(models.IntegerChoices):
    """What is counted."""

    EMPLOYER = 1, _("Employers")
    WORKPLACE = 2, _("Workplaces")
    UNION = 3, _("Unions")


class Covered(models.IntegerChoices):
    """The state of an employer."""

    NONE = 0, _("not covered")
    SINGLE = 1, _("covered by a union of its own")
    JOINT = 2, _("covered by a joint union")


class Reached(models.IntegerChoices):
    """The state of a workplace."""

    NONE = 0, pgettext_lazy("workplace", "not reached")
    UNION = 1, _("reached by a union")
    STATION = 2, _("reached by a rest station")


class Tallied(models.Model):
    """How many are in a cell, and how many workers they have. Written by ``tallies`` alone."""

    node = models.UUIDField()  # the unit below which they stood on their day; no key, for the speed of imports
    subject = models.PositiveSmallIntegerField(choices=Subject.choices)
    kind = models.CharField(max_length=14)
    branch = models.CharField(max_length=11)
    size = models.PositiveSmallIntegerField()
    state = models.PositiveSmallIntegerField()
    number = models.IntegerField()
    workers = models.BigIntegerField()

    class Meta:
        abstract = True


class Change(Tallied):
    """The difference from a day on, by the day on which it became true and that on which it became known."""

    valid_on = models.DateField()
    recorded_on = models.DateField()
    pk = models.CompositePrimaryKey("node", "subject", "valid_on", "kind", "branch", "size", "state", "recorded_on")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_on__gte=models.F("valid_on")), name="change_is_not_known_before_it_is_true"
            )
        ]
        indexes = [
            models.Index(
                fields=["node", "subject", "recorded_on"],
                name="change_known_late",
                condition=models.Q(recorded_on__gt=models.F("valid_on")),
            )
        ]


class Month(Tallied):
    """The same, summed by the month in which it became true, whenever it became known."""

    month = models.DateField()
    pk = models.CompositePrimaryKey("node", "subject", "month", "kind", "branch", "size", "state")


class Now(Tallied):
    """The same, summed: what is so today, as it is known today."""

    pk = models.CompositePrimaryKey("node", "subject", "kind", "branch", "size", "state")
