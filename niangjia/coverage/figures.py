"""Figures for any unit and any day: sums over the tally, and the names behind them.

``where`` filters the declared columns, each by a set of values; ``by`` splits by one of them. ``on`` is the day of
which the figure speaks, ``known_on`` the day on which it could have been said so: without it, as corrected since.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection

from niangjia.coverage.contributions import Total
from niangjia.coverage.models import Subject
from niangjia.org.models import Organization

COLUMNS = ("kind", "branch", "size", "state")
Where = Mapping[str, Collection[Any]]

NOW = "SELECT {by} AS value, number, workers FROM coverage_now WHERE {cells}"
PAST = """
SELECT {by} AS value, number, workers FROM coverage_month
 WHERE {cells} AND month < date_trunc('month', %(on)s::timestamp)::date
UNION ALL
SELECT {by}, number, workers FROM coverage_change
 WHERE {cells} AND valid_on BETWEEN date_trunc('month', %(on)s::timestamp)::date AND %(on)s
"""
# What became known late. A change is never recorded before its day, so on a day no later than that of knowledge all
# that was recorded afterwards was late.
LATE = """
UNION ALL
SELECT {by}, -number, -workers FROM coverage_change
 WHERE {cells} AND valid_on <= %(on)s AND recorded_on > %(known_on)s AND recorded_on > valid_on
"""
SUM = "SELECT value, sum(number)::bigint, sum(workers)::bigint FROM ({rows}) AS row GROUP BY value"
MONTHS = """
SELECT month, {by} AS value, sum(number)::bigint, sum(workers)::bigint
  FROM coverage_month WHERE {cells} GROUP BY 1, 2 ORDER BY 1
"""


def count(
    node: Organization,
    subject: Subject,
    where: Where | None = None,
    *,
    on: date | None = None,
    known_on: date | None = None,
    by: str = "",
) -> dict[Any, Total]:
    """How many there are at ``node`` and below, and how many workers they have, by the values of ``by``."""
    rows = NOW
    if known_on is not None:
        on = min(on, known_on) if on else known_on
    if on is not None:
        rows = PAST if known_on is None else PAST + LATE
    asked = _Asked(node, subject, where, by)
    with connection.cursor() as cursor:
        cursor.execute(SUM.format(rows=asked.written(rows)), asked.values | {"on": on, "known_on": known_on})
        return {value: Total(number, workers) for value, number, workers in cursor.fetchall() if number or workers}


def total(
    node: Organization,
    subject: Subject,
    where: Where | None = None,
    *,
    on: date | None = None,
    known_on: date | None = None,
) -> Total:
    """The same, not split."""
    return count(node, subject, where, on=on, known_on=known_on).get("", Total(0, 0))


def trend(
    node: Organization, subject: Subject, where: Where | None = None, *, months: Collection[date], by: str = ""
) -> dict[date, dict[Any, Total]]:
    """The figure at the end of each of ``months``, named by any of their days, as known now; in one pass."""
    asked = _Asked(node, subject, where, by)
    with connection.cursor() as cursor:
        cursor.execute(asked.written(MONTHS), asked.values)
        changes = cursor.fetchall()
    found: dict[date, dict[Any, Total]] = {}
    held: dict[Any, Total] = {}
    waiting = iter(changes)
    change = next(waiting, None)
    for month in sorted({day.replace(day=1) for day in months}):
        while change and change[0] <= month:
            before = held.get(change[1], Total(0, 0))
            held[change[1]] = Total(before.number + change[2], before.workers + change[3])
            change = next(waiting, None)
        found[month] = {value: one for value, one in held.items() if any(one)}
    return found


def require_declared(names: Iterable[str]) -> None:
    """Only declared columns are counted by; what comes from outside never reaches a statement."""
    if unknown := set(names) - {*COLUMNS}:
        raise ValueError(f"The tally has no column {unknown.pop()}.")


class _Asked:
    """Filters and split, checked to be of declared columns, as SQL with its values."""

    def __init__(self, node: Organization, subject: Subject, where: Where | None, by: str) -> None:
        where = where or {}
        require_declared([*where, *([by] if by else [])])
        self.values: dict[str, Any] = {"node": node.pk, "subject": subject}
        self.values |= {name: list(wanted) for name, wanted in where.items()}
        self._cells = " AND ".join(
            ["node = %(node)s", "subject = %(subject)s", *(f"{name} = ANY(%({name})s)" for name in where)]
        )
        self._by = by or "''"

    def written(self, statement: str) -> str:
        return statement.format(by=self._by, cells=self._cells)
