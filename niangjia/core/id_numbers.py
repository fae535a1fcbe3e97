"""Chinese ID numbers (GB 11643): length, digits, a real date, the ISO 7064 check character. No register is asked.

The area code is not a reason to refuse: codes are withdrawn and people keep theirs.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
FIRST_YEAR = 1900
PROVINCES = frozenset(
    f"{code}"
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91))
    for code in range(first, last + 1)
)


class Fault(StrEnum):
    """What is wrong with a number, the first thing found."""

    LENGTH = "length"
    CHARACTERS = "characters"
    BIRTH_DATE = "birth_date"
    CHECK = "check"


class IdNumberWrong(ValueError):
    """The text is no ID number. ``expected`` is the check character that would fit, when only that is wrong."""

    def __init__(self, fault: Fault, expected: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.expected = expected


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that holds, in its form of 18, and what it says."""

    text: str
    birth_on: date
    sex: str

    @property
    def has_known_area(self) -> bool:
        return self.text[:2] in PROVINCES

    @property
    def tail(self) -> str:
        return self.text[-4:]


def check_character(first: str) -> str:
    """The eighteenth character for the first seventeen digits (ISO 7064, MOD 11-2)."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def parse(text: str) -> IdNumber:
    """Read a number of 18 characters, or of the 15 digits used until 2000; raise ``IdNumberWrong``."""
    if len(text) == 15:
        text = _lengthened(text)
    if len(text) != 18:
        raise IdNumberWrong(Fault.LENGTH)
    first, last = text[:17], text[17].upper()
    if not (first.isascii() and first.isdigit()) or last not in CHECKS:
        raise IdNumberWrong(Fault.CHARACTERS)
    birth_on = _day(first[6:14])
    expected = check_character(first)
    if last != expected:
        raise IdNumberWrong(Fault.CHECK, expected)
    return IdNumber(first + last, birth_on, "m" if int(first[16]) % 2 else "f")


def _lengthened(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise IdNumberWrong(Fault.CHARACTERS)
    first = f"{text[:6]}19{text[6:]}"
    return first + check_character(first)


def _day(digits: str) -> date:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdNumberWrong(Fault.BIRTH_DATE) from None
    if day.year < FIRST_YEAR:
        raise IdNumberWrong(Fault.BIRTH_DATE)
    return day
