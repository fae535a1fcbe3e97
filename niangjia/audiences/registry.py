"""The catalogue as the eligibility language sees it: names, types, near names, and what a reader may know."""

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.access import Actor, Placed
from niangjia.core.catalogue import Fact, Kind, Parameter, register, registered, similar
from niangjia.core.errors import InvalidInput, NotPermitted

__all__ = ["Fact", "Kind", "Parameter", "RuleRefused", "environment", "fact", "register", "require_known", "usable"]

KNOWN = ".known"
DAY = "date"


class RuleRefused(InvalidInput):
    """The rule names what does not exist, or says it in a way that a rule cannot. The message names the place."""

    code = "rule-refused"

    def __init__(self, message: str, *, remedy: str = "", line: int = 0, column: int = 0) -> None:
        place = _("Line %(line)s, character %(column)s: ") % {"line": line, "column": column} if line else ""
        super().__init__(place + message, field="source", remedy=remedy)
        self.line, self.column = line, column


def fact(name: str, *, line: int = 0, column: int = 0) -> Fact:
    """The fact of that name; an absent one is refused by its name, with the names near to it."""
    found = registered().get(name)
    if found is not None:
        return found
    remedy = _("Choose one from the list of facts.")
    if near := similar(name):
        remedy = _("Did you mean %(names)s?") % {"names": _(" or ").join(near)}
    raise RuleRefused(_("There is no fact “%(name)s”.") % {"name": name}, remedy=remedy, line=line, column=column)


def may_know(reader: Actor | None, known: Fact, where: Placed | str) -> bool:
    """Whether the reader may know this fact of people at ``where``."""
    return not known.permission or access.can(reader, known.permission, where)


def require_known(reader: Actor | None, facts: list[Fact], where: Placed | str) -> None:
    """Refuse by its name a fact that the reader may not know at ``where``."""
    for known in facts:
        if not may_know(reader, known, where):
            raise NotPermitted(
                _("Your role does not allow you to use the fact “%(label)s”.") % {"label": known.label},
                remedy=_("Leave this condition out, or ask a colleague whose role includes it."),
                context={"fact": known.name, "permission": known.permission},
            )


def usable(reader: Actor | None, where: Placed | str) -> list[Fact]:
    """The facts which this reader may use in a rule."""
    return [known for known in registered().values() if may_know(reader, known, where)]


def environment() -> Any:
    """The type checker's view of the facts that are registered now."""
    return _environment(tuple(registered().values()))


@lru_cache(maxsize=4)
def _environment(facts: tuple[Fact, ...]) -> Any:
    return _cel().NewEnv(
        variables=variables(facts), functions=[*functions(facts), function(DAY, Kind.DATE, [Kind.TEXT])]
    )


def _cel() -> Any:
    from cel_expr_python import cel  # noqa: PLC0415 (a slow library: only those who read a rule wait for it)

    return cel


def cel_type(kind: Kind) -> Any:
    """The type of CEL that holds values of this kind; a day is the midnight UTC that begins it."""
    types = _cel().Type
    return {Kind.NUMBER: types.INT, Kind.DATE: types.TIMESTAMP, Kind.FLAG: types.BOOL}.get(kind, types.STRING)


def variables(facts: tuple[Fact, ...]) -> dict[str, Any]:
    """Facts without arguments, each with a companion that says whether it is known: ``member.birth_on.known``."""
    plain = [known for known in facts if not known.parameters]
    return {known.name: cel_type(known.kind) for known in plain} | {
        known.name + KNOWN: cel_type(Kind.FLAG) for known in plain
    }


def functions(facts: tuple[Fact, ...]) -> list[Any]:
    return [
        function(known.name, known.kind, [given.kind for given in known.parameters])
        for known in facts
        if known.parameters
    ]


def function(name: str, kind: Kind, takes: list[Kind], does: Any = None) -> Any:
    """The declaration of a function; the evaluator also needs what it ``does``."""
    overload = _cel().Overload(name, cel_type(kind), [cel_type(each) for each in takes], False, does)
    return _cel().FunctionDecl(name, [overload])
