"""The tree as SQL: one condition over ``members.Member`` for the filter, the count and the frozen findings alike.

Written with functions over expressions, not with keywords, because Django adds ``IS NOT NULL`` to a negated keyword
and would so turn "unknown" into "met".
"""

from typing import Any

from django.db.models import BooleanField, DateField, Func, Q, Value

from niangjia.audiences.tree import Always, Group, Node, Operator, Reading, Term, Test

TEMPLATES = {
    Operator.TRUE: "(%(expressions)s)",
    Operator.KNOWN: "(%(expressions)s IS NOT NULL)",
    Operator.CONTAINS: "(STRPOS(%(expressions)s) > 0)",
    Operator.STARTS: "STARTS_WITH(%(expressions)s)",
}
SIGNS = {
    Operator.EQUAL: " = ",
    Operator.LESS: " < ",
    Operator.AT_MOST: " <= ",
    Operator.MORE: " > ",
    Operator.AT_LEAST: " >= ",
    Operator.AMONG: " IN ",
}


def to_q(root: Node) -> Q:
    """What a person must satisfy: what is unknown is not satisfied."""
    return Q(truth(root))


def truth(node: Node) -> Func:
    """The node as an expression that is true, false or NULL."""
    if isinstance(node, Always):
        return _boolean(Value(node.holds), template="(%(expressions)s)")
    if isinstance(node, Group):
        return _boolean(*(truth(part) for part in node.parts), joiner=" AND " if node.every else " OR ")
    test = _test(node)
    return _boolean(test, template="(NOT %(expressions)s)") if node.negated else test


def value(reading: Reading) -> Any:
    """What the reading yields for a person."""
    return reading.fact.value(*_arguments(reading))


def shown(reading: Reading) -> Any:
    """What to show as the value found."""
    return (reading.fact.shown or reading.fact.value)(*_arguments(reading))


def dated(reading: Reading) -> Any:
    """The day as of which the value is known; a function of a fact has that of the fact."""
    if reading.fact.dated is not None:
        return reading.fact.dated()
    inner = [dated(term) for term in reading.arguments if isinstance(term, Reading)]
    return inner[0] if inner else Value(None, DateField())


def _test(test: Test) -> Func:
    subject, against = value(test.subject), [_side(term) for term in test.against]
    if test.operator is Operator.AMONG:
        against = [Func(*against, template="(%(expressions)s)")]
    if test.operator in SIGNS:
        return _boolean(subject, *against, joiner=SIGNS[test.operator])
    return _boolean(subject, *against, template=TEMPLATES[test.operator])


def _side(term: Term) -> Any:
    return value(term) if isinstance(term, Reading) else Value(term.value)


def _arguments(reading: Reading) -> list[Any]:
    return [value(term) if isinstance(term, Reading) else term.value for term in reading.arguments]


def _boolean(*parts: Any, template: str = "(%(expressions)s)", joiner: str = ", ") -> Func:
    return Func(*parts, template=template, arg_joiner=joiner, output_field=BooleanField())
