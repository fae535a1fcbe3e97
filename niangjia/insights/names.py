"""The names behind an indicator: who is counted, and who is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from niangjia.core.access import Actor
from niangjia.coverage.names import names
from niangjia.insights import telling
from niangjia.insights.definitions import SUBJECTS, Definition, Part
from niangjia.insights.queries import readings
from niangjia.insights.queries.readings import TALLIED, AsOf
from niangjia.org.models import Organization


@dataclass(frozen=True)
class Behind:
    """The rows one may see, and how many the figure counts."""

    rows: QuerySet[Any]
    count: int


def asked(definition: Definition, given: Mapping[str, str], *, missing: bool) -> Definition | None:
    """The definition, narrowed to the value of a dimension that ``given`` names; nothing where it has no names."""
    if definition.numerator.subject not in TALLIED or (missing and not definition.has_missing):
        return None
    found: Definition | None = definition
    for column in definition.dimensions:
        if found and column in given:
            found = found.narrowed(column, _value(definition.numerator.subject, column, given[column]))
    return found


def _value(subject: str, column: str, text: str) -> Any:
    """What an address names: a number where the column holds numbers."""
    numbers = all(isinstance(choice, int) for choice in SUBJECTS[subject].columns[column].choices)
    return int(text) if numbers and text.isdecimal() else text


def behind(
    unit: Organization, definition: Definition, *, missing: bool, actor: Actor, as_of: AsOf, today: date
) -> Behind:
    """Those counted; or those of the denominator who are not."""
    share = readings.shares([unit.pk], [definition], as_of)[unit.pk, definition]
    counted = _rows(unit, definition.numerator, actor, as_of, today)
    if not missing or definition.denominator is None:
        return Behind(counted, share.counted)
    every = _rows(unit, definition.denominator, actor, as_of, today)
    return Behind(every.exclude(pk__in=counted.order_by().values("pk")), share.missing or 0)


def _rows(unit: Organization, part: Part, actor: Actor, as_of: AsOf, today: date) -> QuerySet[Any]:
    day = as_of.on or today
    return names(unit, TALLIED[part.subject], part.filters, actor=actor, on=day, known_on=as_of.known_on)


def only(asked: Definition, definition: Definition) -> str:
    """Of which value of a dimension the names are, in words; empty where of all."""
    subject, whole = asked.numerator.subject, definition.numerator.filters
    narrowed = {column: values for column, values in asked.numerator.where if whole.get(column) != values}
    return "、".join(telling.value_name(subject, column, values[0]) for column, values in narrowed.items())
