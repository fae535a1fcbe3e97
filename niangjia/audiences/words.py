"""Rules and values in the words of a person."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audiences.tree import Always, Fixed, Group, Node, Operator, Reading, Term, Test
from niangjia.core.catalogue import Choices, Fact, Kind
from niangjia.org.models import Organization
from niangjia.ui.formats import short_day


def in_words(kind: Kind | str, value: Any, choices: Choices | None = None) -> str:
    """One value, as a person reads it."""
    if value is None:
        return _("unknown")
    if kind == Kind.FLAG:
        return _("yes") if value else _("no")
    if kind == Kind.DATE:
        return short_day(value if isinstance(value, date) else date.fromisoformat(value))
    if kind == Kind.CHOICE and choices:
        return str(choices().get(value, value))
    if kind == Kind.PLACE:
        found = Organization.objects.filter(code=value).values_list("name", flat=True).first()
        return found or str(value)
    return str(value)


def label(reading: Reading) -> str:
    """The name of what is read; a function may put its argument into it."""
    return str(reading.fact.label) % _argument(reading)


def plain_label(fact: Fact) -> str:
    """The name of a fact where its argument is not yet given."""
    asked = next((given for given in fact.parameters if not given.fact), None)
    argument = _("a given day") if asked and asked.kind is Kind.DATE else "…"
    return str(fact.label) % {"argument": argument}


def sentence(node: Node) -> str:
    """The whole node in one sentence, a group with its parts."""
    if isinstance(node, Group):
        parts = [_bracketed(part) if isinstance(part, Group) else sentence(part) for part in node.parts]
        return (_(", and ") if node.every else _(", or ")).join(parts)
    return heading(node)


def _bracketed(group: Group) -> str:
    return _("(%(conditions)s)") % {"conditions": sentence(group)}


def heading(node: Node) -> str:
    """A test in full; of a group only how many of its parts must hold, since these stand below it."""
    if isinstance(node, Always):
        return _("Everybody") if node.holds else _("Nobody")
    if isinstance(node, Group):
        return _("All of the following") if node.every else _("At least one of the following")
    return _question(node)


def paragraph(parts: tuple[Node, ...]) -> str:
    """What must hold, as a notice says it."""
    if len(parts) == 1:
        return _("%(condition)s.") % {"condition": sentence(parts[0])}
    numbered = [
        _("(%(number)s) %(condition)s") % {"number": n, "condition": sentence(p)} for n, p in enumerate(parts, 1)
    ]
    return _("All of these conditions are met: %(conditions)s.") % {"conditions": _("; ").join(numbered)}


def _question(test: Test) -> str:
    if test.operator is Operator.TRUE:
        said = test.subject.fact.denied if test.negated else test.subject.fact.affirmed
        return str(said) % _argument(test.subject)
    values = [_side(test.subject.fact, term) for term in test.against]
    joined = _(", ").join(values[:-1]) + _(" or ") + values[-1] if len(values) > 1 else "".join(values)
    return _pattern(test, several=len(values) > 1) % {"label": label(test.subject), "value": joined}


def _pattern(test: Test, *, several: bool) -> str:
    if test.operator in {Operator.EQUAL, Operator.AMONG}:
        if several:
            return _("%(label)s is none of %(value)s") if test.negated else _("%(label)s is one of %(value)s")
        return _("%(label)s is not %(value)s") if test.negated else _("%(label)s is %(value)s")
    if test.operator is Operator.KNOWN:
        return _("%(label)s is not known") if test.negated else _("%(label)s is known")
    if test.operator is Operator.CONTAINS:
        return _("%(label)s does not contain %(value)s") if test.negated else _("%(label)s contains %(value)s")
    if test.operator is Operator.STARTS:
        return _("%(label)s does not begin with %(value)s") if test.negated else _("%(label)s begins with %(value)s")
    return (_of_days if test.subject.fact.kind is Kind.DATE else _of_numbers)(test.operator)


def _of_days(operator: Operator) -> str:
    return {
        Operator.LESS: _("%(label)s is before %(value)s"),
        Operator.AT_MOST: _("%(label)s is on or before %(value)s"),
        Operator.MORE: _("%(label)s is after %(value)s"),
        Operator.AT_LEAST: _("%(label)s is on or after %(value)s"),
    }[operator]


def _of_numbers(operator: Operator) -> str:
    return {
        Operator.LESS: _("%(label)s is less than %(value)s"),
        Operator.AT_MOST: _("%(label)s is at most %(value)s"),
        Operator.MORE: _("%(label)s is more than %(value)s"),
        Operator.AT_LEAST: _("%(label)s is at least %(value)s"),
    }[operator]


def _side(subject: Fact, term: Term) -> str:
    if isinstance(term, Reading):
        return label(term)
    return in_words(subject.kind, term.value, subject.choices)


def _argument(reading: Reading) -> dict[str, str]:
    """What stands for ``%(argument)s``: the first fixed argument."""
    for given, term in zip(reading.fact.parameters, reading.arguments, strict=True):
        if isinstance(term, Fixed):
            return {"argument": in_words(given.kind, term.value, given.choices)}
    return {}
