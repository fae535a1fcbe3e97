"""A slow and obvious register: what is believed of each thing on each day, and a copy of it all for each day past.

Day 0 stands for everything before the story too. Nothing is summed or shifted here; whoever asks walks up from each
thing, on the day, in the copy.
"""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

DAYS = 24
BANDS = ((1_000, 4), (100, 3), (25, 2), (0, 1))


def band(workers: int | None) -> int:
    return 0 if workers is None else next(number for least, number in BANDS if workers >= least)


@dataclass
class Thing:
    """A unit, an employer or a workplace: a value, or nothing, for each day of each of its facts."""

    facts: dict[str, list[Any]] = field(default_factory=dict)

    def begin(self, day: int, **said: Any) -> None:
        for name, value in said.items():
            self.facts[name] = [None] * day + [value] * (DAYS - day)

    def at(self, name: str, day: int) -> Any:
        return self.facts[name][day]

    def say(self, name: str, value: Any, since: int, until: int = DAYS) -> None:
        self.facts[name][since:until] = [value] * (until - since)

    def run_end(self, name: str, day: int) -> int:
        """The day on which ``name`` is first other than on ``day``."""
        values = self.facts[name]
        return next((later for later in range(day, DAYS) if values[later] != values[day]), DAYS)

    def first_day(self, name: str) -> int:
        return next(day for day, value in enumerate(self.facts[name]) if value is not None)


def next_row(values: list[Any], day: int) -> int:
    """The first day after ``day`` on which another row begins."""
    for later in range(day + 1, DAYS):
        if values[later] is not None and values[later] != values[later - 1]:
            return later
    return DAYS


@dataclass
class Register:
    """What is believed now."""

    units: dict[Any, Thing] = field(default_factory=dict)
    employers: dict[Any, Thing] = field(default_factory=dict)
    workplaces: dict[Any, Thing] = field(default_factory=dict)

    def above(self, unit: Any, day: int) -> list[Any]:
        """The unit and all above it on a day."""
        found = []
        while unit is not None:
            found.append(unit)
            unit = self.units[unit].at("parent", day)
        return found

    def count(self, node: Any, subject: int, day: int) -> Counter[tuple[Any, ...]]:
        """How many in each cell; and how many workers, under the cell with a mark."""
        found: Counter[tuple[Any, ...]] = Counter()
        for where, cell, workers in self._cells(subject, day):
            if node in self.above(where, day):
                found[cell] += 1
                found[(*cell, "workers")] += workers
        return +found

    def _cells(self, subject: int, day: int) -> Any:
        if subject == 1:
            for one in self.employers.values():
                if one.at("status", day) == "open":
                    how = one.at("coverage", day)
                    state = 0 if how is None else {"single": 1, "joint": 2}[how[1]]
                    workers, _counted = one.at("workers", day)
                    cell = (one.at("ownership", day), one.at("industry", day), band(workers), state)
                    yield one.at("unit", day), cell, workers or 0
        elif subject == 2:
            for one in self.workplaces.values():
                if one.at("open", day):
                    how = one.at("reach", day)
                    state = 0 if how is None else {"union": 1, "joint": 1, "station": 2}[how[1]]
                    yield one.at("unit", day), (one.at("kind", day), "", 0, state), 0
        else:
            for key, one in self.units.items():
                if one.at("open", day):
                    yield key, (one.at("kind", day), one.at("level", day), 0, 0), 0


@dataclass
class Beliefs:
    """The register now, and as it was when each day ended."""

    now: Register = field(default_factory=Register)
    ended: list[Register] = field(default_factory=list)

    def day_ends(self) -> None:
        self.ended.append(deepcopy(self.now))

    def known(self, day: int | None) -> Register:
        return self.now if day is None or day >= len(self.ended) else self.ended[day]
