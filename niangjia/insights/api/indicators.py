"""Indicators with their definitions, what they come to for any unit and day, targets, and what was reported."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.errors import InvalidInput
from niangjia.core.request import Request
from niangjia.core.shapes import UnitOut
from niangjia.insights import telling
from niangjia.insights.models import Indicator, Period, PeriodValue, Target
from niangjia.insights.permissions import VIEW
from niangjia.insights.queries import cockpit as queries
from niangjia.insights.queries import readings
from niangjia.insights.queries.public import published
from niangjia.insights.queries.readings import AsOf
from niangjia.insights.rates import Share, gap
from niangjia.org.models import Organization

indicators = Router()
rates = Router()
targets = Router()
periods = Router()
public_indicators = Router(auth=None)

Percent = Annotated[Decimal | None, Field(description="Rounded half up to two decimals; null for a plain number.")]


class IndicatorOut(Schema):
    """An indicator as it is defined now; ``words`` say what ``numerator`` and ``denominator`` mean."""

    code: str
    name: str
    version: int
    unit: str
    measure: str
    source: str
    numerator: dict[str, Any]
    denominator: dict[str, Any] | None
    dimensions: list[str]
    words: list[str]
    is_public: bool
    confirmed_by: str
    confirmed_on: date | None


class IndicatorShareOut(Schema):
    counted: int
    over: int | None
    percent: Percent


class RateOut(IndicatorShareOut):
    """What an indicator comes to for one unit."""

    indicator: str
    unit: UnitOut
    on: date
    known_on: date | None
    target: Decimal | None = None
    gap: int | None = Field(None, description="How many more reach the target.")


class PointOut(IndicatorShareOut):
    on: date


class UnitTargetOut(Schema):
    indicator: str = Field(alias="indicator.code")
    organization: UnitOut
    year: int
    percent: Decimal


class PeriodOut(Schema):
    id: UUID
    organization: UnitOut
    ends_on: date
    version: int
    state: str
    known_at: datetime | None
    approved_at: datetime | None
    supersedes_id: UUID | None
    reason: str


class ValueOut(IndicatorShareOut):
    """A figure as it was submitted, with its definition and its words as they were."""

    indicator: str
    name: str
    version: int
    unit: str
    measure: str
    numerator: dict[str, Any]
    denominator: dict[str, Any] | None


class PeriodWithValuesOut(PeriodOut):
    values: list[ValueOut]


class PublishedRowOut(Schema):
    name: str
    counted: int | None
    over: int | None
    percent: Percent


class PublishedOut(Schema):
    """A public indicator; nulls stand where a small number could be told from what is shown."""

    code: str
    name: str
    unit: str
    measure: str
    source: str
    confirmed_by: str
    confirmed_on: date | None
    counted: int | None
    over: int | None
    percent: Percent
    units: list[PublishedRowOut]


@indicators.get("", response=list[IndicatorOut], summary="The indicators of the house, as they are defined now")
@paginate
def indicator_list(request: Request) -> list[dict[str, Any]]:
    access.require_anywhere(request.user, VIEW)
    return [_told(one) for one in Indicator.objects.visible_to(request.user)]


@indicators.get("/{code}", response=IndicatorOut, summary="One indicator")
def indicator_detail(request: Request, code: str) -> dict[str, Any]:
    access.require_anywhere(request.user, VIEW)
    return _told(_indicator(request, code))


def _told(indicator: Indicator) -> dict[str, Any]:
    words = [f"{label}: {said}" for label, said in telling.definition(indicator.definition)]
    return {name: getattr(indicator, name) for name in IndicatorOut.model_fields if name != "words"} | {"words": words}


def _indicator(request: Request, code: str) -> Indicator:
    indicator: Indicator = get_object_or_404(Indicator.objects.visible_to(request.user), code=code)
    return indicator


@rates.get("", response=list[RateOut], summary="Every indicator of a unit, today or on a day, as known now or then")
def rate_list(
    request: Request, under: str, on: date | None = None, known_on: date | None = None
) -> list[dict[str, Any]]:
    unit, as_of = _unit(request, under), _as_of(on, known_on)
    rows = list(Indicator.objects.visible_to(request.user))
    found = readings.shares([unit.pk], [one.definition for one in rows], as_of)
    aims = queries.targets(unit, _day(as_of).year)
    return [_rate(one, unit, found[unit.pk, one.definition], as_of, aims.get(one.pk)) for one in rows]


@rates.get("/{code}/below", response=list[RateOut], summary="One indicator of each unit right below another")
def rate_below(
    request: Request, code: str, under: str, on: date | None = None, known_on: date | None = None
) -> list[dict[str, Any]]:
    unit, indicator, as_of = _unit(request, under), _indicator(request, code), _as_of(on, known_on)
    areas = queries.below(unit, _day(as_of), as_of.known_on)
    found = readings.shares([area.pk for area in areas], [indicator.definition], as_of)
    units = queries.units(request.user).in_bulk([area.pk for area in areas])
    return [
        _rate(indicator, units[area.pk], found[area.pk, indicator.definition], as_of)
        for area in areas
        if area.pk in units
    ]


@rates.get("/{code}/trend", response=list[PointOut], summary="One indicator of a unit at the end of months")
def rate_trend(
    request: Request, code: str, under: str, on: date | None = None, known_on: date | None = None,
    months: Annotated[int, Field(ge=2, le=120)] = 12,
) -> list[dict[str, Any]]:  # fmt: skip
    unit, indicator, as_of = _unit(request, under), _indicator(request, code), _as_of(on, known_on)
    days = queries.month_ends(_day(as_of), months)
    found = readings.trend(unit.pk, indicator.definition, days[:-1], as_of)
    last = readings.shares([unit.pk], [indicator.definition], as_of)[unit.pk, indicator.definition]
    return [{"on": day, **_share(share)} for day, share in zip(days, [*found, last], strict=True)]


def _unit(request: Request, code: str) -> Organization:
    access.require_anywhere(request.user, VIEW)
    unit: Organization = get_object_or_404(queries.units(request.user), code=code)
    return unit


def _as_of(on: date | None, known_on: date | None) -> AsOf:
    today = timezone.localdate()
    for name, day in (("on", on), ("known_on", known_on)):
        if day and day > today:
            raise InvalidInput(_("This day is still to come."), field=name)
    if on and known_on and on > known_on:
        raise InvalidInput(_("Nobody could know then what was so on a later day."), field="known_on")
    return AsOf(None if on == today else on, None if known_on == today else known_on)


def _day(as_of: AsOf) -> date:
    return as_of.on or as_of.known_on or timezone.localdate()


def _share(share: Share) -> dict[str, Any]:
    return {"counted": share.counted, "over": share.over, "percent": share.percent}


def _rate(
    indicator: Indicator, unit: Organization, share: Share, as_of: AsOf, target: Decimal | None = None
) -> dict[str, Any]:
    return {
        "indicator": indicator.code, "unit": unit, "on": _day(as_of), "known_on": as_of.known_on, "target": target,
        "gap": None if target is None else gap(share, target), **_share(share),
    }  # fmt: skip


@targets.get("", response=list[UnitTargetOut], summary="Targets of the units that I look after")
@paginate
def unit_target_list(request: Request, under: str = "", year: int | None = None) -> QuerySet[Target]:
    access.require_anywhere(request.user, VIEW)
    rows = Target.objects.visible_to(request.user).select_related("indicator", "organization")
    if under:
        rows = rows.filter(organization_path__startswith=_unit(request, under).path)
    return rows.filter(year=year) if year else rows


@periods.get("", response=list[PeriodOut], summary="Reports of the units that I look after")
@paginate
def period_list(request: Request, under: str = "") -> QuerySet[Period]:
    access.require_anywhere(request.user, VIEW)
    rows = Period.objects.visible_to(request.user).select_related("organization")
    return rows.filter(organization_path__startswith=_unit(request, under).path) if under else rows


@periods.get("/{uuid:period_id}", response=PeriodWithValuesOut, summary="One report with its figures")
def period_detail(request: Request, period_id: UUID) -> dict[str, Any]:
    rows = Period.objects.visible_to(request.user).select_related("organization")
    period: Period = get_object_or_404(rows, pk=period_id)
    told = {name: getattr(period, name) for name in PeriodOut.model_fields}
    return told | {"values": [_value(value) for value in _values(period)]}


def _values(period: Period) -> Iterable[PeriodValue]:
    return period.values.select_related("indicator")


def _value(value: PeriodValue) -> dict[str, Any]:
    names = ("name", "version", "unit", "measure", "numerator", "denominator")
    told = {name: getattr(value, name) for name in names}
    return told | {"indicator": value.indicator.code, **_share(Share(value.counted, value.over))}


@public_indicators.get("", response=list[PublishedOut], summary="The public indicators, small numbers left out")
@paginate
def indicator_public_list(request: HttpRequest) -> list[dict[str, Any]]:
    names = ("code", "name", "unit", "measure", "source", "confirmed_by", "confirmed_on")
    return [
        {name: getattr(one.indicator, name) for name in names}
        | _shown(one.share)
        | {"units": [{"name": name} | _shown(share) for name, share in one.rows]}
        for one in published(timezone.localdate())
    ]


def _shown(share: Share | None) -> dict[str, Any]:
    return {"counted": None, "over": None, "percent": None} if share is None else _share(share)
