"""The tree of union organisations: ``parent`` is the truth, ``path`` is derived from it and kept by the services."""

import secrets
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.histories import Remembered, lasts_a_day, one_at_a_time
from niangjia.core.models import Row
from niangjia.org.permissions import VIEW

if TYPE_CHECKING:
    from niangjia.core.access import Actor

LABEL_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LABEL_LENGTH = 6
CODE_END = "!"  # sorts before whatever a code may hold, so that a unit stands before all below it


def new_label() -> str:
    """A short name of one node in paths: it never changes and says nothing."""
    return "".join(secrets.choice(LABEL_ALPHABET) for _ in range(LABEL_LENGTH))


class Level(models.TextChoices):
    NATIONAL = "national", _("National")
    PROVINCE = "province", _("Province or municipality")
    DISTRICT = "district", _("District or county")
    SUBDISTRICT = "subdistrict", _("Subdistrict or town")
    COMMUNITY = "community", _("Community, village or park")
    PRIMARY = "primary", _("Primary union")
    PART = "part", _("Branch or group")


class Kind(models.TextChoices):
    FEDERATION = "federation", _("Federation of trade unions")
    COMMITTEE = "committee", _("Trade union committee")
    ASSOCIATION = "association", _("Union association")
    WORK_COMMITTEE = "work_committee", _("Union work committee")
    SINGLE = "single", _("Primary union of one employer")
    JOINT = "joint", _("Joint primary union")
    INDUSTRIAL = "industrial", _("Industrial union")
    POOL = "pool", _("Holding pool")
    BRANCH = "branch", _("Branch")
    GROUP = "group", _("Group")
    PREP_GROUP = "prep_group", _("Preparatory group")


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW, field="path"))

    def under(self, top: "Organization") -> Self:
        """``top`` and everything below it."""
        return self.filter(path__startswith=top.path)

    def live(self) -> Self:
        return self.filter(closed_on=None)

    def beside(self, top: "Organization") -> Self:
        """Everything but ``top`` and what is below it."""
        return self.exclude(path__startswith=top.path)

    def matching(self, words: str) -> Self:
        """Those whose name, short name or code contains ``words``."""
        named = models.Q(name__icontains=words) | models.Q(short_name__icontains=words)
        return self.filter(named | models.Q(code__icontains=words)) if words else self

    def called(self, text: str) -> Self:
        """Those with this code, or exactly this name."""
        return self.filter(models.Q(code__iexact=text) | models.Q(name=text) | models.Q(short_name=text))


class Organization(Row):
    """One union body. ``code`` is its stable public name (``BJ-XC-TQ``), used by rules and imports."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    label = models.CharField(max_length=LABEL_LENGTH, default=new_label, editable=False)
    path = models.CharField(max_length=200, unique=True, editable=False)
    sort_key = models.TextField(
        editable=False, db_collation="C"
    )  # codes from the root down: below its parent, by code
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    level = models.CharField(max_length=20, choices=Level.choices)
    phone = models.CharField(max_length=30, blank=True)
    address = models.CharField(max_length=200, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        indexes = [models.Index(fields=["sort_key"], name="organization_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["parent"],
                condition=models.Q(parent=None),
                nulls_distinct=False,
                name="organization_there_is_one_root",
            ),
            models.CheckConstraint(
                condition=models.Q(path__endswith=Concat(models.F("label"), models.Value("."))),
                name="organization_path_ends_with_its_label",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on=None)
                | models.Q(opened_on=None)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="organization_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_under(self, top: "Organization") -> bool:
        return self.path.startswith(top.path)


class Standing(Remembered):
    """Where a unit hung and what it was, from when to when, as it is known. Together they leave no day out.

    Only what is said of the unit itself: a move writes here for the unit that moves, not for those below it.
    """

    SUBJECT = "unit_id"
    FACTS = ("parent_id", "kind", "level", "name", "is_open")

    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="standings")
    parent = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    level = models.CharField(max_length=20, choices=Level.choices)
    name = models.CharField(max_length=120)
    is_open = models.BooleanField()

    class Meta:
        ordering = ["unit", "valid_from"]
        constraints = [
            one_at_a_time("unit", "standing_one_at_a_time"),
            lasts_a_day("standing_ends_after_it_begins"),
        ]
        indexes = [
            models.Index(fields=["parent"], name="standing_by_parent"),
        ]


def placed(unit: Organization, above: Organization | None) -> tuple[str, str]:
    """The path and the sort key of ``unit`` where it hangs under ``above``."""
    path, key = (above.path, above.sort_key) if above else ("", "")
    return f"{path}{unit.label}.", f"{key}{unit.code}{CODE_END}"


class Owned(Row):
    """A row of a case: it belongs to one organisation for good, and carries a copy of its path for one-index scope."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    organization_path = models.CharField(max_length=200, editable=False)

    class Meta:
        abstract = True


def models_with_a_copy() -> list[type[models.Model]]:
    """Every model that carries a copy of an organisation's path, ``Owned`` or not, but for those whose rows say where
    something was on its day and which therefore set ``keeps_path_of_its_day``."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == "organization_path" for field in model._meta.local_concrete_fields)
        and not getattr(model, "keeps_path_of_its_day", False)
    ]


class Workday(Row):
    """A day that differs from its weekday: a public holiday, or a weekend day that is worked."""

    day = models.DateField(unique=True)
    is_workday = models.BooleanField()
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["day"]
