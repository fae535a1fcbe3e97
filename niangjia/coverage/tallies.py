"""The tally: written here alone, in the transaction of the record that it counts, so that a figure is one sum.

Whatever changes a history says so by ``kept``, which asks before and after what the history contributes and adds the
difference under the day on which it became known. A unit that moves takes its own series along.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.core import clock
from niangjia.core.clock import Moment
from niangjia.coverage import histories
from niangjia.coverage.contributions import Deltas, Span, contributions, difference, union_spans
from niangjia.coverage.models import Subject
from niangjia.org import queries as org
from niangjia.org import services as tree
from niangjia.org.models import Organization

# One writer of the tally at a time: "tall". Who changes the tree holds it alone, and needs no more.
LOCK = 0x7461_6C6C
NEVER = date.max

GIVEN_NAMES = ("nodes", "subjects", "kinds", "branches", "sizes", "states", "days", "numbers", "workers")
GIVEN_TYPES = ("uuid", "smallint", "text", "text", "smallint", "smallint", "date", "integer", "bigint")
ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in zip(GIVEN_NAMES, GIVEN_TYPES, strict=True))
GIVEN = f"SELECT * FROM unnest({ARRAYS})"  # noqa: S608 (names of our own columns)
# The series of a unit, cut to the days of each stretch: its state at the beginning, what happens within, the end.
SHIFTED = """
WITH shift(node, since, until, sign) AS (
    SELECT * FROM unnest(%(nodes)s::uuid[], %(since)s::date[], %(until)s::date[], %(signs)s::integer[])
),
series AS MATERIALIZED (
    SELECT subject, kind, branch, size, state, greatest(valid_on, %(first)s::date) AS day,
           sum(number) AS number, sum(workers) AS workers
      FROM coverage_change WHERE node = %(unit)s GROUP BY 1, 2, 3, 4, 5, 6
),
moved AS (
    SELECT node, subject, kind, branch, size, state, greatest(day, since) AS day,
           sign * number AS number, sign * workers AS workers
      FROM shift JOIN series ON day < until
     UNION ALL
    SELECT node, subject, kind, branch, size, state, until, - sign * number, - sign * workers
      FROM shift JOIN series ON day < until WHERE until < %(never)s
)
SELECT node, subject, kind, branch, size, state, day, sum(number)::integer, sum(workers)::bigint
  FROM moved GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(number) <> 0 OR sum(workers) <> 0
"""
CELL = "node, subject, kind, branch, size, state"
ADD = f"""
WITH given({CELL}, valid_on, number, workers) AS MATERIALIZED ({{source}}),
changes AS (
    INSERT INTO coverage_change ({CELL}, valid_on, recorded_on, number, workers)
    SELECT {CELL}, valid_on, %(recorded_on)s::date, number, workers FROM given
    ON CONFLICT (node, subject, valid_on, kind, branch, size, state, recorded_on) DO UPDATE
    SET number = coverage_change.number + excluded.number, workers = coverage_change.workers + excluded.workers
),
months AS (
    INSERT INTO coverage_month ({CELL}, month, number, workers)
    SELECT {CELL}, date_trunc('month', valid_on::timestamp)::date, sum(number), sum(workers)
      FROM given GROUP BY {CELL}, 7
    ON CONFLICT (node, subject, month, kind, branch, size, state) DO UPDATE
    SET number = coverage_month.number + excluded.number, workers = coverage_month.workers + excluded.workers
)
INSERT INTO coverage_now ({CELL}, number, workers)
SELECT {CELL}, sum(number), sum(workers) FROM given GROUP BY {CELL}
ON CONFLICT (node, subject, kind, branch, size, state) DO UPDATE
SET number = coverage_now.number + excluded.number, workers = coverage_now.workers + excluded.workers
"""  # noqa: S608 (names of our own columns)


def hold() -> Moment:
    """Until the end of the transaction, the tree stays as it is and nobody else writes what is counted.

    Asked before any row is locked; the moment under which all that follows is recorded.
    """
    tree.keep_tree()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return clock.now()


@contextmanager
def kept(subject: Subject, keys: Sequence[UUID], moment: Moment) -> Iterator[None]:
    """What happens inside to the histories of ``keys`` is counted."""
    read = histories.READERS[subject]
    before = list(read(keys, None))
    yield
    count(before, list(read(keys, None)), moment)


def count_new(subject: Subject, keys: Sequence[UUID], moment: Moment) -> None:
    """What has just been entered is counted."""
    count([], list(histories.READERS[subject](keys, None)), moment)


def count(before: Sequence[Span], after: Sequence[Span], moment: Moment) -> None:
    """What was counted as ``before`` is counted as ``after``."""
    reach = org.reach({span.unit for span in (*before, *after)})
    add(difference(contributions(before, reach), contributions(after, reach)), moment)


def add(deltas: Deltas, moment: Moment) -> None:
    """Write differences down, in all three tables at once."""
    if not deltas:
        return
    rows = [(node, *cell, day, *total) for (node, cell, day), total in deltas.items()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    _add(GIVEN, dict(zip(GIVEN_NAMES, columns, strict=True)), moment)


def _add(source: str, values: dict[str, Any], moment: Moment) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(source=source), values | {"recorded_on": moment.on})


def shift(
    unit: Organization, *, old_parent: Organization, new_parent: Organization, since: date, moment: Moment
) -> None:
    """``unit`` hangs elsewhere from ``since`` on: what it counts is taken from those above it then, and given to
    those above it now. The cost is that of its own series, however many units hang below it."""
    reach = org.reach([old_parent.pk, new_parent.pk])
    shifts: dict[tuple[UUID, date, date | None], int] = {}
    for parent, sign in ((old_parent, -1), (new_parent, 1)):
        for one in reach[parent.pk]:
            if one.until is None or one.until > since:
                days = (one.node, max(one.since or since, since), one.until)
                shifts[days] = shifts.get(days, 0) + sign
    moved = [(*days, sign) for days, sign in shifts.items() if sign]
    if not moved:
        return
    nodes, sinces, untils, signs = (list(column) for column in zip(*moved, strict=True))
    values = {"nodes": nodes, "since": sinces, "signs": signs, "unit": unit.pk, "first": since}
    values |= {"until": [until or NEVER for until in untils], "never": NEVER}
    _add(SHIFTED, values, moment)


def count_unit(before: Iterable[Any], after: Iterable[Any], moment: Moment) -> None:
    """A unit of the tree was founded, changed, closed or opened again."""
    count(list(union_spans(before)), list(union_spans(after)), moment)
