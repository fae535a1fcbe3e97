"""The figures of the newspaper page from which the project starts (page.toml), against what the records come to."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from niangjia.insights.registry import Value, compute
from niangjia.ui.formats import percent

DATA = Path(__file__).parent / "page.toml"


@dataclass(frozen=True)
class Expected:
    """One figure of the page: ``exactly`` so many, ``at_least`` so many ("1,000+"), or so many ``percent``, which a
    rate comes to when it is rounded half up to two decimals."""

    code: str
    story: str
    title: str
    unit: str
    measure: str
    computation: str
    subject: str
    exactly: int | None = None
    at_least: int | None = None
    percent: str | None = None

    def __post_init__(self) -> None:
        if sum(said is not None for said in (self.exactly, self.at_least, self.percent)) != 1:
            raise ValueError(f"{self.code} says what it is exactly, what it is at least, or its percentage.")

    @property
    def says(self) -> str:
        """As the page prints it."""
        if self.percent is not None:
            return f"{self.percent} %"
        return f"{self.exactly:,}" if self.exactly is not None else f"{self.at_least:,}+"

    def fits(self, value: Value) -> bool:
        if self.percent is not None:
            return bool(value.denominator) and percent(value.numerator, value.denominator or 1) == Decimal(
                self.percent
            )
        if self.exactly is not None:
            return value.numerator == self.exactly
        return value.numerator >= (self.at_least or 0)


class Outcome(StrEnum):
    EQUAL = "equal"
    DIFFERENT = "different"
    NO_SUBJECT = "no_subject"


@dataclass(frozen=True)
class Comparison:
    expected: Expected
    value: Value | None

    @property
    def outcome(self) -> Outcome:
        if self.value is None:
            return Outcome.NO_SUBJECT
        return Outcome.EQUAL if self.expected.fits(self.value) else Outcome.DIFFERENT


@cache
def figures() -> tuple[Expected, ...]:
    """Every figure of the page whose story is built, in the page's order."""
    with DATA.open("rb") as file:
        return tuple(Expected(**row) for row in tomllib.load(file)["figure"])


def compare(expected: Iterable[Expected], at: datetime) -> list[Comparison]:
    """Each with what the records come to now."""
    rows = list(expected)
    values = compute(((row.computation, row.subject) for row in rows), at)
    return [Comparison(row, values.get((row.computation, row.subject))) for row in rows]
