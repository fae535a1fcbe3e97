"""What a history adds to the tally: pure, so that the same answers before a change, after it, and for a recount."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from niangjia.core.histories import Bound, common
from niangjia.coverage.models import (
    Coverage,
    Covered,
    EmployerVersion,
    How,
    Reach,
    Reached,
    ReachedHow,
    SizeRule,
    Status,
    Subject,
    WorkplaceVersion,
)
from niangjia.org.models import Standing
from niangjia.org.queries import Stretch

BEGINNING = date.min  # the day of what has been so since ever


class Cell(NamedTuple):
    """Where something is counted, but for the unit."""

    subject: int
    kind: str
    branch: str
    size: int
    state: int


class Span(NamedTuple):
    """Some days on which one subject stood in ``unit`` and in ``cell``, with so many workers."""

    unit: UUID
    cell: Cell
    workers: int
    since: Bound
    until: Bound


class Total(NamedTuple):
    number: int
    workers: int


Key = tuple[UUID, Cell, date]
Deltas = dict[Key, Total]

COVERED = {How.SINGLE: Covered.SINGLE, How.JOINT: Covered.JOINT}
REACHED = {
    ReachedHow.UNION: Reached.UNION,
    ReachedHow.JOINT: Reached.UNION,
    ReachedHow.STATION: Reached.STATION,
}


def contributions(spans: Iterable[Span], reach: Mapping[UUID, Sequence[Stretch]]) -> Deltas:
    """The difference that the spans make at each unit above theirs, by the day on which it is made."""
    numbers: dict[Key, int] = defaultdict(int)
    workers: dict[Key, int] = defaultdict(int)
    for span in spans:
        for stretch in reach[span.unit]:
            days = common(span.since, span.until, stretch.since, stretch.until)
            if days is None:
                continue
            begin = (stretch.node, span.cell, days[0] or BEGINNING)
            numbers[begin] += 1
            workers[begin] += span.workers
            if days[1] is not None:
                end = (stretch.node, span.cell, days[1])
                numbers[end] -= 1
                workers[end] -= span.workers
    return {key: Total(number, workers[key]) for key, number in numbers.items() if number or workers[key]}


def difference(before: Deltas, after: Deltas) -> Deltas:
    """What has to be added to ``before`` to have ``after``."""
    nothing = Total(0, 0)
    found = {}
    for key in before.keys() | after.keys():
        (old_number, old_workers), (number, workers) = before.get(key, nothing), after.get(key, nothing)
        if number != old_number or workers != old_workers:
            found[key] = Total(number - old_number, workers - old_workers)
    return found


class Sizes:
    """The bands of sizes, by dated rules; before the first rule, what it says."""

    def __init__(self, rules: Iterable[SizeRule]) -> None:
        self._rules = list(rules)
        days = {rule.valid_from for rule in self._rules} | {rule.valid_to for rule in self._rules if rule.valid_to}
        self._days = sorted(days)

    def band(self, workers: int | None, on: date) -> int:
        """The band of an employer with so many workers on a day; 0 where nobody knows."""
        if workers is None or not self._days:
            return 0
        on = max(on, self._days[0])
        held = [one for one in self._rules if one.valid_from <= on and (one.valid_to is None or on < one.valid_to)]
        return max((one.band for one in held if one.least <= workers), default=0)

    def bands(self, workers: int | None, since: Bound, until: Bound) -> Iterator[tuple[int, Bound, Bound]]:
        """The same for some days: cut where another rule began."""
        begin = since or BEGINNING
        for day in self._days[bisect_right(self._days, begin) :]:
            if until is not None and day >= until:
                break
            yield self.band(workers, begin), since, day
            begin = since = day
        yield self.band(workers, begin), since, until


class Piece(NamedTuple):
    """Some days of a history, with what the other history of the same subject says of them, if anything."""

    since: Bound
    until: Bound
    other: object


def cut(since: Bound, until: Bound, others: Iterable[Coverage | Reach]) -> Iterator[Piece]:
    """The days from ``since`` to ``until``, cut where ``others`` begin and end; these are in order."""
    begin = since
    for other in others:
        days = common(begin, until, other.valid_from, other.valid_to)
        if days is None:
            continue
        if days[0] != begin:
            yield Piece(begin, days[0], None)
        yield Piece(*days, other)
        begin = days[1]
        if begin is None or begin == until:
            return
    yield Piece(begin, until, None)


def employer_spans(versions: Iterable[EmployerVersion], coverages: Sequence[Coverage], sizes: Sizes) -> Iterator[Span]:
    """One employer. Only what is open is due to have a union."""
    for version in versions:
        if version.status != Status.OPEN:
            continue
        for since, until, coverage in cut(version.valid_from, version.valid_to, coverages):
            state = COVERED[How(coverage.how)] if isinstance(coverage, Coverage) else Covered.NONE
            for band, begin, end in sizes.bands(version.workers, since, until):
                cell = Cell(Subject.EMPLOYER, version.ownership, version.industry, band, state)
                yield Span(version.organization_id, cell, version.workers or 0, begin, end)


def workplace_spans(versions: Iterable[WorkplaceVersion], reaches: Sequence[Reach]) -> Iterator[Span]:
    """One workplace."""
    for version in versions:
        if not version.is_open:
            continue
        for since, until, reach in cut(version.valid_from, version.valid_to, reaches):
            state = REACHED[ReachedHow(reach.how)] if isinstance(reach, Reach) else Reached.NONE
            cell = Cell(Subject.WORKPLACE, version.kind, "", 0, state)
            yield Span(version.organization_id, cell, 0, since, until)


def union_spans(standings: Iterable[Standing]) -> Iterator[Span]:
    """Units of the tree themselves: each is counted in itself and in all above it, while it is open."""
    for standing in standings:
        if standing.is_open:
            cell = Cell(Subject.UNION, standing.kind, standing.level, 0, 0)
            yield Span(standing.unit_id, cell, 0, standing.valid_from, standing.valid_to)
