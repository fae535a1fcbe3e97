"""What can be said of a cell: level, sentence and remedy, once for each finding. Rows keep codes, not sentences."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from niangjia.core.errors import Text


class Level(TextChoices):
    ERROR = "error", gettext_lazy("Error")
    WARNING = "warning", gettext_lazy("Please check")
    INFO = "info", pgettext_lazy("verdict", "Note")


class Verdict(TextChoices):
    """What becomes of a row."""

    ERROR = "error", gettext_lazy("Has errors")
    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changes what is registered")
    UNCHANGED = "unchanged", gettext_lazy("Registered, the same")


GOOD = frozenset({Verdict.NEW, Verdict.CHANGED})


@dataclass(frozen=True)
class Message:
    """The words for one code; ``text`` says what is so and what to do, with named places for figures."""

    level: Level
    text: Text


@dataclass(frozen=True)
class Finding:
    """Something found in one cell, or, with no field, in the row."""

    field: str
    code: str
    level: str
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.level == Level.ERROR

    def packed(self) -> list[Any]:
        return [self.field, self.code, self.level, dict(self.details)]


E, W, I = Level.ERROR, Level.WARNING, Level.INFO  # noqa: E741 (the column of levels below)

MESSAGES: dict[str, Message] = {
    "missing": Message(E, gettext_lazy("nothing is filled in; fill it in.")),
    "no-person": Message(
        E, gettext_lazy("no required field is filled in; the row will not be written. A remark can stay.")
    ),
    "formula": Message(
        E, gettext_lazy("begins with “%(sign)s”, which a spreadsheet takes for a formula; delete this sign.")
    ),
    "too-long": Message(E, gettext_lazy("has %(length)d characters, at most %(longest)d fit; shorten it.")),
    "duplicate-in-file": Message(E, gettext_lazy("is the same as in row %(row)d; keep one of the two rows.")),
    "id-length": Message(
        E, gettext_lazy("has %(length)d characters, an ID number has 18; compare it with the ID card.")
    ),
    "id-characters": Message(E, gettext_lazy("must be 17 digits and a last digit or X; compare it with the ID card.")),
    "id-birth-date": Message(
        E, gettext_lazy("contains the birth date %(digits)s, which does not exist; compare it with the ID card.")
    ),
    "id-future": Message(
        E, gettext_lazy("contains the birth date %(digits)s, which is still to come; compare it with the ID card.")
    ),
    "id-check": Message(E, gettext_lazy("the last character should be %(expected)s; compare it with the ID card.")),
    "id-digits-lost": Message(
        E,
        gettext_lazy(
            "was stored as a number, and its last digits are lost (%(shown)s); set the column to “Text” and type the"
            " number again."
        ),
    ),
    "id-fifteen": Message(
        W, gettext_lazy("has the old 15 digits and is read as %(masked)s; please check it against the ID card.")
    ),
    "id-area": Message(W, gettext_lazy("begins with an unknown area code (%(area)s); compare it with the ID card.")),
    "id-lower-x": Message(I, gettext_lazy("the small x at the end was written as X.")),
    "widths": Message(I, gettext_lazy("full-width characters were written as half-width ones.")),
    "invisible": Message(I, gettext_lazy("spaces or invisible characters were taken out.")),
    "number-point": Message(I, gettext_lazy("was stored as a number with a decimal point; it is read without it.")),
    "name-shape": Message(
        E, gettext_lazy("“%(text)s” is no name of 2 to 60 letters or characters; write the name as on the ID card.")
    ),
    "name-signs": Message(W, gettext_lazy("contains “%(signs)s”; check whether that belongs to the name.")),
    "phone-shape": Message(
        E, gettext_lazy("must be a mobile number of 11 digits that begins with 1; correct it or leave the cell empty.")
    ),
    "phone-landline": Message(E, gettext_lazy("is a landline number; enter a mobile number or leave the cell empty.")),
    "phone-digits-lost": Message(
        E,
        gettext_lazy(
            "was stored as a number, and its last digits are lost; set the column to “Text” and type it again."
        ),
    ),
    "date-shape": Message(E, gettext_lazy("“%(text)s” is no date; write it as 2026-01-12.")),
    "date-unlikely": Message(E, gettext_lazy("%(date)s lies before 1900 or in the future; correct it.")),
    "date-serial": Message(I, gettext_lazy("the number %(text)s is Excel's count of days and is read as %(date)s.")),
    "date-month": Message(I, gettext_lazy("names only a month and is read as %(date)s.")),
    "sex-shape": Message(
        E, gettext_lazy("“%(text)s” is neither 男 nor 女; write one of them or leave the cell empty.")
    ),
    "yes-no-shape": Message(
        E, gettext_lazy("“%(text)s” is neither 是 nor 否; write one of them or leave the cell empty.")
    ),
    "unknown-organization": Message(
        E, gettext_lazy("“%(text)s” is none of the unions under %(unit)s; write the name as it is registered.")
    ),
    "unknown-organization-near": Message(
        E, gettext_lazy("“%(text)s” is none of the unions under %(unit)s; do you mean %(near)s? Write it so.")
    ),
    "unknown-term": Message(
        W,
        gettext_lazy("“%(text)s” is not known here and will be left out; choose a known one or ask to have it added."),
    ),
    "unknown-term-near": Message(
        W, gettext_lazy("“%(text)s” is not known here and will be left out; do you mean %(near)s? Write it so.")
    ),
}


def finding(field: str, code: str, messages: Mapping[str, Message] = MESSAGES, /, **details: Any) -> Finding:
    return Finding(field, code, messages[code].level.value, details)


def sentence(found: Finding, messages: Mapping[str, Message]) -> str:
    """What was found, in words, without the place."""
    message = messages.get(found.code) or MESSAGES[found.code]
    return str(message.text) % dict(found.details)


def located(row: int, label: str, text: str) -> str:
    """``第 12 行 身份证号：末位校验码应为 3，请核对证件。``"""
    if not label:
        return _("Row %(row)d: %(text)s") % {"row": row, "text": text}
    return _("Row %(row)d, %(field)s: %(text)s") % {"row": row, "field": label, "text": text}
