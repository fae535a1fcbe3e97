"""The tally against the records: everything counted again, plainly, and every difference named."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.coverage import histories
from niangjia.coverage.contributions import Cell, Deltas, Key, Total, contributions, difference
from niangjia.coverage.models import Employer, Subject, Workplace
from niangjia.org import queries as org
from niangjia.org.models import Organization

PORTION = 5_000
MODELS: dict[Subject, Any] = {
    Subject.EMPLOYER: Employer,
    Subject.WORKPLACE: Workplace,
    Subject.UNION: Organization,
}
TALLIED = """
SELECT node, subject, kind, branch, size, state, valid_on, sum(number)::bigint, sum(workers)::bigint
  FROM coverage_change WHERE subject = %s AND (%s::date IS NULL OR recorded_on <= %s)
 GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(number) <> 0 OR sum(workers) <> 0
"""
UNLIKE = """
SELECT '{table}', node, subject, kind, branch, size, state, {day},
       coalesce(kept.number, 0), coalesce(summed.number, 0), coalesce(kept.workers, 0), coalesce(summed.workers, 0)
  FROM {table} AS kept FULL JOIN (
       SELECT node, subject, kind, branch, size, state, {summed_day} AS {day_name},
              sum(number) AS number, sum(workers) AS workers
         FROM coverage_change GROUP BY 1, 2, 3, 4, 5, 6, 7) AS summed
       USING (node, subject, kind, branch, size, state{using})
 WHERE coalesce(kept.number, 0) <> coalesce(summed.number, 0)
    OR coalesce(kept.workers, 0) <> coalesce(summed.workers, 0)
"""


def faults(known_on: date | None = None) -> Iterator[str]:
    """Every difference between what is tallied and what the records say, as known on a day or now."""
    for subject in Subject:
        for (node, cell, day), total in difference(_tallied(subject, known_on), recount(subject, known_on)).items():
            yield _sentence("coverage_change", node, cell, day, total)
    if known_on is None:
        yield from _sums()


def recount(subject: Subject, known_on: date | None = None) -> Deltas:
    """What all records of one subject contribute."""
    found: dict[Key, Total] = {}
    keys = MODELS[subject].objects.order_by("pk").values_list("pk", flat=True).iterator(PORTION)
    while portion := list(islice(keys, PORTION)):
        spans = list(histories.READERS[subject](portion, known_on))
        reach = org.reach({span.unit for span in spans}, known_on=known_on)
        for key, total in contributions(spans, reach).items():
            before = found.get(key, Total(0, 0))
            found[key] = Total(before.number + total.number, before.workers + total.workers)
    return {key: total for key, total in found.items() if any(total)}


def _tallied(subject: Subject, known_on: date | None) -> Deltas:
    with connection.cursor() as cursor:
        cursor.execute(TALLIED, [subject, known_on, known_on])
        return {(row[0], Cell(*row[1:6]), row[6]): Total(*row[7:]) for row in cursor.fetchall()}


def _sums() -> Iterator[str]:
    """The months and the present against the changes of which they are the sums."""
    month = "date_trunc('month', valid_on::timestamp)::date"
    monthly = UNLIKE.format(table="coverage_month", day="month", summed_day=month, day_name="month", using=", month")
    present = UNLIKE.format(
        table="coverage_now", day="NULL::date", summed_day="NULL::date", day_name="no_day", using=""
    )
    for statement in (monthly, present):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for table, node, *cell, day, kept, summed, kept_workers, summed_workers in cursor.fetchall():
                missing = Total(int(summed - kept), int(summed_workers - kept_workers))
                yield _sentence(table, node, Cell(*cell), day, missing)


def _sentence(table: str, node: UUID, cell: Cell, day: date | None, missing: Total) -> str:
    """In English, for whoever runs the command."""
    where = f"{table} {node} {Subject(cell.subject).name.lower()} {'/'.join(map(str, cell[1:]))}"
    return f"{where} {day or 'now'}: {missing.number:+} ({missing.workers:+} workers) would be right"
