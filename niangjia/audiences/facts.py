"""Facts of the language itself: functions of other facts."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.zodiac import Animal, animal, year_start
from niangjia.core.catalogue import Fact, Kind, Parameter


def _animal(day: Any) -> Any:
    return animal(day, year_start(timezone.localdate()))


FACTS = [
    Fact(
        name="zodiac",
        label=_("Zodiac animal"),
        kind=Kind.CHOICE,
        value=_animal,
        choices=lambda: {each.value: each.label for each in Animal},
        nullable=True,
        parameters=(Parameter(kind=Kind.DATE, label=_("Day"), fact="member.birth_on"),),
    )
]
