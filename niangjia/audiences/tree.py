"""A rule as a tree, read from CEL's checked expression by an allow-list: what is not named here is refused.

Truth has three values, as in SQL and in CEL: what is unknown makes a test unknown, unless the rest decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from google.protobuf.any_pb2 import Any as Envelope

from niangjia.audiences.cel.checked_pb2 import CheckedExpr, Expr
from niangjia.audiences.registry import DAY, KNOWN, RuleRefused, environment, fact
from niangjia.core.catalogue import Fact, Kind

LONGEST = 10_000
MOST_TESTS = 50


class Operator(StrEnum):
    """What a test asks of its subject."""

    TRUE = "true"
    KNOWN = "known"
    EQUAL = "equal"
    LESS = "less"
    AT_MOST = "at_most"
    MORE = "more"
    AT_LEAST = "at_least"
    AMONG = "among"
    CONTAINS = "contains"
    STARTS = "starts"


@dataclass(frozen=True)
class Fixed:
    """A value that stands in the rule."""

    value: str | int | bool | date


@dataclass(frozen=True)
class Reading:
    """A fact as the rule names it, with its arguments."""

    fact: Fact
    arguments: tuple["Term", ...] = ()


@dataclass(frozen=True)
class Test:
    """One question about one person."""

    operator: Operator
    subject: Reading
    against: tuple["Term", ...] = ()
    negated: bool = False


@dataclass(frozen=True)
class Always:
    """A part that holds for everybody, or for nobody."""

    holds: bool


@dataclass(frozen=True)
class Group:
    """All of the parts, or any of them."""

    every: bool
    parts: tuple["Node", ...]


Term = Fixed | Reading
Node = Test | Always | Group

EQUAL = {"_==_": False, "_!=_": True}
ORDER = {"_<_": Operator.LESS, "_<=_": Operator.AT_MOST, "_>_": Operator.MORE, "_>=_": Operator.AT_LEAST}
TEXT = {"contains": Operator.CONTAINS, "startsWith": Operator.STARTS}
JOIN = {"_&&_": True, "_||_": False}
TURNED = {
    Operator.LESS: Operator.MORE,
    Operator.MORE: Operator.LESS,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.AT_MOST,
}
DENIED = {
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.LESS,
    Operator.MORE: Operator.AT_MOST,
    Operator.AT_MOST: Operator.MORE,
}
ORDERED = {Kind.NUMBER, Kind.DATE}
ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
MISMATCH = re.compile(r"found no matching overload for '([^']+)' applied to '\(([^']+)\)'")


def parse(source: str) -> Node:
    """The tree of ``source``, or ``RuleRefused`` with the place and the reason."""
    if len(source) > LONGEST:
        raise RuleRefused(_("The rule is longer than %(most)s characters.") % {"most": LONGEST})
    if not source.isascii() and source.encode(errors="replace") != source.encode(errors="surrogatepass"):
        raise RuleRefused(_("The rule holds characters that do not exist."))
    try:
        checked = environment().compile(source)
    except RuntimeError as error:
        raise _refusal(source, str(error)) from None
    envelope, tree = Envelope(), CheckedExpr()
    envelope.ParseFromString(checked.serialize())
    tree.ParseFromString(envelope.value)
    node = _Walk(source, tree).node(tree.expr)
    if sum(isinstance(each, Test) for each, _depth in listed(node)) > MOST_TESTS:
        raise RuleRefused(_("The rule has more than %(most)s conditions.") % {"most": MOST_TESTS})
    return node


def _refusal(source: str, error: str) -> RuleRefused:
    """The first fault that the checker found, in words."""
    found = ERROR.search(error)
    if found is None:
        return RuleRefused(_("The rule cannot be read: %(error)s") % {"error": error})
    line, column, message = int(found[1]), int(found[2]), found[3].removesuffix(" [INVALID_ARGUMENT]")
    if absent := UNDECLARED.search(message):
        name = absent[1].split("' (")[0].removesuffix(KNOWN)
        text = source.splitlines()[line - 1]
        column = text.rfind(name.split(".")[0], 0, column + len(name)) + 1
        try:
            fact(name, line=line, column=column)
        except RuleRefused as refused:
            return refused
        message = _("“%(name)s” is a function: write its arguments in brackets.") % {"name": name}
    elif mismatch := MISMATCH.search(message):
        words = {"operator": mismatch[1].strip("_").replace("@in", "in"), "types": mismatch[2]}
        message = _("“%(operator)s” cannot be applied to values of these kinds: %(types)s.") % words
    elif message.startswith("Syntax error"):
        message = _("Here something is missing or too much: %(error)s") % {"error": message}
    return RuleRefused(message, line=line, column=column)


class _Walk:
    """Reads one checked expression; keeps the source, to say where it refuses."""

    def __init__(self, source: str, tree: CheckedExpr) -> None:
        self.source = source
        self.positions = dict(tree.source_info.positions)

    def refuse(self, expr: Expr, message: str, remedy: str = "") -> RuleRefused:
        before = self.source[: self.start(expr)]
        return RuleRefused(
            message, remedy=remedy, line=before.count("\n") + 1, column=len(before) - before.rfind("\n")
        )

    def start(self, expr: Expr) -> int:
        """Where a part begins; the checker places a dotted name at its dot, and ``has`` at its bracket."""
        place = self.positions.get(expr.id, 0)
        first = "has" if self.source[place : place + 1] == "(" else expr.ident_expr.name.split(".")[0]
        return (
            max(self.source.rfind(first, 0, place + 1), 0) if expr.WhichOneof("expr_kind") == "ident_expr" else place
        )

    def node(self, expr: Expr, *, negated: bool = False) -> Node:
        """A part that is true, false or unknown."""
        kind = expr.WhichOneof("expr_kind")
        if kind == "const_expr" and expr.const_expr.WhichOneof("constant_kind") == "bool_value":
            return Always(expr.const_expr.bool_value != negated)
        if kind == "ident_expr" and expr.ident_expr.name.endswith(KNOWN):
            self.no_macro(expr)
            return Test(Operator.KNOWN, Reading(fact(expr.ident_expr.name.removesuffix(KNOWN))), negated=negated)
        if kind == "call_expr" and (node := self.operation(expr, negated)):
            return node
        return self.flag(expr, negated)

    def operation(self, expr: Expr, negated: bool) -> Node | None:
        name, args = expr.call_expr.function, list(expr.call_expr.args)
        if name == "!_":
            return self.node(args[0], negated=not negated)
        if name in JOIN:
            parts = [self.node(arg, negated=negated) for arg in args]
            return joined(parts, every=JOIN[name] != negated)
        if name in EQUAL:
            return self.equality(expr, args, negated != EQUAL[name])
        if name in ORDER:
            return self.order(expr, args, ORDER[name], negated)
        if name == "@in":
            return self.membership(expr, args, negated)
        if name in TEXT and expr.call_expr.HasField("target"):
            return self.text(expr, negated)
        return None

    def flag(self, expr: Expr, negated: bool) -> Node:
        subject = self.term(expr)
        if not isinstance(subject, Reading) or subject.fact.kind is not Kind.FLAG:
            raise self.refuse(expr, _("This is no condition."), _("Compare it with a value."))
        return Test(Operator.TRUE, subject, negated=negated)

    def equality(self, expr: Expr, args: list[Expr], negated: bool) -> Node:
        for one, other in (args, reversed(args)):
            if one.const_expr.WhichOneof("constant_kind") == "bool_value":
                return self.node(other, negated=negated == one.const_expr.bool_value)
        subject, against, _turned = self.sides(expr, args)
        return Test(Operator.EQUAL, subject, (against,), negated)

    def order(self, expr: Expr, args: list[Expr], operator: Operator, negated: bool) -> Node:
        subject, against, turned = self.sides(expr, args)
        if subject.fact.kind not in ORDERED:
            raise self.refuse(
                expr,
                _("“%(label)s” has no order: only numbers and days can be compared so.")
                % {"label": subject.fact.label},
            )
        operator = TURNED[operator] if turned else operator
        return Test(DENIED[operator] if negated else operator, subject, (against,))

    def membership(self, expr: Expr, args: list[Expr], negated: bool) -> Node:
        subject = self.term(args[0])
        if not isinstance(subject, Reading) or args[1].WhichOneof("expr_kind") != "list_expr":
            raise self.refuse(expr, _("“in” asks whether a fact is in a list."), _("Write: fact in [value, value]."))
        values = tuple(self.term(each) for each in args[1].list_expr.elements)
        if not values:
            raise self.refuse(expr, _("The list is empty."), _("Name at least one value."))
        if not all(isinstance(value, Fixed) for value in values):
            raise self.refuse(expr, _("A list can only hold fixed values."))
        return Test(Operator.AMONG, subject, values, negated)

    def text(self, expr: Expr, negated: bool) -> Node:
        subject, against = self.term(expr.call_expr.target), self.term(expr.call_expr.args[0])
        if not isinstance(subject, Reading) or not isinstance(against, Fixed):
            raise self.refuse(expr, _("Only the text of a fact can be searched, for a fixed text."))
        return Test(TEXT[expr.call_expr.function], subject, (against,), negated)

    def sides(self, expr: Expr, args: list[Expr]) -> tuple[Reading, Term, bool]:
        """Subject, what it is compared with, and whether the rule says it the other way round."""
        left, right = self.term(args[0]), self.term(args[1])
        if isinstance(left, Reading):
            return left, right, False
        if isinstance(right, Reading):
            return right, left, True
        raise self.refuse(expr, _("Two fixed values are compared."), _("Compare a fact with a value."))

    def term(self, expr: Expr) -> Term:
        """A value: fixed, or read from the person."""
        kind = expr.WhichOneof("expr_kind")
        if kind == "const_expr":
            return self.constant(expr)
        if kind == "ident_expr":
            self.no_macro(expr)
            return Reading(fact(expr.ident_expr.name))
        if kind == "call_expr" and not expr.call_expr.HasField("target"):
            if expr.call_expr.function in {DAY, "timestamp"}:
                return self.day(expr)
            if not re.search(r"\W_|_\W|@|\?", expr.call_expr.function):
                return self.function(expr)
        raise self.refuse(
            expr, _("“%(what)s” cannot be used in a rule.") % {"what": self.named(expr)}, _("See the list of facts.")
        )

    def function(self, expr: Expr) -> Term:
        known = fact(expr.call_expr.function)
        return Reading(known, tuple(self.term(arg) for arg in expr.call_expr.args))

    def constant(self, expr: Expr) -> Fixed:
        kind = expr.const_expr.WhichOneof("constant_kind")
        if kind not in {"string_value", "int64_value", "bool_value"}:
            raise self.refuse(expr, _("Only text, whole numbers, days, true and false can stand in a rule."))
        return Fixed(getattr(expr.const_expr, kind))

    def day(self, expr: Expr) -> Fixed:
        text = expr.call_expr.args[0].const_expr.string_value
        try:
            if expr.call_expr.function == DAY:
                return Fixed(date.fromisoformat(text))
            moment = datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            raise self.refuse(
                expr, _("“%(text)s” is no day.") % {"text": text}, _('Write a day as date("2026-01-31").')
            ) from None
        if moment.time() != datetime.min.time():
            raise self.refuse(expr, _("A rule knows days, not hours."), _('Write a day as date("2026-01-31").'))
        return Fixed(moment.date())

    def no_macro(self, expr: Expr) -> None:
        """``has(x.y)`` reaches us as plain ``x.y``; only its place, at the bracket, tells them apart."""
        if self.source[self.positions.get(expr.id, 0)] == "(":
            raise self.refuse(
                expr,
                _("“has” cannot be used in a rule."),
                _("Write %(name)s to ask whether it is known.") % {"name": expr.ident_expr.name + KNOWN},
            )

    def named(self, expr: Expr) -> str:
        kind = expr.WhichOneof("expr_kind")
        if kind == "call_expr":
            return expr.call_expr.function.replace("_", "")
        return {"comprehension_expr": "all, exists, map, filter", "struct_expr": "{}", "list_expr": "[]"}.get(
            str(kind), "."
        )


def joined(parts: list[Node], *, every: bool) -> Node:
    """A group without groups of its own kind and without parts that decide nothing."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, Group) and part.every == every else (part,)
    if Always(not every) in flat:
        return Always(not every)
    flat = [part for part in flat if not isinstance(part, Always)]
    if not flat:
        return Always(every)
    return flat[0] if len(flat) == 1 else Group(every, tuple(flat))


def conjuncts(root: Node) -> tuple[Node, ...]:
    """The parts that must all hold."""
    return root.parts if isinstance(root, Group) and root.every else (root,)


def listed(root: Node) -> list[tuple[Node, int]]:
    """Every clause with its depth, in reading order: first those that must all hold, below each its own parts."""
    return [found for part in conjuncts(root) for found in _below(part, 0)]


def _below(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    yield node, depth
    if isinstance(node, Group):
        for part in node.parts:
            yield from _below(part, depth + 1)


def readings(root: Node) -> list[Reading]:
    """Every reading that a test compares, once, in reading order."""
    found: dict[Reading, None] = {}
    for node, _depth in listed(root):
        if isinstance(node, Test):
            found |= {term: None for term in (node.subject, *node.against) if isinstance(term, Reading)}
    return list(found)


def facts(root: Node) -> list[Fact]:
    """Every fact that the rule touches, also inside the arguments of functions."""
    found: dict[Fact, None] = {}
    for reading in readings(root):
        found |= dict.fromkeys(facts_of(reading))
    return list(found)


def facts_of(reading: Reading) -> list[Fact]:
    inner = [each for term in reading.arguments if isinstance(term, Reading) for each in facts_of(term)]
    return [reading.fact, *inner]
