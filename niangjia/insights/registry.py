"""How figures are computed: functions by name. A figure names one of them and a subject, and holds no number itself.

Each app whose records yield figures is read by a module of ours that registers here from ``apps.ready()``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from niangjia.core.access import Actor

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that figures are made of: its stable code, its name, its place, and where it may be looked up."""

    code: str
    name: str
    organization_path: str
    public_url: Words = ""
    staff_url: Words = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What was counted, over what if it is a rate, of what, and when."""

    subject: Subject
    numerator: int
    as_of: datetime
    denominator: int | None = None


# For many subjects at once what there is to count, unknown ones left out. Computations that share a reading are
# computed together.
Read = Callable[[Sequence[str]], Mapping[str, tuple[Subject, Any]]]


@dataclass(frozen=True)
class Computation:
    """One way to come to a figure, with the words that are used unless an officer writes others.

    ``count`` and ``over`` take what ``read`` has found; ``people`` is the condition that the members behind the figure
    meet; ``subjects`` are those an actor may make a figure of.
    """

    name: str
    label: Words
    unit: Words
    measure: Words
    read: Read
    count: Callable[[Any], int]
    people: Callable[[str], Q]
    subjects: Callable[[Actor], list[Subject]]
    over: Callable[[Any], int] | None = None

    def value(self, subject: Subject, found: Any, at: datetime) -> Value:
        return Value(subject, self.count(found), at, self.over(found) if self.over else None)


computations: dict[str, Computation] = {}
families: dict[str, Callable[[str], Computation | None]] = {}


def register(computation: Computation) -> None:
    computations[computation.name] = computation


def register_family(prefix: str, make: Callable[[str], Computation | None]) -> None:
    """Computations called ``prefix.rest``, made of their rest when they are asked for."""
    families[prefix] = make


def find(name: str) -> Computation | None:
    """The computation with this name, if there is one."""
    prefix, _dot, rest = name.partition(".")
    if name in computations or prefix not in families:
        return computations.get(name)
    return families[prefix](rest)


def compute(wanted: Iterable[tuple[str, str]], at: datetime) -> dict[tuple[str, str], Value]:
    """The values of pairs of computation and subject; each reading is done once, and unknown pairs are left out."""
    pairs = set(wanted)
    known = {name: computation for name in {name for name, _code in pairs} if (computation := find(name))}
    pairs = {(name, code) for name, code in pairs if name in known}
    readings: dict[Read, set[str]] = {}
    for name, code in pairs:
        readings.setdefault(known[name].read, set()).add(code)
    found = {read: read(sorted(codes)) for read, codes in readings.items()}
    values = {}
    for name, code in pairs:
        computation = known[name]
        if code in found[computation.read]:
            subject, counted = found[computation.read][code]
            values[name, code] = computation.value(subject, counted, at)
    return values
