"""Defining indicators. They are of the whole house: who defines them holds the right at the root of the tree."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.insights import definitions
from niangjia.insights.models import Indicator, IndicatorVersion
from niangjia.insights.permissions import DEFINE
from niangjia.insights.queries.cockpit import root
from niangjia.insights.shipped import SHIPPED
from niangjia.org.models import Organization

TOLD = ("name", "numerator", "denominator", "dimensions", "unit", "measure", "source")
WORDS_NEEDED = ("name", "unit", "measure")


def _require_root(actor: Actor | None) -> str:
    """The path of the root, at which ``actor`` must hold the right."""
    top = root()
    access.require(actor, DEFINE, top)
    return top.path


@whole
def ensure_indicators(*, actor: Actor | None) -> None:
    """Enter those of the shipped indicators that are not there; a house that is still empty may have them too."""
    top = Organization.objects.filter(parent=None).first()
    place = top.path if top else ""
    access.require(actor, DEFINE, place)
    known = set(Indicator.objects.values_list("code", flat=True))
    made = [Indicator(**row) for row in SHIPPED if row["code"] not in known]
    Indicator.objects.bulk_create(made)
    for indicator in made:
        audit.record(actor, "insights.indicator.define", indicator, place=place)


@whole
def define_indicator(
    *,
    code: str,
    numerator: dict[str, Any],
    denominator: dict[str, Any] | None = None,
    dimensions: Sequence[str] = (),
    actor: Actor | None,
    position: int = 0,
    **words: Any,
) -> Indicator:
    """Add an indicator to the house, neither public nor confirmed yet."""
    place = _require_root(actor)
    if Indicator.objects.filter(code=code).exists():
        raise InvalidInput(_("The code %(code)s is in use.") % {"code": code}, field="code")
    told = {"numerator": numerator, "denominator": denominator or None, "dimensions": list(dimensions), **words}
    _check(told)
    indicator: Indicator = Indicator.objects.create(code=code, position=position, **told)
    audit.record(actor, "insights.indicator.define", indicator, place=place, **told)
    return indicator


def _check(told: dict[str, Any]) -> None:
    definitions.check(told["numerator"], told["denominator"], told["dimensions"])
    for name in WORDS_NEEDED:
        if not str(told.get(name) or "").strip():
            raise InvalidInput(_("An indicator is told in words: fill this in."), field=name)


@whole
def change_indicator(
    indicator: Indicator,
    *,
    actor: Actor | None,
    position: int | None = None,
    least_shown: int | None = None,
    **changes: Any,
) -> Indicator:
    """Change what is told or counted: a new version, not confirmed; the one before it is kept as it was."""
    place = _require_root(actor)
    indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
    told = {name: changes.get(name, getattr(indicator, name)) for name in TOLD}
    told["denominator"] = told["denominator"] or None
    _check(told)
    before = {name: getattr(indicator, name) for name in TOLD}
    if told != before:
        _keep(indicator)
        for name, value in told.items():
            setattr(indicator, name, value)
        indicator.version += 1
        indicator.confirmed_by, indicator.confirmed_on = "", None
        audit.record(
            actor, "insights.indicator.change", indicator, place=place, version=indicator.version,
            before={name: value for name, value in before.items() if value != told[name]},
            after={name: value for name, value in told.items() if value != before[name]},
        )  # fmt: skip
    indicator.position = indicator.position if position is None else position
    indicator.least_shown = indicator.least_shown if least_shown is None else least_shown
    indicator.save()
    return indicator


def _keep(indicator: Indicator) -> None:
    said = {name: getattr(indicator, name) for name in (*TOLD, "version", "confirmed_by", "confirmed_on")}
    IndicatorVersion.objects.create(indicator=indicator, **said)


@whole
def confirm_indicator(indicator: Indicator, *, by: str, on: date, actor: Actor | None) -> Indicator:
    """Write down who has confirmed this version of the measure, and when."""
    place = _require_root(actor)
    indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
    if not by.strip():
        raise InvalidInput(_("Name who has confirmed it."), field="by")
    indicator.confirmed_by, indicator.confirmed_on = by.strip(), on
    indicator.save(update_fields=["confirmed_by", "confirmed_on"])
    audit.record(actor, "insights.indicator.confirm", indicator, place=place, by=by, on=on, version=indicator.version)
    return indicator


@whole
def publish_indicator(indicator: Indicator, *, public: bool, actor: Actor | None) -> Indicator:
    """Show the indicator to everybody, or no longer. Only what somebody has confirmed is shown."""
    place = _require_root(actor)
    indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
    if public and not indicator.confirmed_by:
        raise DomainError(
            _("Nobody has confirmed the measure of this indicator yet."),
            remedy=_("Have it confirmed first."),
            code="not-confirmed",
        )
    if indicator.is_public == public:
        return indicator
    indicator.is_public = public
    indicator.save(update_fields=["is_public"])
    audit.record(actor, f"insights.indicator.{'publish' if public else 'withdraw'}", indicator, place=place)
    return indicator
