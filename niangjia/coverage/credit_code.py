"""Unified social credit codes (GB 32100-2015): eighteen characters, the last of them a check. No register is asked.

Written by ourselves because the usual library wants eight digits at the front and so refuses villages (N…) and others.
"""

from dataclasses import dataclass
from enum import StrEnum

from niangjia.core.cleaning import compact

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z: they look like digits
WEIGHTS = tuple(3**place % 31 for place in range(17))
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
AUTHORITIES = frozenset("123456789ANY")
LENGTH = 18


class Fault(StrEnum):
    """What is wrong with a code, the first thing found."""

    LENGTH = "length"
    CHARACTERS = "characters"
    AUTHORITY = "authority"
    CHECK = "check"


class CreditCodeWrong(ValueError):
    """The text is no credit code. ``expected`` is the check character that would fit, when only that is wrong."""

    def __init__(self, fault: Fault, expected: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.expected = expected


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code that holds, and what it says."""

    text: str

    @property
    def authority(self) -> str:
        return self.text[0]

    @property
    def kind(self) -> str:
        return self.text[1]

    @property
    def division(self) -> str:
        return self.text[2:8]

    @property
    def is_union(self) -> bool:
        """Registered by a federation of trade unions: 81 a primary union, 89 another."""
        return self.authority == "8"

    @property
    def is_village(self) -> bool:
        return self.authority == "N"


def check_character(first: str) -> str:
    """The eighteenth character for the first seventeen."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def body_check_character(first: str) -> str:
    """The ninth character of a body code (GB 11714) for its first eight."""
    values = (int(character, 36) for character in first)
    rest = sum(value * weight for value, weight in zip(values, BODY_WEIGHTS, strict=True)) % 11
    return "0X987654321"[rest]


def parse(text: str) -> CreditCode:
    """Read a code in whatever width, case and spacing it was typed; raise ``CreditCodeWrong``."""
    code = compact(text).upper()
    if len(code) != LENGTH:
        raise CreditCodeWrong(Fault.LENGTH)
    if set(code) - set(ALPHABET):
        raise CreditCodeWrong(Fault.CHARACTERS)
    if code[0] not in AUTHORITIES:
        raise CreditCodeWrong(Fault.AUTHORITY)
    expected = check_character(code[:17])
    if code[17] != expected:
        raise CreditCodeWrong(Fault.CHECK, expected)
    return CreditCode(code)
