"""The kinds of papers there are, each with its default wording: every app names its own from ``ready``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from niangjia.core.errors import Text

PLACE = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Wording:
    """The words that an organisation may change. ``{name}`` stands for a value that the paper's kind offers."""

    title: Text
    opening: Text = ""
    closing: Text = ""
    signatory: Text = "{organization}"
    addressee: Text = ""
    letterhead: Text = ""

    def filled(self, values: Mapping[str, object]) -> "Wording":
        """The same words with the values in their places; a value goes in as it is and is not read again."""
        return Wording(**{field.name: filled(getattr(self, field.name), values) for field in fields(self)})


@dataclass(frozen=True)
class Kind:
    """One kind of paper: its name, its default wording, and the places its wording may use with what they mean."""

    code: str
    label: Text
    wording: Wording
    places: Mapping[str, Text]


registered: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    registered[kind.code] = kind


def filled(text: Text, values: Mapping[str, object]) -> str:
    return PLACE.sub(lambda found: str(values.get(found[1], found[0])), str(text))


def unknown_places(text: str, kind: Kind) -> list[str]:
    """Places that the kind does not offer, so that no paper goes out with an empty hole."""
    return sorted({name for name in PLACE.findall(text) if name not in kind.places})
