"""How the gifts of a programme find their people: the officer's choice, and rules of shares from templates."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from niangjia.audiences import services as audiences
from niangjia.audiences.models import RuleVersion
from niangjia.benefits.models import Programme
from niangjia.benefits.services.planning import locked, require_draft
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Allocation
from niangjia.bookings.services import AllocationPlan
from niangjia.core.access import Actor
from niangjia.core.catalogue import Kind, registered
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.members.models import Group
from niangjia.org.models import Organization

HARDSHIP = "member.hardship"
MONTHS = 12


class ShareKind(models.TextChoices):
    """What a share may be for, without writing conditions."""

    UNIT = "unit", _("the members of one union")
    GROUP = "group", _("one front-line group")
    UNSERVED = "unserved", _("those without a gift for some months")
    HARDSHIP = "hardship", _("those in hardship")


@dataclass(frozen=True, kw_only=True)
class ShareTemplate:
    """One template filled in."""

    kind: str
    unit: Organization | None = None
    group: str = ""
    months: int = MONTHS


@whole
def plan_allocation(programme: Programme, plan: AllocationPlan, *, actor: Actor | None) -> Allocation:
    """Say how the gifts are allocated, while the programme is a draft."""
    programme = locked(programme, actor)
    require_draft(programme)
    return bookings.plan_allocation(key=programme.pk, organization=programme.organization, plan=plan, actor=actor)


def kinds() -> list[ShareKind]:
    """The templates that this installation can offer: hardship only where an app knows of it."""
    fact = registered().get(HARDSHIP)
    known = fact is not None and fact.kind is Kind.FLAG and not fact.parameters
    return [kind for kind in ShareKind if known or kind != ShareKind.HARDSHIP]


@whole
def save_share_rule(
    programme: Programme, template: ShareTemplate, *, actor: Actor | None, on: date
) -> tuple[str, RuleVersion]:
    """Save the rule of a template, and name the share."""
    programme = locked(programme, actor)
    require_draft(programme)
    name, source = _filled_in(template, on)
    version = audiences.save_rule(
        organization=programme.organization,
        name=gettext("Share: %(name)s") % {"name": name},
        source=source,
        actor=actor,
    )
    return name, version


def _filled_in(template: ShareTemplate, on: date) -> tuple[str, str]:
    kind = ShareKind(template.kind)
    if kind == ShareKind.UNIT:
        if template.unit is None:
            raise InvalidInput(gettext("Choose the union."), field="unit")
        return template.unit.short_name, f'member.under("{template.unit.code}")'
    if kind == ShareKind.GROUP:
        if template.group not in Group.values:
            raise InvalidInput(gettext("Choose the group."), field="group")
        return str(Group(template.group).label), f'member.group == "{template.group}"'
    if kind == ShareKind.UNSERVED:
        since = months_before(on, template.months)
        name = ngettext("No gift for %(n)s month", "No gift for %(n)s months", template.months)
        return name % {"n": template.months}, f'member.unserved_since(date("{since}"))'
    return str(kind.label), HARDSHIP


def months_before(on: date, months: int) -> date:
    """The same day so many months ago; the first of the next month where that one is too short."""
    count = on.year * 12 + on.month - 1 - months
    year, month = divmod(count, 12)
    try:
        return date(year, month + 1, on.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)
