"""The condition builder's language: a subset of CEL as JSON, written and read back.

``{"join": "all", "items": [...]}``; an item is a condition ``{"fact", "operator"}`` with ``value`` and ``argument``
where these belong, or one group more of conditions.
"""

import json
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audiences.registry import DAY, KNOWN, RuleRefused, fact
from niangjia.audiences.tree import Always, Fixed, Group, Node, Operator, Reading, Test
from niangjia.audiences.words import plain_label
from niangjia.core.catalogue import Fact, Kind, Parameter

Conditions = dict[str, Any]

JOINS = {"all": " && ", "any": " || "}
ORDER = {
    Kind.NUMBER: {
        "equals": (Operator.EQUAL, "=="),
        "less": (Operator.LESS, "<"),
        "at_most": (Operator.AT_MOST, "<="),
        "more": (Operator.MORE, ">"),
        "at_least": (Operator.AT_LEAST, ">="),
    },
    Kind.DATE: {
        "on": (Operator.EQUAL, "=="),
        "before": (Operator.LESS, "<"),
        "on_or_before": (Operator.AT_MOST, "<="),
        "after": (Operator.MORE, ">"),
        "on_or_after": (Operator.AT_LEAST, ">="),
    },
}
WORDS: dict[str, tuple[Operator, bool, str]] = {
    "is": (Operator.EQUAL, False, "{subject} == {value}"),
    "is_not": (Operator.EQUAL, True, "{subject} != {value}"),
    "contains": (Operator.CONTAINS, False, "{subject}.contains({value})"),
    "does_not_contain": (Operator.CONTAINS, True, "!{subject}.contains({value})"),
}
LISTS = {"one_of": "{subject} in [{values}]", "none_of": "!({subject} in [{values}])"}
FLAGS = {"yes": "{subject}", "no": "!{subject}"}
KNOWLEDGE = {"known": "{subject}" + KNOWN, "unknown": "!{subject}" + KNOWN}
OPERATORS: dict[Kind, list[str]] = {
    Kind.TEXT: list(WORDS),
    Kind.PLACE: ["is", "is_not"],
    Kind.CHOICE: list(LISTS),
    Kind.FLAG: list(FLAGS),
    Kind.NUMBER: list(ORDER[Kind.NUMBER]),
    Kind.DATE: list(ORDER[Kind.DATE]),
}


def operators(known: Fact) -> list[str]:
    """What the builder offers for a fact."""
    return OPERATORS[known.kind] + (list(KNOWLEDGE) if known.nullable and not known.parameters else [])


def asked(known: Fact) -> Parameter | None:
    """The argument that a person has to give, where there is one."""
    return next((given for given in known.parameters if not given.fact), None)


def write(conditions: Conditions) -> str:
    """The conditions as CEL. Raises ``RuleRefused`` where they are not whole."""
    items = _items(conditions)
    if not items:
        return "true"
    parts = [_group(item) if "items" in item else _condition(item) for item in items]
    return JOINS[conditions["join"]].join(parts)


def _items(group: Conditions) -> list[Conditions]:
    if group.get("join") not in JOINS or not isinstance(group.get("items"), list):
        raise RuleRefused(_("A group of conditions needs “all” or “any”, and its conditions."))
    return list(group["items"])


def _group(group: Conditions) -> str:
    parts = [_condition(item) for item in _items(group)]
    if not parts:
        raise RuleRefused(_("A group of conditions is empty."), remedy=_("Add a condition, or remove the group."))
    return f"({JOINS[group['join']].join(parts)})"


def _condition(item: Conditions) -> str:
    if not item.get("fact"):
        raise RuleRefused(_("A condition asks for nothing yet."), remedy=_("Choose what it asks for, or remove it."))
    known = fact(str(item["fact"]))
    operator = item.get("operator")
    if operator not in operators(known):
        raise RuleRefused(
            _("“%(label)s” has no operator “%(operator)s”.") % {"label": known.label, "operator": operator}
        )
    subject = _subject(known, item)
    if operator in FLAGS or operator in KNOWLEDGE:
        return (FLAGS | KNOWLEDGE)[operator].format(subject=subject)
    if operator in LISTS:
        values = item.get("value")
        if not isinstance(values, list) or not values:
            raise _incomplete(known)
        return LISTS[operator].format(
            subject=subject, values=", ".join(_literal(known.kind, v, known) for v in values)
        )
    value = _literal(known.kind, item.get("value"), known)
    if operator in WORDS:
        return WORDS[operator][2].format(subject=subject, value=value)
    return f"{subject} {ORDER[known.kind][operator][1]} {value}"


