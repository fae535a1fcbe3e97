"""The animal of the lunar year in which a day falls, as a table of first days, exact from 1901 to 2099."""

from datetime import date
from functools import cache
from typing import Any

from django.db.models import CharField, Func, TextChoices, Value
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import YearStart, ZodiacRule

FIRST, LAST = 1901, 2100


class Animal(TextChoices):
    RAT = "rat", _("Rat")
    OX = "ox", _("Ox")
    TIGER = "tiger", _("Tiger")
    RABBIT = "rabbit", _("Rabbit")
    DRAGON = "dragon", _("Dragon")
    SNAKE = "snake", _("Snake")
    HORSE = "horse", _("Horse")
    GOAT = "goat", _("Goat")
    MONKEY = "monkey", _("Monkey")
    ROOSTER = "rooster", _("Rooster")
    DOG = "dog", _("Dog")
    PIG = "pig", _("Pig")


@cache
def first_days(start: YearStart) -> list[date]:
    """The first day of each lunar year from ``FIRST`` to ``LAST``."""
    from lunar_python import Lunar  # noqa: PLC0415 (a slow library: only those who ask for the animal wait)

    def begin(year: int) -> date:
        if start is YearStart.SPRING_FESTIVAL:
            return date.fromisoformat(Lunar.fromYmd(year, 1, 1).getSolar().toYmd())
        return date.fromisoformat(Lunar.fromYmd(year, 6, 1).getJieQiTable()["立春"].toYmd())

    return [begin(year) for year in range(FIRST, LAST + 1)]


def year_start(on: date) -> YearStart:
    """With which day the year begins, by the rule that holds ``on`` that day; by custom, Spring Festival."""
    rule = ZodiacRule.objects.on(on).first()
    return YearStart(rule.year_start) if rule else YearStart.SPRING_FESTIVAL


def animal(day: Any, start: YearStart) -> Func:
    """The animal of ``day`` (an expression or a day) in SQL; NULL outside the table."""
    days = first_days(start)
    names = ", ".join(f"'{each.value}'" for each in Animal)
    bucket = f"NULLIF(NULLIF(WIDTH_BUCKET(%(expressions)s), 0), {len(days)})"
    return Func(
        Value(day) if isinstance(day, date) else day,
        Value(days),
        template=f"(ARRAY[{names}])[{bucket} %%%% 12 + 1]",
        output_field=CharField(),
    )
