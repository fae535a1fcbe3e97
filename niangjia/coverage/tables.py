"""Many figures in one pass over the tally: many units, many filters, many months. ``figures`` reads one at a time."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.coverage.contributions import Total
from niangjia.coverage.figures import Where, require_declared
from niangjia.coverage.models import Subject

__all__ = ["Total", "series", "split", "table"]

CELLS = "node = ANY(%(nodes)s) AND subject = %(subject)s"
FIELDS = "node, subject, kind, branch, size, state"
NOW = f"SELECT {FIELDS}, number, workers FROM coverage_now WHERE {CELLS}"  # noqa: S608 (names of our own columns)
PAST = f"""
SELECT {FIELDS}, number, workers FROM coverage_month
 WHERE {CELLS} AND month < date_trunc('month', %(on)s::timestamp)::date
UNION ALL
SELECT {FIELDS}, number, workers FROM coverage_change
 WHERE {CELLS} AND valid_on BETWEEN date_trunc('month', %(on)s::timestamp)::date AND %(on)s
"""  # noqa: S608
# See ``figures``: what became known late.
LATE = f"""
UNION ALL
SELECT {FIELDS}, -number, -workers FROM coverage_change
 WHERE {CELLS} AND valid_on <= %(on)s AND recorded_on > %(known_on)s AND recorded_on > valid_on
"""  # noqa: S608
MONTHS = f"""
SELECT month, kind, branch, size, state, number, workers FROM coverage_month WHERE {CELLS}
"""  # noqa: S608
MONTHS_LATE = f"""
UNION ALL
SELECT date_trunc('month', valid_on::timestamp)::date, kind, branch, size, state, -number, -workers
  FROM coverage_change WHERE {CELLS} AND recorded_on > %(known_on)s AND recorded_on > valid_on
"""  # noqa: S608


def table(
    units: Sequence[UUID],
    subject: Subject,
    wheres: Sequence[Where],
    *,
    on: date | None = None,
    known_on: date | None = None,
) -> dict[UUID, list[Total]]:
    """For each unit what it and all below it come to by each of ``wheres``; one query."""
    asked = _Asked(units, subject, wheres)
    rows = asked.read("node", _source(on, known_on), on, known_on)
    return {unit: rows.get(unit, asked.nothing) for unit in units}


def split(
    unit: UUID,
    subject: Subject,
    where: Where,
    by: str,
    *,
    on: date | None = None,
    known_on: date | None = None,
) -> dict[Any, Total]:
    """For one unit and one filter, by the values of a column; one query."""
    require_declared([by])
    rows = _Asked([unit], subject, [where]).read(by, _source(on, known_on), on, known_on)
    return {value: totals[0] for value, totals in rows.items() if any(totals[0])}


def series(
    unit: UUID,
    subject: Subject,
    wheres: Sequence[Where],
    *,
    months: Collection[date],
    known_on: date | None = None,
) -> dict[date, list[Total]]:
    """For one unit what it came to by each of ``wheres`` at the end of months, each named by one of its days."""
    asked = _Asked([unit], subject, wheres)
    changes = asked.read("month", MONTHS + (MONTHS_LATE if known_on else ""), None, known_on)
    waiting = sorted(changes)
    held, found, place = asked.nothing, {}, 0
    for day in sorted(months):
        while place < len(waiting) and waiting[place] <= day:
            held = [_sum(one, more) for one, more in zip(held, changes[waiting[place]], strict=True)]
            place += 1
        found[day] = held
    return found


def _sum(one: Total, other: Total) -> Total:
    return Total(one.number + other.number, one.workers + other.workers)


def _source(on: date | None, known_on: date | None) -> str:
    if on is None and known_on is None:
        return NOW
    return PAST if known_on is None else PAST + LATE


class _Asked:
    """Some filters of declared columns, summed side by side in one pass."""

    def __init__(self, units: Sequence[UUID], subject: Subject, wheres: Sequence[Where]) -> None:
        self.values: dict[str, Any] = {"nodes": list(units), "subject": subject}
        self.nothing = [Total(0, 0)] * len(wheres)
        self._sums = ", ".join(self._summed(place, where) for place, where in enumerate(wheres))

    def _summed(self, place: int, where: Where) -> str:
        require_declared(where)
        self.values |= {f"{name}{place}": list(wanted) for name, wanted in where.items()}
        condition = " AND ".join(f"{name} = ANY(%({name}{place})s)" for name in where) or "true"
        sums = (f"coalesce(sum({what}) FILTER (WHERE {condition}), 0)::bigint" for what in ("number", "workers"))
        return ", ".join(sums)

    def read(self, by: str, source: str, on: date | None, known_on: date | None) -> dict[Any, list[Total]]:
        """The totals of each filter, by ``by``."""
        if known_on is not None:
            on = min(on, known_on) if on else known_on
        statement = f"SELECT {by}, {self._sums} FROM ({source}) AS cell GROUP BY {by}"  # noqa: S608 (declared columns)
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values | {"on": on, "known_on": known_on})
            rows = cursor.fetchall()
        return {row[0]: [Total(*row[at : at + 2]) for at in range(1, len(row), 2)] for row in rows}
