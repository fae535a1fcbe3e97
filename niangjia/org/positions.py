"""Which kind of unit stands on which level, and what may hang under what (Trade Union Law, articles 10 and 11)."""

from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from niangjia.org.models import Kind, Level, Organization

LEVELS: dict[Kind, frozenset[Level]] = {
    Kind.FEDERATION: frozenset({Level.NATIONAL, Level.PROVINCE, Level.DISTRICT, Level.SUBDISTRICT}),
    Kind.COMMITTEE: frozenset({Level.SUBDISTRICT, Level.COMMUNITY}),
    Kind.ASSOCIATION: frozenset({Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY}),
    Kind.WORK_COMMITTEE: frozenset({Level.PROVINCE, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY}),
    Kind.SINGLE: frozenset({Level.PRIMARY}),
    Kind.JOINT: frozenset({Level.COMMUNITY, Level.PRIMARY}),
    Kind.INDUSTRIAL: frozenset({Level.NATIONAL, Level.PROVINCE, Level.DISTRICT, Level.SUBDISTRICT}),
    Kind.POOL: frozenset({Level.PROVINCE, Level.DISTRICT, Level.SUBDISTRICT, Level.COMMUNITY, Level.PRIMARY}),
    Kind.BRANCH: frozenset({Level.PART}),
    Kind.GROUP: frozenset({Level.PART}),
    Kind.PREP_GROUP: frozenset({Level.COMMUNITY, Level.PRIMARY}),
}
RANK = {level: rank for rank, level in enumerate(Level)}
LEAVES = {Kind.POOL, Kind.PREP_GROUP, Kind.GROUP}
TERRITORIAL = {Kind.FEDERATION, Kind.COMMITTEE}


class Position(NamedTuple):
    """What a unit is, as far as it matters where it hangs."""

    kind: Kind
    level: Level


POSITIONS = [Position(kind, level) for level in Level for kind in Kind if level in LEVELS[kind]]


def of(unit: Organization) -> Position:
    return Position(Kind(unit.kind), Level(unit.level))


def wrong_level(position: Position) -> str:
    """Why this kind of unit does not stand on this level; empty if it does."""
    kind, level = position
    if level in LEVELS[kind]:
        return ""
    said = _("The kind “%(kind)s” does not exist on the level “%(level)s”.")
    return said % {"kind": kind.label, "level": level.label}


def wrong_place(position: Position, above: Position) -> str:
    """Why such a unit does not hang under one that is ``above``; empty if it may."""
    names = {"kind": position.kind.label, "above": above.kind.label}
    names |= {"level": position.level.label, "upper": above.level.label}
    part = position.level == Level.PART
    if above.kind in LEAVES:
        return _("Nothing hangs under a unit of the kind “%(above)s”.") % names
    if above.kind == Kind.BRANCH and position.kind != Kind.GROUP:
        return _("Only groups hang under a branch.")
    if part and above.kind not in {Kind.SINGLE, Kind.JOINT, Kind.BRANCH}:
        return _("A branch or a group is part of a primary union, and hangs under one.")
    if RANK[position.level] < RANK[above.level]:
        return _("A unit of the level “%(level)s” does not hang under one of the level “%(upper)s”.") % names
    if position.level == above.level and position.kind in TERRITORIAL:
        return _("There is one “%(kind)s” for an area: it does not hang under a unit of its own level.") % names
    return ""


def below(above: Position) -> list[Position]:
    """What may hang under ``above``, from the highest level down."""
    return [position for position in POSITIONS if not wrong_place(position, above)]


def takers(position: Position) -> Q:
    """A filter for the units under which ``position`` may hang."""
    found = Q(pk__in=[])
    for above in POSITIONS:
        if not wrong_place(position, above):
            found |= Q(kind=above.kind, level=above.level)
    return found
