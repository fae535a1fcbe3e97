"""The catalogue of facts: what a rule may ask about a member, and where each answer is found.

Every app registers its own facts from ``ready``; ``audiences`` reads them and imports none. A fact knows no rule.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from niangjia.core.errors import Text

# A Django expression over ``members.Member``.
Expression = Any
Choices = Callable[[], Mapping[str, Text]]

NAME = re.compile(r"[a-z][a-z_0-9]*(\.[a-z][a-z_0-9]*)?")


class Kind(StrEnum):
    """What a value is: text as typed, one of a list, a number, a day, yes or no, the code of an organisation."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    PLACE = "place"


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameter:
    """What a function takes. ``fact`` names the fact which the condition builder puts there by itself."""

    kind: Kind
    label: Text
    fact: str = ""
    choices: Choices | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Fact:
    """One thing that can be known about a member.

    ``value`` yields the expression; for a function it takes the arguments, a fixed one as a Python value, a fact as an
    expression. ``shown`` is text to show as the value found where the value itself says too little. ``dated`` is the
    day as of which the value is known. A function of another fact may leave source, date and remedy to that fact.
    ``affirmed`` and ``denied`` are the sentences of a flag; they may hold ``%(argument)s``.
    """

    name: str
    label: Text
    kind: Kind
    value: Callable[..., Expression]
    source: Text = ""
    dated: Callable[[], Expression] | None = None
    remedy: Text = ""
    nullable: bool = False
    permission: str = ""
    choices: Choices | None = None
    parameters: tuple[Parameter, ...] = ()
    shown: Callable[..., Expression] | None = None
    affirmed: Text = ""
    denied: Text = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a fact: write namespace.name, or the name of a function.")
        if self.kind is Kind.FLAG and not (self.affirmed and self.denied):
            raise ValueError(f"{self.name} is a flag: say in words what it is when met and when not.")
        if self.kind is Kind.CHOICE and self.choices is None:
            raise ValueError(f"{self.name} is a choice: say of what.")


_facts: dict[str, Fact] = {}


def register(*facts: Fact) -> None:
    """Make facts known, or say them anew. Called from each app's ``ready``."""
    for fact in facts:
        _facts[fact.name] = fact


def unregister(name: str) -> None:
    """Forget a fact, as when its app is gone."""
    _facts.pop(name, None)


def registered() -> dict[str, Fact]:
    """Every fact by its name, in the order in which they were registered."""
    return dict(_facts)


def similar(name: str) -> list[str]:
    """Names near to one that is not registered."""
    return difflib.get_close_matches(name, _facts, n=3, cutoff=0.75)
