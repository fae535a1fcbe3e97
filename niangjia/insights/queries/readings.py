"""What the parts of indicators come to: one query for each kind of thing that is counted, however many units, however
many indicators."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from niangjia.coverage import tables
from niangjia.coverage.models import Subject
from niangjia.insights.definitions import WORKERS, Definition, Part
from niangjia.insights.queries import people
from niangjia.insights.rates import Share

TALLIED = {"employer": Subject.EMPLOYER, "workplace": Subject.WORKPLACE, "union": Subject.UNION}


class AsOf(NamedTuple):
    """Of which day a figure speaks (none: of this moment), and what was known on which day (none: what is now)."""

    on: date | None = None
    known_on: date | None = None


NOW = AsOf()
Key = tuple[UUID, Part]


def read(units: Sequence[UUID], parts: Iterable[Part], as_of: AsOf) -> dict[Key, int]:
    """Every part for every unit."""
    found: dict[Key, int] = {}
    for subject, ones in _by_subject(parts).items():
        if subject == "member":
            counted = people.count([(unit, as_of.on) for unit in units], [one.filters for one in ones], as_of.known_on)
            found |= {
                (unit, one): row[place] for (unit, _on), row in counted.items() for place, one in enumerate(ones)
            }
        else:
            wheres = [one.filters for one in ones]
            rows = tables.table(units, TALLIED[subject], wheres, on=as_of.on, known_on=as_of.known_on)
            found |= {(unit, one): _worth(one, rows[unit][place]) for unit in units for place, one in enumerate(ones)}
    return found


def _by_subject(parts: Iterable[Part]) -> dict[str, list[Part]]:
    grouped: dict[str, list[Part]] = defaultdict(list)
    for one in dict.fromkeys(parts):
        grouped[one.subject].append(one)
    return grouped


def _worth(part: Part, counted: tables.Total) -> int:
    return counted.workers if part.of == WORKERS else counted.number


def shares(
    units: Sequence[UUID], definitions: Iterable[Definition], as_of: AsOf
) -> dict[tuple[UUID, Definition], Share]:
    """Every indicator for every unit."""
    wanted = list(dict.fromkeys(definitions))
    found = read(units, [part for one in wanted for part in one.parts], as_of)
    return {(unit, one): _share(one, found, unit) for unit in units for one in wanted}


def _share(definition: Definition, found: Mapping[Any, int], key: Any) -> Share:
    over = definition.denominator
    return Share(found[key, definition.numerator], found[key, over] if over else None)


def broken_down(unit: UUID, definition: Definition, column: str, as_of: AsOf) -> dict[Any, Share]:
    """One indicator of one unit by the values of a column: each value that something has, in one query per side."""
    values: dict[Any, dict[Part, int]] = defaultdict(dict)
    for part in definition.parts:
        rows = tables.split(unit, TALLIED[part.subject], part.filters, column, on=as_of.on, known_on=as_of.known_on)
        for value, counted in rows.items():
            values[value][part] = _worth(part, counted)
    over = definition.denominator
    return {
        value: Share(found.get(definition.numerator, 0), found.get(over, 0) if over else None)
        for value, found in values.items()
    }


def trend(unit: UUID, definition: Definition, days: Sequence[date], as_of: AsOf) -> list[Share]:
    """One indicator of one unit at the end of months, ``days`` being their last ones, one query per kind of thing."""
    found: dict[tuple[date, Part], int] = {}
    for subject, ones in _by_subject(definition.parts).items():
        wheres = [one.filters for one in ones]
        if subject == "member":
            counted = people.count([(unit, day) for day in days], wheres, as_of.known_on)
            found |= {(day, one): counted[unit, day][place] for day in days for place, one in enumerate(ones)}
        else:
            rows = tables.series(unit, TALLIED[subject], wheres, months=days, known_on=as_of.known_on)
            found |= {(day, one): _worth(one, rows[day][place]) for day in days for place, one in enumerate(ones)}
    return [_share(definition, found, day) for day in days]
