"""Reads about the tree and the calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.histories import Bound, day_after
from niangjia.org import positions
from niangjia.org.models import Level, Organization, OrganizationQuerySet, Workday, models_with_a_copy, placed
from niangjia.org.permissions import MANAGE


class Stretch(NamedTuple):
    """Some days on which a unit hung under ``node``, so many steps below it; end-exclusive."""

    node: UUID
    since: Bound
    until: Bound
    steps: int


REACH = """
WITH RECURSIVE up(unit, node, days, steps) AS (
    SELECT start, start, daterange(NULL, NULL), 0 FROM unnest(%s::uuid[]) AS start
    UNION ALL
    SELECT up.unit, s.parent_id, up.days * daterange(s.valid_from, s.valid_to), up.steps + 1
      FROM up JOIN org_standing s ON s.unit_id = up.node AND s.parent_id IS NOT NULL
           AND up.days && daterange(s.valid_from, s.valid_to) AND {known}
)
SELECT unit, node, lower(days), upper(days), steps FROM up
"""
DOWN = """
WITH RECURSIVE down(unit) AS (
    SELECT %s::uuid
    UNION
    SELECT s.unit_id FROM down JOIN org_standing s ON s.parent_id = down.unit
     WHERE (s.valid_from IS NULL OR s.valid_from <= %s) AND (s.valid_to IS NULL OR s.valid_to > %s) AND {known}
)
SELECT unit FROM down
"""


def _known(on: date | None) -> tuple[str, list[Any]]:
    """What was believed when the day ``on`` ended; what is believed now where none is named."""
    if on is None:
        return "s.superseded_at IS NULL", []
    end = day_after(on)
    return "(s.superseded_at IS NULL OR s.superseded_at >= %s) AND s.recorded_at < %s", [end, end]


def reach(units: Iterable[UUID], *, known_on: date | None = None) -> dict[UUID, list[Stretch]]:
    """Under which units each of ``units`` hung, itself included, and when; whatever the day."""
    found: dict[UUID, list[Stretch]] = {unit: [] for unit in units}
    known, values = _known(known_on)
    with connection.cursor() as cursor:
        cursor.execute(REACH.format(known=known), [list(found), *values])
        for unit, *stretch in cursor.fetchall():
            found[unit].append(Stretch(*stretch))
    return found


def ancestors(
    organization: Organization, *, on: date | None = None, known_on: date | None = None
) -> list[Organization]:
    """From the root down to ``organization`` itself: today, or on a day, as was known then or on another day."""
    if on is None:
        labels = organization.path.rstrip(".").split(".")
        paths = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
        return list(Organization.objects.filter(path__in=paths).order_by(Length("path")))
    stretches = [
        one
        for one in reach([organization.pk], known_on=known_on)[organization.pk]
        if (one.since is None or one.since <= on) and (one.until is None or one.until > on)
    ]
    units = Organization.objects.in_bulk([one.node for one in stretches])
    return [units[one.node] for one in sorted(stretches, key=lambda one: -one.steps)]


def units_under(top: Organization, *, on: date, known_on: date | None = None) -> RawSQL:
    """A subquery of the keys of ``top`` and of all that hung below it on a day, as known on a day."""
    known, values = _known(known_on)
    return RawSQL(DOWN.format(known=known), [top.pk, on, on, *values])  # noqa: S611 (a statement of our own)


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
