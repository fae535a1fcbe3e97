"""The tree read for one person: each clause in words, with the value found, its source and its date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import ge, gt, le, lt
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audiences import words
from niangjia.audiences.tree import Always, Fixed, Group, Node, Operator, Reading, Term, Test, facts_of, listed
from niangjia.core.catalogue import Fact

Truth = bool | None

COMPARE = {Operator.LESS: lt, Operator.AT_MOST: le, Operator.MORE: gt, Operator.AT_LEAST: ge}


@dataclass(frozen=True)
class Found:
    """What was read of one person: the value, what to show for it, and the day as of which it is known."""

    value: Any
    shown: Any
    dated: date | None


@dataclass(frozen=True)
class Clause:
    """One condition, and how one person stands to it. ``met`` is ``None`` when that is unknown."""

    text: str
    met: Truth
    found: str = ""
    source: str = ""
    dated: date | None = None
    remedy: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Explanation:
    """Whether a person is eligible, and why. ``note`` says why there are no clauses; ``frozen_at`` when it was so."""

    eligible: bool
    clauses: list[Clause] = field(default_factory=list)
    note: str = ""
    frozen_at: datetime | None = None

    @property
    def unmet(self) -> list[Clause]:
        """The conditions that keep this person out, each to be mended by itself."""
        return [clause for clause in self.clauses if not clause.met and not clause.depth]


def judge(node: Node, values: Mapping[Reading, Any]) -> Truth:
    """The node for one person's values: true, false, or unknown as ``None``."""
    if isinstance(node, Always):
        return node.holds
    if isinstance(node, Group):
        parts = [judge(part, values) for part in node.parts]
        if (not node.every) in parts:
            return not node.every
        return None if None in parts else node.every
    result = _answer(node, values)
    return result if result is None else result != node.negated


def _answer(test: Test, values: Mapping[Reading, Any]) -> Truth:
    subject, *against = (_side(term, values) for term in (test.subject, *test.against))
    if test.operator is Operator.KNOWN:
        return subject is not None
    if subject is None or None in against:
        return None
    if test.operator is Operator.TRUE:
        return bool(subject)
    if test.operator in {Operator.EQUAL, Operator.AMONG}:
        return subject in against
    if test.operator is Operator.CONTAINS:
        return against[0] in subject
    if test.operator is Operator.STARTS:
        return str(subject).startswith(against[0])
    return bool(COMPARE[test.operator](subject, against[0]))


def _side(term: Term, values: Mapping[Reading, Any]) -> Any:
    return term.value if isinstance(term, Fixed) else values[term]


def clauses(root: Node, found: Mapping[Reading, Found]) -> list[Clause]:
    """Every clause with its answer, in reading order."""
    values = {reading: each.value for reading, each in found.items()}
    return [_clause(node, depth, judge(node, values), found) for node, depth in listed(root)]


def _clause(node: Node, depth: int, met: Truth, found: Mapping[Reading, Found]) -> Clause:
    if not isinstance(node, Test):
        return Clause(words.heading(node), met, depth=depth)
    read = [found[reading] for reading in read_by(node)]
    return Clause(
        words.heading(node),
        met,
        found=told([(reading, each.shown) for reading, each in zip(read_by(node), read, strict=True)]),
        source=source(node.subject),
        dated=read[0].dated,
        remedy=remedy(node.subject, met),
        depth=depth,
    )


def read_by(test: Test) -> list[Reading]:
    """What a test reads of a person, its subject first."""
    return [term for term in (test.subject, *test.against) if isinstance(term, Reading)]


def told(read: Sequence[tuple[Reading, Any]]) -> str:
    """The values found; those beside the subject with their names."""
    (subject, value), *others = read
    more = [
        _("%(label)s: %(value)s") % {"label": words.label(reading), "value": value_told(reading.fact, each)}
        for reading, each in others
    ]
    return _("; ").join([value_told(subject.fact, value), *more])


def value_told(fact: Fact, value: Any) -> str:
    if fact.shown and value is not None:
        return str(value)
    return words.in_words(fact.kind, value, fact.choices)


def source(reading: Reading) -> str:
    """Where the value comes from; a function of a fact has its source from there."""
    return next((str(fact.source) for fact in facts_of(reading) if fact.source), "")


def remedy(reading: Reading, met: Truth) -> str:
    """What the person can do about a clause that is not met."""
    if met:
        return ""
    if met is None:
        return _("Unknown: ask your union to complete “%(label)s”.") % {"label": words.label(reading)}
    own = next((str(fact.remedy) for fact in facts_of(reading) if fact.remedy), "")
    return own or _("If this is wrong, ask your union to correct it.")
