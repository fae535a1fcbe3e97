"""Indicators as data: what is counted over what, in words and as a definition that ``definitions`` can read."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from niangjia.core import access
from niangjia.core.models import Row
from niangjia.insights.definitions import Definition, read
from niangjia.insights.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor

FEWEST = 3  # in public, a smaller number is not shown unless the indicator says otherwise


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, actor: "Actor | AnonymousUser") -> Self:
        """What is public for everybody; all of them for who looks after figures anywhere: they are of one house."""
        if not isinstance(actor, AnonymousUser) and access.can_anywhere(actor, VIEW):
            return self
        return self.filter(is_public=True)

    def public(self) -> Self:
        return self.filter(is_public=True)

    def rates(self) -> Self:
        return self.filter(denominator__isnull=False)


class Told(models.Model):
    """What is said of an indicator in one of its versions."""

    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=60)
    numerator = models.JSONField()
    denominator = models.JSONField(null=True)
    dimensions = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    unit = models.CharField(max_length=20)
    measure = models.CharField(max_length=300)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def definition(self) -> Definition:
        return read(self.numerator, self.denominator, self.dimensions)


class Indicator(Told, Row):
    """One indicator of the house, as it is defined now. Whoever confirmed it confirmed this very version."""

    code = models.SlugField(max_length=40, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9-]*$")])
    position = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=False)
    least_shown = models.PositiveSmallIntegerField(default=FEWEST)
    confirmed_by = models.CharField(max_length=100, blank=True)
    confirmed_on = models.DateField(null=True)

    objects: ClassVar[Any] = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_by="", confirmed_on=None)
                | (~models.Q(confirmed_by="") & models.Q(confirmed_on__isnull=False)),
                name="indicator_is_confirmed_by_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndicatorVersion(Told, Row):
    """What an indicator was before it was changed. Never edited."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="versions")
    confirmed_by = models.CharField(max_length=100, blank=True)
    confirmed_on = models.DateField(null=True)
    ended_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["indicator", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "version"], name="indicator_version_is_kept_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Target(Owned):
    """What a unit aims at in a year, in percent of the indicator's denominator."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    year = models.PositiveSmallIntegerField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)

    objects: ClassVar[Any] = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "indicator__position"]
        indexes = [
            models.Index(fields=["organization_path"], name="target_by_place", opclasses=["text_pattern_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "indicator", "year"], name="target_one_per_unit_indicator_and_year"
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=Decimal(0), percent__lte=Decimal(100)),
                name="target_is_a_share_of_the_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"
