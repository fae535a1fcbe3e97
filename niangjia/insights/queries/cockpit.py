"""What a unit sees of itself on a day: every indicator with its target, the units below, and how it came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.insights import tiles
from niangjia.insights.definitions import Definition
from niangjia.insights.models import Indicator, Target
from niangjia.insights.permissions import VIEW
from niangjia.insights.queries import readings
from niangjia.insights.queries.readings import AsOf
from niangjia.insights.rates import Share, gap
from niangjia.org.models import Kind, Level, Organization, OrganizationQuerySet, Standing

# Units that are no area of their own: what they cover is named, not mapped.
SMALL = (Level.PRIMARY, Level.PART)


@dataclass(frozen=True)
class Below:
    """A unit directly below another on a day, called as it was called then."""

    pk: UUID
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Line:
    """One indicator of a unit, what it comes to and what is aimed at."""

    indicator: Indicator
    share: Share
    target: Decimal | None = None

    @property
    def gap(self) -> int | None:
        """How many more reach the target; nothing without one."""
        return None if self.target is None or not self.share.over else gap(self.share, self.target)


@dataclass(frozen=True)
class Tile:
    unit: Below
    share: Share


@dataclass(frozen=True)
class Cockpit:
    unit: Organization
    lines: list[Line]
    chosen: Line
    rows: list[list[Tile | None]]
    layout: tiles.Layout | None
    days: list[date]
    trend: list[Share]

    @property
    def tiles(self) -> list[Tile]:
        return [tile for row in self.rows for tile in row if tile]


def units(actor: Actor, permission: str = VIEW) -> OrganizationQuerySet:
    """Where ``actor`` may see figures, or do something else with them."""
    return Organization.objects.filter(access.scope(actor, permission, field="path"))


def root() -> Organization:
    """The top of the house: whoever defines its indicators holds the right there."""
    return Organization.objects.get(parent=None)


def below(unit: Organization, day: date, known_on: date | None = None) -> list[Below]:
    """The areas directly below ``unit`` on a day, in the order of their codes."""
    rows = Standing.objects.known(known_on).on(day).filter(parent=unit, is_open=True)
    rows = rows.exclude(level__in=SMALL).exclude(kind=Kind.POOL).order_by("unit__sort_key")
    found = rows.values_list("unit_id", "unit__code", "name", "kind", "unit__name", "unit__short_name")
    return [
        Below(pk, code, short if name == present else name, kind) for pk, code, name, kind, present, short in found
    ]


def cockpit(unit: Organization, as_of: AsOf, *, today: date, code: str = "", months: int = 12) -> Cockpit | None:
    """The whole page in a fixed number of queries; nothing where no indicator is defined."""
    indicators = list(Indicator.objects.all())
    if not indicators:
        return None
    chosen = next((one for one in indicators if one.code == code), indicators[0])
    day = as_of.on or today
    areas = below(unit, day, as_of.known_on)
    found = readings.shares([unit.pk, *(area.pk for area in areas)], [one.definition for one in indicators], as_of)
    aims = targets(unit, day.year)
    lines = [Line(one, found[unit.pk, one.definition], aims.get(one.pk)) for one in indicators]
    days = month_ends(day, months)
    past = readings.trend(unit.pk, chosen.definition, days[:-1], as_of)
    return Cockpit(
        unit=unit,
        lines=lines,
        chosen=next(line for line in lines if line.indicator is chosen),
        rows=_placed(unit, [Tile(area, found[area.pk, chosen.definition]) for area in areas], day),
        layout=tiles.layout_of(unit.code, day),
        days=days,
        trend=[*past, found[unit.pk, chosen.definition]],
    )


def _placed(unit: Organization, made: Sequence[Tile], day: date) -> list[list[Tile | None]]:
    """Areas in their places; a union beside the tree of places is shown where it has something to count."""
    shown = {tile.unit.code: tile for tile in made if tile.share.over or tile.unit.kind == Kind.FEDERATION}
    rows = tiles.placed(unit.code, list(shown), day)
    return [[shown.get(code) for code in row] for row in rows]


def targets(unit: Organization, year: int) -> dict[UUID, Decimal]:
    """What ``unit`` aims at in a year, by indicator."""
    return dict(Target.objects.filter(organization=unit, year=year).values_list("indicator_id", "percent"))


def month_ends(day: date, months: int) -> list[date]:
    """``day`` and the last days of the months before it, ``months`` points in all, the oldest first."""
    ends = [day]
    for _ in range(months - 1):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


@dataclass(frozen=True)
class Split:
    """An indicator of a unit by one of its dimensions."""

    column: str
    rows: list[tuple[Any, Share]]


def splits(unit: UUID, definition: Definition, as_of: AsOf) -> list[Split]:
    """By every declared dimension; values in the order in which they are declared, unknown ones last."""
    found = []
    for column in definition.dimensions:
        rows = readings.broken_down(unit, definition, column, as_of)
        found.append(Split(column, sorted(rows.items(), key=lambda row: (row[0] in ("", 0), str(row[0])))))
    return found


def purposes() -> dict[str, str]:
    """The rates for which employers without a union are talked to: code and name."""
    return {one.code: one.name for one in Indicator.objects.rates() if one.definition.counts_employers}
