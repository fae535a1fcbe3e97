"""Days as people write them in spreadsheets."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from niangjia.core.cleaning import compact, narrow

FIRST_YEAR = 1900
EPOCH = date(1899, 12, 30)  # Excel counts days from here, its leap day of 1900 included
SERIALS = range(367, 80_000)
YEAR, MONTH, DAY = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
SHAPES = [
    re.compile(shape, re.ASCII)
    for shape in (
        rf"{YEAR}[-/.]{MONTH}[-/.]{DAY}",
        rf"{YEAR}年{MONTH}月{DAY}[日号]?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        rf"{YEAR}[-/.]{MONTH}",
        rf"{YEAR}年{MONTH}月?",
        r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])",
    )
]
TIME = re.compile(r"[T\s]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*$", re.ASCII)
NUMERALS = {numeral: str(value) for value, numeral in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "Ｏ": "0",
}
CHINESE = re.compile(
    "([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})[日号]?)?"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that was read, and how: ``exact``, from a month only, or from Excel's count of days."""

    on: date
    how: str = "exact"


def read_date(text: str) -> Day | None:
    """The day that ``text`` names; none if it names none."""
    text = compact(TIME.sub("", narrow(text)))
    if chinese := CHINESE.fullmatch(text):
        year = "".join(NUMERALS[numeral] for numeral in chinese[1])
        return _day(year, str(_count(chinese[2])), str(_count(chinese[3])) if chinese[3] else "")
    for shape in SHAPES:
        if found := shape.fullmatch(text):
            parts = found.groupdict()
            return _day(parts["y"], parts["m"], parts.get("d") or "")
    if text.removesuffix(".0").isdecimal() and text.isascii() and int(float(text)) in SERIALS:
        return Day(EPOCH + timedelta(days=int(float(text))), "serial")
    return None


def _day(year: str, month: str, day: str) -> Day | None:
    try:
        return Day(date(int(year), int(month), int(day or 1)), "exact" if day else "month")
    except ValueError:
        return None


def _count(numerals: str) -> int:
    """``二十三`` as 23."""
    tens, ten, ones = numerals.partition("十")
    digit = {numeral: int(value) for numeral, value in NUMERALS.items()}
    if not ten:
        return digit[numerals] if len(numerals) == 1 else 0
    return (digit.get(tens, 0) if tens else 1) * 10 + (digit.get(ones, 0) if ones else 0)