def _subject(known: Fact, item: Conditions) -> str:
    if not known.parameters:
        return known.name
    given = [each.fact or _literal(each.kind, item.get("argument"), known) for each in known.parameters]
    return f"{known.name}({', '.join(given)})"


def _literal(kind: Kind, value: Any, known: Fact) -> str:
    if kind is Kind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if kind is Kind.DATE and isinstance(value, str):
        try:
            return f'{DAY}("{date.fromisoformat(value).isoformat()}")'
        except ValueError:
            raise _incomplete(known) from None
    if kind in {Kind.TEXT, Kind.CHOICE, Kind.PLACE} and isinstance(value, str) and value:
        return json.dumps(value, ensure_ascii=False)
    raise _incomplete(known)


def _incomplete(known: Fact) -> RuleRefused:
    return RuleRefused(
        _("The condition on “%(label)s” is not complete.") % {"label": plain_label(known)},
        remedy=_("Fill in its value, or remove it."),
    )


def read(root: Node) -> Conditions | None:
    """The conditions that say the same, or ``None`` where the builder has no words for the rule."""
    if isinstance(root, Always):
        return {"join": "all", "items": []} if root.holds else None
    return _read_group(root if isinstance(root, Group) else Group(True, (root,)), nested=False)


def _read_group(group: Group, *, nested: bool) -> Conditions | None:
    items: list[Conditions] = []
    for part in group.parts:
        if isinstance(part, Group):
            item = None if nested else _read_group(part, nested=True)
        else:
            item = _read_test(part) if isinstance(part, Test) else None
        if item is None:
            return None
        items.append(item)
    return {"join": "all" if group.every else "any", "items": items}


def _read_test(test: Test) -> Conditions | None:
    known = test.subject.fact
    words = _operator(test)
    subject = _read_subject(test.subject)
    if words is None or subject is None or words[0] not in operators(known):
        return None
    operator, value = words
    return subject | {"operator": operator} | ({} if value is None else {"value": value})


def _read_subject(subject: Reading) -> Conditions | None:
    found: Conditions = {"fact": subject.fact.name}
    for given, term in zip(subject.fact.parameters, subject.arguments, strict=True):
        if given.fact:
            if not isinstance(term, Reading) or term.fact.name != given.fact:
                return None
        elif isinstance(term, Fixed):
            found["argument"] = _plain(term)
        else:
            return None
    return found


def _operator(test: Test) -> tuple[str, Any] | None:
    if test.operator is Operator.TRUE:
        return ("no" if test.negated else "yes"), None
    if test.operator is Operator.KNOWN:
        return ("unknown" if test.negated else "known"), None
    values = [_plain(term) for term in test.against if isinstance(term, Fixed)]
    if len(values) != len(test.against):
        return None
    kind = test.subject.fact.kind
    if kind is Kind.CHOICE and test.operator in {Operator.EQUAL, Operator.AMONG}:
        return ("none_of" if test.negated else "one_of"), values
    if len(values) > 1 or test.operator is Operator.AMONG:
        return None
    return next(((name, values[0]) for name in _named(kind, test.operator, negated=test.negated)), None)


def _named(kind: Kind, operator: Operator, *, negated: bool) -> list[str]:
    if kind in ORDER:
        return [] if negated else [name for name, (meant, _sign) in ORDER[kind].items() if meant is operator]
    return [name for name, (meant, denied, _form) in WORDS.items() if (meant, denied) == (operator, negated)]


def _plain(term: Fixed) -> Any:
    return term.value.isoformat() if isinstance(term.value, date) else term.value
