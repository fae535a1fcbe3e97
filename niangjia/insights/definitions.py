"""What an indicator counts, as data: read here alone, and refused with the place of the mistake and the remedy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from niangjia.core.errors import InvalidInput, Text
from niangjia.coverage import industries
from niangjia.coverage.models import Covered, Ownership, PlaceKind, Reached
from niangjia.org.models import Kind, Level

NUMBER, WORKERS = "number", "workers"
OF: dict[str, Text] = {NUMBER: gettext_lazy("how many they are"), WORKERS: gettext_lazy("how many workers they have")}
SIZES: dict[int, Text] = {
    0: pgettext_lazy("size", "number of workers not known"),
    1: pgettext_lazy("size", "fewer than 25 workers"),
    2: pgettext_lazy("size", "25 to 99 workers"),
    3: pgettext_lazy("size", "100 to 999 workers"),
    4: pgettext_lazy("size", "1,000 workers and more"),
}


class Column(NamedTuple):
    """What one may ask of a subject, and the answers there are."""

    label: Text
    choices: Mapping[Any, Text]


@dataclass(frozen=True)
class Subject:
    """Something that is counted."""

    label: Text
    unit: Text
    columns: Mapping[str, Column]
    of: tuple[str, ...] = (NUMBER,)

    @property
    def dimensions(self) -> list[str]:
        """By what a figure of it may be broken down; its state is what the figure is about."""
        return [name for name in self.columns if name != "state"]


STATE, BRANCH, SIZE = gettext_lazy("state"), gettext_lazy("industry"), gettext_lazy("size")
NOT_KNOWN = pgettext_lazy("value", "not known")
SUBJECTS: dict[str, Subject] = {
    "employer": Subject(
        gettext_lazy("employers"),
        pgettext_lazy("unit", "employers"),
        {
            "kind": Column(gettext_lazy("ownership"), {**dict(Ownership.choices), "": NOT_KNOWN}),
            "branch": Column(BRANCH, {**industries.NAMES, "": NOT_KNOWN}),
            "size": Column(SIZE, SIZES),
            "state": Column(STATE, dict(Covered.choices)),
        },
        of=(NUMBER, WORKERS),
    ),
    "workplace": Subject(
        gettext_lazy("workplaces"),
        pgettext_lazy("unit", "workplaces"),
        {
            "kind": Column(gettext_lazy("kind of workplace"), dict(PlaceKind.choices)),
            "state": Column(STATE, dict(Reached.choices)),
        },
    ),
    "union": Subject(
        gettext_lazy("union bodies"),
        pgettext_lazy("unit", "union bodies"),
        {
            "kind": Column(gettext_lazy("kind of union"), dict(Kind.choices)),
            "branch": Column(gettext_lazy("level"), dict(Level.choices)),
        },
    ),
    "member": Subject(
        gettext_lazy("members"),
        pgettext_lazy("unit", "members"),
        {
            "kind": Column(
                gettext_lazy("form of employment"),
                {
                    "new": gettext_lazy("workers in new forms of employment"),
                    "other": gettext_lazy("other workers"),
                },
            ),
        },
    ),
}


@dataclass(frozen=True)
class Part:
    """One side of a fraction: what is counted, of which, and whether it is they or their workers."""

    subject: str
    of: str
    where: tuple[tuple[str, tuple[Any, ...]], ...]

    @property
    def filters(self) -> dict[str, tuple[Any, ...]]:
        return dict(self.where)

    def narrowed(self, column: str, value: Any) -> "Part | None":
        """The same for one value of a column; nothing where the part leaves that value out."""
        allowed = self.filters.get(column)
        if allowed is not None and value not in allowed:
            return None
        return Part(self.subject, self.of, _sorted(self.filters | {column: (value,)}))

    @property
    def data(self) -> dict[str, Any]:
        return {"subject": self.subject, "of": self.of, "where": {name: list(values) for name, values in self.where}}


@dataclass(frozen=True)
class Definition:
    """What an indicator counts, over what if it is a rate, and by what it may be broken down."""

    numerator: Part
    denominator: Part | None = None
    dimensions: tuple[str, ...] = ()

    @property
    def parts(self) -> list[Part]:
        return [self.numerator, self.denominator] if self.denominator else [self.numerator]

    @property
    def has_missing(self) -> bool:
        """Whether those in the denominator and not in the numerator have names."""
        if self.denominator is None or self.denominator.of != NUMBER:
            return False
        return self.numerator.subject == self.denominator.subject in {"employer", "workplace"}

    @property
    def counts_employers(self) -> bool:
        return self.numerator.subject == "employer"

    def narrowed(self, column: str, value: Any) -> "Definition | None":
        numerator = self.numerator.narrowed(column, value)
        denominator = self.denominator.narrowed(column, value) if self.denominator else None
        if self.denominator and not denominator:
            return None
        return Definition(numerator, denominator) if numerator else None


def read(numerator: Any, denominator: Any, dimensions: Sequence[str]) -> Definition:
    """What was checked before it was stored."""
    return Definition(_part(numerator), _part(denominator) if denominator else None, tuple(dimensions))


def _part(data: Mapping[str, Any]) -> Part:
    return Part(data["subject"], data["of"], _sorted({name: tuple(found) for name, found in data["where"].items()}))


def _sorted(where: Mapping[str, tuple[Any, ...]]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple(sorted(where.items()))


# What is wrong with a definition ------------------------------------------------------------------------------------
def check(numerator: Any, denominator: Any, dimensions: Sequence[str]) -> Definition:
    """The definition, if it is one; raises ``InvalidInput`` that names the place and says what to do."""
    top = _checked(numerator, "numerator")
    below = None if denominator in (None, {}) else _checked(denominator, "denominator")
    if below:
        _require_share(top, below)
    known = SUBJECTS[top.subject].dimensions
    for name in dimensions:
        if name not in known or (below and name not in SUBJECTS[below.subject].columns):
            raise _wrong("dimensions", name, _("Both sides of the fraction must know it."))
        if below and below.subject != top.subject:
            raise _wrong("dimensions", name, _("A rate of two different things is not broken down."))
    return Definition(top, below, tuple(dict.fromkeys(dimensions)))


def _checked(data: Any, place: str) -> Part:
    if not isinstance(data, Mapping) or set(data) != {"subject", "of", "where"}:
        raise _wrong(place, "", _("It says what is counted (subject), of what (of) and which ones (where)."))
    subject = SUBJECTS.get(data["subject"]) if isinstance(data["subject"], str) else None
    if subject is None:
        raise _wrong(f"{place}.subject", data["subject"], _one_of(SUBJECTS))
    if data["of"] not in subject.of:
        raise _wrong(f"{place}.of", data["of"], _one_of(subject.of))
    if not isinstance(data["where"], Mapping):
        raise _wrong(f"{place}.where", data["where"], _("Name columns, and for each the values that count."))
    for name, values in data["where"].items():
        _check_values(subject, name, values, f"{place}.where.{name}")
    return _part(data)


def _check_values(subject: Subject, name: str, values: Any, place: str) -> None:
    if name not in subject.columns:
        raise _wrong(place, name, _one_of(subject.columns))
    if not isinstance(values, list) or not values:
        raise _wrong(place, values, _("Name at least one value, or leave the column out."))
    choices = subject.columns[name].choices
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | str) or value not in choices:
            raise _wrong(place, value, _one_of(choices))


def _require_share(top: Part, below: Part) -> None:
    """Of one thing, the numerator must be a part of the denominator: no rate over 100 percent."""
    if top.subject != below.subject:
        return
    if top.of != below.of:
        raise _wrong("denominator.of", below.of, _("Count the same on both sides: units, or their workers."))
    for name, allowed in below.where:
        counted = top.filters.get(name)
        if counted is None or not set(counted) <= set(allowed):
            raise _wrong(
                f"numerator.where.{name}", name, _("The numerator may count only what the denominator counts.")
            )


def _one_of(choices: Any) -> str:
    return _("Choose among: %(choices)s.") % {"choices": "、".join(map(str, choices))}


def _wrong(place: str, found: object, remedy: str) -> InvalidInput:
    said = _("%(place)s: “%(found)s” cannot be counted.") if found not in ("", None) else _("%(place)s is incomplete.")
    field = place.partition(".")[0]
    return InvalidInput(said % {"place": place, "found": found}, field=field, remedy=remedy, code="wrong-definition")
