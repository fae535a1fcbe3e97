"""The condition builder on a page: what was filled in, whole or not, and what each row offers.

It stands in a form of the page that includes ``audiences/builder.html``. Every button of it sends the form and ``act``
does what the button says, so that it works without JavaScript; htmx only saves the way back and forth.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.audiences import conditions as language
from niangjia.audiences import queries
from niangjia.audiences.conditions import Conditions
from niangjia.audiences.models import RuleVersion
from niangjia.audiences.registry import RuleRefused, usable
from niangjia.audiences.valid import checked
from niangjia.audiences.words import plain_label
from niangjia.core.access import Actor
from niangjia.core.catalogue import Choices, Fact, Kind
from niangjia.core.errors import InvalidInput, Text
from niangjia.org.models import Organization

FIELD = "builder"
UNIT = f"{FIELD}-unit"
MANY = 24  # more boxes than this are folded away
MOST_PLACES = 400


@dataclass
class Input:
    """One control of a row: its kind, its name, what it holds and what it offers."""

    name: str
    kind: Kind
    label: Text
    value: Any
    options: list[tuple[str, Text]] = field(default_factory=list)

    @property
    def chosen(self) -> list[str]:
        """The words of what is ticked."""
        return [str(label) for key, label in self.options if key in (self.value or [])]

    @property
    def folded(self) -> bool:
        return len(self.options) > MANY


@dataclass
class Row:
    """One condition, at ``path`` in the form: ``2``, or ``1-0`` within the second group."""

    path: str
    item: Conditions
    builder: "Builder"

    @property
    def known(self) -> Fact | None:
        return self.builder.known.get(self.item.get("fact", ""))

    @property
    def name(self) -> str:
        return f"{FIELD}-{self.path}"

    @property
    def operators(self) -> list[tuple[str, str]]:
        return [(each, operator_words(each)) for each in language.operators(self.known)] if self.known else []

    @property
    def argument(self) -> Input | None:
        asked = language.asked(self.known) if self.known else None
        if asked is None:
            return None
        value = self.item.get("argument", "")
        return self.builder.control(f"{self.name}-argument", asked.kind, asked.label, value, asked.choices)

    @property
    def asks_first(self) -> bool:
        """Whether the argument belongs before the operator: “age on a day is at least”."""
        return self.known is not None and self.known.kind is not Kind.FLAG

    @property
    def value(self) -> Input | None:
        if self.known is None or self.item.get("operator") in {*language.FLAGS, *language.KNOWLEDGE}:
            return None
        label, value = self.known.label, self.item.get("value", "")
        return self.builder.control(f"{self.name}-value", self.known.kind, label, value, self.known.choices)


@dataclass
class Part:
    """A condition, or a group of them; exactly one of the two."""

    row: Row | None = None
    path: str = ""
    join: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Builder:
    """What a person has filled in so far, for the members of ``organization``.

    ``problem`` is what a button could not do; ``lacks`` what is still missing for a count.
    """

    organization: Organization
    actor: Actor
    conditions: Conditions
    by_hand: bool = False
    text: str = ""
    problem: str = ""
    lacks: str = ""

    @classmethod
    def start(cls, organization: Organization, actor: Actor, version: RuleVersion | None = None) -> Self:
        """An empty one, or one that says what ``version`` says; what it has no words for it shows as text."""
        if version is None:
            return cls(organization, actor, {"join": "all", "items": []})
        conditions = version.conditions or {"join": "all", "items": []}
        return cls(organization, actor, conditions, by_hand=version.conditions is None, text=version.source)

    @classmethod
    def sent(cls, data: QueryDict, organization: Organization, actor: Actor) -> Self:
        """The one that stood in the form that was sent."""
        made = cls(organization, actor, {"join": _join(data, FIELD), "items": []})
        made.by_hand = data.get(f"{FIELD}-by-hand") == "yes"
        made.text = data.get(f"{FIELD}-source", "").replace("\r\n", "\n")
        groups: dict[str, Conditions] = {}
        for path in data.getlist(f"{FIELD}-item"):
            outer, _dash, inner = path.partition("-")
            if not inner:
                made.conditions["items"].append(made.item(data, path))
                continue
            if outer not in groups:
                groups[outer] = {"join": _join(data, f"{FIELD}-{outer}"), "items": []}
                made.conditions["items"].append(groups[outer])
            groups[outer]["items"].append(made.item(data, path))
        return made

    def item(self, data: QueryDict, path: str) -> Conditions:
        """One condition as sent, with an operator that its fact has."""
        name = f"{FIELD}-{path}"
        item: Conditions = {"fact": data.get(f"{name}-fact", "")}
        known = self.known.get(item["fact"])
        if known is None:
            return item
        offered = language.operators(known)
        operator = data.get(f"{name}-operator", "")
        item["operator"] = operator if operator in offered else offered[0]
        if asked := language.asked(known):
            item["argument"] = _typed(asked.kind, data.get(f"{name}-argument", ""))
        if item["operator"] in language.LISTS:
            item["value"] = [each for each in data.getlist(f"{name}-value") if each]
        elif item["operator"] not in {*language.FLAGS, *language.KNOWLEDGE}:
            item["value"] = _typed(known.kind, data.get(f"{name}-value", ""))
        return item

    def act(self, verb: str) -> bool:
        """Do what a button of the builder says; ``False`` if the button is not one of its own."""
        name, _colon, path = verb.removeprefix(f"{FIELD}:").partition(":")
        deeds = {"add": self._add, "group": self._group, "remove": self._remove, "show": self._show}
        deeds |= {"by-hand": self._write_by_hand, "conditions": self._read_back}
        if not verb.startswith(f"{FIELD}:") or name not in deeds:
            return False
        deeds[name](path)
        return True

    def _add(self, path: str) -> None:
        items = self.conditions["items"]
        (items[int(path)]["items"] if self._is_group(path) else items).append({"fact": ""})

    def _group(self, path: str) -> None:
        other = "all" if self.conditions["join"] == "any" else "any"
        self.conditions["items"].append({"join": other, "items": [{"fact": ""}, {"fact": ""}]})

    def _remove(self, path: str) -> None:
        outer, _dash, inner = path.partition("-")
        items = self.conditions["items"]
        if inner and self._is_group(outer):
            _drop(items[int(outer)]["items"], inner)
            if items[int(outer)]["items"]:
                return
        _drop(items, outer)

    def _show(self, path: str) -> None:
        """Only to see it again, with the count."""

    def _write_by_hand(self, path: str) -> None:
        try:
            self.text = language.write(self.conditions)
        except RuleRefused as refused:
            self.problem = str(refused)
        else:
            self.by_hand = True

    def _read_back(self, path: str) -> None:
        try:
            read = language.read(checked(self.text))
        except RuleRefused as refused:
            self.problem = str(refused)
            return
        if read is None:
            self.problem = _("The builder has no words for this expression. It can be saved as it is.")
        else:
            self.conditions, self.by_hand = read, False

    def _is_group(self, path: str) -> bool:
        items = self.conditions["items"]
        return path.isdecimal() and int(path) < len(items) and "items" in items[int(path)]

    @property
    def source(self) -> str:
        """What it says, in CEL. Raises ``RuleRefused`` while something lacks."""
        return self.text if self.by_hand else language.write(self.conditions)

    @cached_property
    def preview(self) -> queries.Preview | None:
        """What it yields, or nothing while it is not whole; then ``lacks`` says why."""
        try:
            return queries.preview(self.source, self.organization, self.actor)
        except InvalidInput as refused:
            self.lacks = str(refused)
            return None

    @cached_property
    def known(self) -> dict[str, Fact]:
        """The facts that this person may use here."""
        return {fact.name: fact for fact in usable(self.actor, self.organization)}

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(fact.name, plain_label(fact)) for fact in self.known.values()]

    @property
    def vocabulary(self) -> list[tuple[Fact, str, str, str]]:
        """Every fact as an engineer writes it: with its words, its form and the first of its values."""
        return [(fact, plain_label(fact), written(fact), _some_values(fact)) for fact in self.known.values()]

    @property
    def parts(self) -> list[Part]:
        """The rows and groups to draw, numbered anew."""
        parts = []
        for number, item in enumerate(self.conditions["items"]):
            path = str(number)
            if "items" in item:
                rows = [Row(f"{path}-{each}", inner, self) for each, inner in enumerate(item["items"])]
                parts.append(Part(path=path, join=item["join"], rows=rows))
            else:
                parts.append(Part(row=Row(path, item, self)))
        return parts

    def control(self, name: str, kind: Kind, label: Text, value: Any, choices: Choices | None) -> Input:
        options: list[tuple[str, Text]] = list(choices().items()) if choices else []
        if kind is Kind.PLACE:
            options = self.places(str(value))
        return Input(name, kind, label, value, options)

    def places(self, present: str) -> list[tuple[str, Text]]:
        """The units that this person may see, the one that is chosen among them."""
        if not present or present in dict(self.seen):
            return self.seen
        return [*Organization.objects.filter(code=present).values_list("code", "name"), *self.seen]

    @cached_property
    def seen(self) -> list[tuple[str, Text]]:
        seen = Organization.objects.visible_to(self.actor).live()
        return list(seen.values_list("code", "name")[:MOST_PLACES])


def _join(data: QueryDict, name: str) -> str:
    return "any" if data.get(f"{name}-join") == "any" else "all"


def _drop(items: list[Conditions], number: str) -> None:
    if number.isdecimal() and int(number) < len(items):
        del items[int(number)]


def _typed(kind: Kind, text: str) -> Any:
    """A number as such; what is no number stays as it was typed, and is refused when it is used."""
    text = text.strip()
    if kind is Kind.NUMBER and text.lstrip("-").isdecimal():
        return int(text)
    return text


def written(fact: Fact) -> str:
    """How a fact stands in an expression."""
    if not fact.parameters:
        return fact.name
    given = [each.fact or ('date("2026-01-01")' if each.kind is Kind.DATE else '"…"') for each in fact.parameters]
    return f"{fact.name}({', '.join(given)})"


def _some_values(fact: Fact, most: int = 6) -> str:
    values = list(fact.choices()) if fact.choices else []
    return ", ".join(f'"{value}"' for value in values[:most]) + (", …" if len(values) > most else "")


def operator_words(operator: str) -> str:
    """What an operator is called between its fact and its value."""
    return {
        "is": _("is"),
        "is_not": _("is not"),
        "contains": _("contains"),
        "does_not_contain": _("does not contain"),
        "one_of": _("is one of"),
        "none_of": _("is none of"),
        "yes": _("is true"),
        "no": _("is not true"),
        "known": _("is known"),
        "unknown": _("is not known"),
        "equals": _("equals"),
        "less": _("is less than"),
        "at_most": _("is at most"),
        "more": _("is more than"),
        "at_least": _("is at least"),
        "on": _("is on"),
        "before": _("is before"),
        "on_or_before": _("is on or before"),
        "after": _("is after"),
        "on_or_after": _("is on or after"),
    }[operator]
