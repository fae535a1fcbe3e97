"""What a unit aims at."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.insights.models import Indicator, Target
from niangjia.insights.permissions import REPORT
from niangjia.org.models import Organization
from niangjia.ui.formats import HUNDREDTH

FIRST_YEAR, LAST_YEAR = 2000, 2100


@whole
def set_targets(
    organization: Organization, year: int, percents: Mapping[str, Decimal | None], *, actor: Actor | None
) -> list[Target]:
    """The targets of a unit for a year by the codes of indicators; ``None`` takes one back, unnamed ones stay."""
    access.require(actor, REPORT, organization)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(_("Name a year between 2000 and 2100."), field="year")
    indicators = {indicator.code: indicator for indicator in Indicator.objects.rates().filter(code__in=percents)}
    if unknown := sorted(set(percents) - indicators.keys()):
        raise InvalidInput(_("There is no rate with the code %(code)s.") % {"code": unknown[0]}, field=unknown[0])
    wanted = {code: _checked(code, percent) for code, percent in percents.items()}
    rows = Target.objects.select_for_update(of=["self"]).filter(organization=organization, year=year)
    before = {row.indicator_id: row.percent for row in rows}
    changed = {code: value for code, value in wanted.items() if before.get(indicators[code].pk) != value}
    for code, value in changed.items():
        _write(organization, indicators[code], year, value)
    if changed:
        replaced = {code: before.get(indicators[code].pk) for code in changed}
        audit.record(actor, "insights.target.set", organization, year=year, before=replaced, after=changed)
    return list(Target.objects.filter(organization=organization, year=year).select_related("indicator"))


def _checked(code: str, percent: Decimal | None) -> Decimal | None:
    if percent is None:
        return None
    try:
        found: Decimal | None = percent.quantize(HUNDREDTH)
    except InvalidOperation:
        found = None
    if found is None or found.is_nan() or not 0 <= found <= 100 or found != percent:
        raise InvalidInput(_("A target is a percentage from 0 to 100, with at most two decimals."), field=code)
    return found


def _write(organization: Organization, indicator: Indicator, year: int, percent: Decimal | None) -> None:
    about: dict[str, Any] = {"organization": organization, "indicator": indicator, "year": year}
    if percent is None:
        Target.objects.filter(**about).delete()
    else:
        defaults = {"percent": percent, "organization_path": organization.path}
        Target.objects.update_or_create(**about, defaults=defaults)
