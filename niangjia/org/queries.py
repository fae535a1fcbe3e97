"""Reads about the tree and the calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models.functions import Length

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.org import positions
from niangjia.org.models import Level, Organization, OrganizationQuerySet, Workday, models_with_a_copy, placed
from niangjia.org.permissions import MANAGE


def ancestors(organization: Organization) -> list[Organization]:
    """From the root down to ``organization`` itself."""
    labels = organization.path.rstrip(".").split(".")
    paths = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    return list(Organization.objects.filter(path__in=paths).order_by(Length("path")))


def takers(unit: Organization, actor: Actor) -> OrganizationQuerySet:
    """Where ``actor`` may hang ``unit``: open units that suit it, outside it, other than the one above it now."""
    places = Organization.objects.live().filter(access.scope(actor, MANAGE, field="path")).beside(unit)
    elsewhere = places.exclude(pk=unit.parent_id) if unit.parent_id else places
    return elsewhere.filter(positions.takers(positions.of(unit)))


@dataclass(frozen=True)
class Load:
    """What follows a unit when it moves: the units below it, and rows of cases."""

    units: int
    rows: int


def load(unit: Organization) -> Load:
    below = {"organization_path__startswith": unit.path}
    rows = sum(model._default_manager.filter(**below).count() for model in models_with_a_copy())
    return Load(units=Organization.objects.under(unit).exclude(pk=unit.pk).count(), rows=rows)


def counters() -> list[Organization]:
    """Federations that can be called: the topmost and those of the districts, with their phones."""
    top = models.Q(parent=None) | models.Q(level=Level.DISTRICT)
    return list(Organization.objects.live().filter(top).exclude(phone=""))


def add_workdays(start: date, count: int) -> date:
    """The day on which ``count`` working days after ``start`` have passed, by the editable calendar."""
    horizon = start + timedelta(days=count * 3 + 30)
    special = dict(Workday.objects.filter(day__gt=start, day__lte=horizon).values_list("day", "is_workday"))
    day = start
    while count:
        day += timedelta(days=1)
        count -= special.get(day, day.weekday() < 5)
    return day


def misplaced() -> list[Organization]:
    """Organisations whose place does not follow from their parent: empty, unless somebody wrote past the services."""
    by_key = Organization.objects.in_bulk()
    above = {unit.pk: by_key[unit.parent_id] if unit.parent_id else None for unit in by_key.values()}
    return [unit for unit in by_key.values() if (unit.path, unit.sort_key) != placed(unit, above[unit.pk])]
