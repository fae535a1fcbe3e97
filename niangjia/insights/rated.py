"""Figures that are an indicator of a unit: ``indicator.<code>`` of the unit with that code.

They are found by name when they are asked for, since indicators are data."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse_lazy

from niangjia.insights.models import Indicator
from niangjia.insights.queries.readings import NOW, shares
from niangjia.insights.rates import Share
from niangjia.insights.registry import Computation, Read, Subject, register_family
from niangjia.org.models import Organization

FAMILY = "indicator"


def computation(code: str) -> Computation | None:
    """How the figure of an indicator is computed, if there is one with this code."""
    indicator = Indicator.objects.filter(code=code).first()
    if indicator is None:
        return None
    is_rate = indicator.denominator is not None
    return Computation(
        name=f"{FAMILY}.{code}",
        label=indicator.name,
        unit=indicator.unit,
        measure=indicator.measure,
        read=_reading(indicator),
        count=lambda share: int(share.counted),
        over=(lambda share: int(share.over or 0)) if is_rate else None,
        people=lambda _code: Q(pk__in=[]),
        subjects=lambda _actor: [],
    )


def _reading(indicator: Indicator) -> Read:
    def read(codes: Sequence[str]) -> Mapping[str, tuple[Subject, Any]]:
        units = list(Organization.objects.filter(code__in=codes))
        found = shares([unit.pk for unit in units], [indicator.definition], NOW)
        return {unit.code: _found(unit, indicator, found[unit.pk, indicator.definition]) for unit in units}

    return read


def _found(unit: Organization, indicator: Indicator, share: Share) -> tuple[Subject, Share]:
    subject = Subject(
        code=unit.code,
        name=unit.name,
        organization_path=unit.path,
        staff_url=reverse_lazy("insights:drill", args=[unit.pk, indicator.code]),
    )
    return subject, share


def register_all() -> None:
    register_family(FAMILY, computation)
