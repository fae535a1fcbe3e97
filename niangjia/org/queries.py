"""Reads about the tree and the calendar."""

from datetime import date, timedelta

from django.db import models

from niangjia.org.models import Level, Organization, Workday


def ancestors(organization: Organization) -> list[Organization]:
    """From the root down to ``organization`` itself."""
    labels = organization.path.rstrip(".").split(".")
    paths = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    return list(Organization.objects.filter(path__in=paths).order_by("path"))


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
    """Organisations whose path does not follow from their parent: empty, unless somebody wrote past the services."""
    wrong = []
    paths = dict(Organization.objects.values_list("pk", "path"))
    for organization in Organization.objects.all():
        above = paths[organization.parent_id] if organization.parent_id else ""
        if organization.path != f"{above}{organization.label}.":
            wrong.append(organization)
    return wrong
