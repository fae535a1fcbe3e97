"""Reads about employers and workplaces."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import ngettext

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.coverage.models import Coverage, Employer, EmployerVersion, Inside, Reach, Status, Workplace
from niangjia.coverage.permissions import MANAGE
from niangjia.coverage.unions import HOW
from niangjia.org.models import Organization, OrganizationQuerySet


def units(actor: Actor, permission: str) -> OrganizationQuerySet:
    """The open unions at which ``actor`` holds ``permission`` over employers."""
    return Organization.objects.live().filter(access.scope(actor, permission, field="path"))


def covering(actor: Actor) -> OrganizationQuerySet:
    """The open unions by which ``actor`` may have employers covered."""
    return units(actor, MANAGE).filter(kind__in=HOW)


def versions(employer: Employer, known_on: date | None = None) -> "QuerySet[EmployerVersion]":
    """The employer's history, the newest days first, as known on a day or now."""
    rows: QuerySet[EmployerVersion] = employer.versions.known(known_on)
    return rows.select_related("organization").order_by("-valid_from")


def coverages(employer: Employer, known_on: date | None = None) -> "QuerySet[Coverage]":
    """Who covered it, the newest days first, as known on a day or now."""
    rows: QuerySet[Coverage] = employer.coverages.known(known_on)
    return rows.select_related("union").order_by("-valid_from")


def workplace_of(employer: Employer) -> Workplace | None:
    """Where it stands now."""
    inside = Inside.objects.filter(employer=employer, valid_to=None).known().select_related("workplace").first()
    return inside.workplace if inside else None


def standing_in(place: Workplace) -> Any:
    """The keys of the employers which stand there now."""
    return Inside.objects.filter(workplace=place, valid_to=None).known().values("employer")


def reaches(place: Workplace) -> "QuerySet[Reach]":
    """Who reached it, the newest days first."""
    rows: QuerySet[Reach] = place.reaches.known()
    return rows.select_related("union").order_by("-valid_from")


def with_reach(places: "QuerySet[Workplace]") -> "QuerySet[Workplace]":
    """Each with ``reached_how``, the way in which it is reached now."""
    now = Reach.objects.filter(workplace=OuterRef("pk"), valid_to=None).known()
    return places.annotate(reached_how=Subquery(now.values("how")[:1]))


def held_by(unit: Organization) -> str:
    """What keeps ``unit`` open: employers that it covers or that stand in its area."""
    covered = Coverage.objects.filter(union=unit, valid_to=None, employer__status=Status.OPEN).known().count()
    count = covered or Employer.objects.filter(organization=unit, status=Status.OPEN).count()
    if not count:
        return ""
    said = ngettext("%(n)s employer is entered here: say first where it belongs.",
                    "%(n)s employers are entered here: say first where they belong.", count)  # fmt: skip
    return said % {"n": f"{count:,}"}
