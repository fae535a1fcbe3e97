"""Employers, and which union covers them."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.coverage.permissions import VIEW
from niangjia.org.models import Owned

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


class EmployerQuerySet(models.QuerySet["Employer"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Employer(Owned):
    """Where members work. The owning organisation is the union that covers it."""

    name = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18, blank=True)
    ownership = models.CharField(max_length=3, choices=Ownership.choices, blank=True)
    industry = models.CharField(max_length=2, blank=True)
    address = models.CharField(max_length=200, blank=True)
    workers = models.PositiveIntegerField(null=True, blank=True)
    workers_on = models.DateField(null=True, blank=True)

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
