"""How dates, rates, codes and masked data read. Money is written by ``core.money``."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language

WEEKDAYS = "一二三四五六日"
EMPTY = "—"
HUNDREDTH = Decimal("0.01")


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def day(value: date | None) -> str:
    """``2026年1月12日（周一）``; in English ``Mon 12 January 2026``."""
    if value is None:
        return EMPTY
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    if _chinese():
        return f"{value.year}年{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"
    return f"{value:%a} {value.day} {value:%B %Y}"


def short_day(value: date | None) -> str:
    """``2026年1月12日``, for tables and data lines where the weekday says nothing."""
    return day(value).partition("（")[0] if value is None or _chinese() else f"{value.day} {value:%b %Y}"


def clock(value: datetime) -> str:
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.hour}:{local.minute:02d}"


def moment(value: datetime | None) -> str:
    """``2026年1月12日（周一）9:00``."""
    if value is None:
        return EMPTY
    return f"{day(value)}{clock(value)}" if _chinese() else f"{day(value)}, {clock(value)}"


def period(start: datetime | date | None, end: datetime | date | None) -> str:
    """From when until when; the year and the day are not said twice."""
    if start is None and end is None:
        return EMPTY
    join = " 至 " if _chinese() else " to "
    first, last = (moment(v) if isinstance(v, datetime) else day(v) for v in (start, end))
    if start is None or end is None:
        return f"{first}{join}{last}"
    if isinstance(start, datetime) and isinstance(end, datetime) and day(start) == day(end):
        return f"{first}–{clock(end)}"
    if _chinese() and first[:5] == last[:5]:
        last = last[5:]
    return f"{first}{join}{last}"


def percent(numerator: int, denominator: int) -> Decimal:
    """Half up to two decimals, as one rounds by hand."""
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(HUNDREDTH, ROUND_HALF_UP)


def rate(numerator: int, denominator: int, unit: str = "") -> str:
    """``94.58 %，1,047 / 1,107 家``: a rate never stands without its fraction."""
    comma = "，" if _chinese() else ", "
    fraction = f"{numerator:,} / {denominator:,}" + (f" {unit}" if unit else "")
    return f"{percent(numerator, denominator)} %{comma}{fraction}" if denominator else fraction


def grouped(code: str) -> str:
    """``K7P2M9QD`` as ``K7P2 M9QD``, to be read out over a counter."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def masked_name(name: str) -> str:
    """``张＊＊``: the family name and how long the rest is."""
    return name[:1] + "＊" * (len(name) - 1)


def masked_phone(phone: str) -> str:
    """``138 **** 5678``."""
    return f"{phone[:3]} **** {phone[-4:]}" if len(phone) >= 8 else "****"


def masked_id(number: str) -> str:
    """``110102 ******** 002X``: the area and the last four."""
    return f"{number[:6]} ******** {number[-4:]}" if len(number) >= 15 else "****"


def masked_tail(number: str) -> str:
    """``**** 6789``: the last four only, for bank cards."""
    return f"**** {number[-4:]}" if len(number) > 4 else "****"
