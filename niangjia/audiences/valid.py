"""What the type checker cannot know of a rule about to be saved: that the values it names exist."""

import difflib

from django.utils.translation import gettext as _

from niangjia.audiences import compile as compiling
from niangjia.audiences.registry import RuleRefused
from niangjia.audiences.tree import Fixed, Node, Reading, Term, Test, listed, parse
from niangjia.core.catalogue import Choices
from niangjia.core.errors import Text

NUL = "\0"


def checked(source: str) -> Node:
    """The tree of a rule that may be saved."""
    root = parse(source)
    check(root)
    return root


def check(root: Node) -> None:
    """Raise where the rule names a value that a fact cannot have, or what a fact itself refuses."""
    for node, _depth in listed(root):
        if isinstance(node, Test):
            _values(node.subject.fact.label, node.against, node.subject.fact.choices)
            for term in (node.subject, *node.against):
                if isinstance(term, Reading):
                    _arguments(term)
    compiling.to_q(root)


def _arguments(reading: Reading) -> None:
    for given, term in zip(reading.fact.parameters, reading.arguments, strict=True):
        _values(given.label, (term,), given.choices)
        if isinstance(term, Reading):
            _arguments(term)


def _values(label: Text, terms: tuple[Term, ...], choices: Choices | None) -> None:
    fixed = [term.value for term in terms if isinstance(term, Fixed)]
    if any(isinstance(value, str) and NUL in value for value in fixed):
        raise RuleRefused(_("“%(label)s” is compared with text that cannot be stored.") % {"label": label})
    if choices is None:
        return
    known = choices()
    for value in fixed:
        if value not in known:
            near = difflib.get_close_matches(str(value), known, n=3) or list(known)[:3]
            raise RuleRefused(
                _("“%(label)s” cannot be “%(value)s”.") % {"label": label, "value": value},
                remedy=_("Did you mean %(names)s?") % {"names": _(" or ").join(near)},
            )
