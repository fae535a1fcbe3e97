"""Dividing the offline packs among the groups that stay at work."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from niangjia.audiences import services as audiences
from niangjia.audiences.models import Audience
from niangjia.audit import services as audit
from niangjia.benefits.models import (
    REGISTERED_AS,
    FrontLine,
    Gift,
    HandoutStatus,
    Programme,
    ProgrammeStatus,
    Split,
)
from niangjia.benefits.permissions import PLAN
from niangjia.benefits.queries.handing import packs_for_offline
from niangjia.benefits.services.planning import PlanFixed, locked
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole


class SplitInUse(DomainError):
    """Packs of this group have been handed out."""

    code = "split-in-use"


@dataclass(frozen=True, kw_only=True)
class SplitPlan:
    """Whom the packs are for, how many, and when and where they are handed out.

    Without an audience the list is drawn up: those of the group who stay on duty over the festival.
    """

    name: str
    group: str
    gift: Gift
    audience: Audience | None
    quantity: int
    where: str = ""
    on: date | None = None


@whole
def add_split(programme: Programme, plan: SplitPlan, *, actor: Actor | None) -> Split:
    """Set packs aside for a group; all groups together must fit into what is planned for offline."""
    programme = _held(programme, actor)
    plan = plan if plan.audience else replace(plan, audience=audience_for_group(programme, plan.group, actor=actor))
    _check(programme, plan)
    split = Split.objects.create(
        organization=programme.organization,
        organization_path=programme.organization_path,
        programme=programme,
        **vars(plan),
    )
    audit.record(actor, "benefits.split.add", split, **_told(plan))
    return split


@whole
def change_split(split: Split, plan: SplitPlan, *, actor: Actor | None) -> Split:
    """Plan the group anew; people stay on its list, so it cannot become smaller than they are many."""
    programme = _held(split.programme, actor)
    plan = plan if plan.audience else replace(plan, audience=split.audience)
    _check(programme, plan, split)
    split = Split.objects.select_for_update(of=["self"]).get(pk=split.pk)
    listed = split.handouts.live().aggregate(sum=Sum("quantity"))["sum"] or 0
    if plan.quantity < listed:
        raise InvalidInput(
            _("%(listed)s packs are on the list already.") % {"listed": listed},
            field="quantity",
            remedy=_("Take people off the list first."),
        )
    if listed and (plan.gift, plan.audience) != (split.gift, split.audience):
        raise SplitInUse(
            _("People are on the list of this group."),
            remedy=_("Take them off before another gift or list is chosen."),
        )
    for name, value in vars(plan).items():
        setattr(split, name, value)
    split.save()
    audit.record(actor, "benefits.split.change", split, **_told(plan))
    return split


@whole
def remove_split(split: Split, *, actor: Actor | None) -> None:
    """Drop a group with its list, as long as nobody has been handed a pack."""
    _held(split.programme, actor)
    split = Split.objects.select_for_update(of=["self"]).get(pk=split.pk)
    if split.handouts.filter(status=HandoutStatus.HANDED_OUT).exists():
        raise SplitInUse(
            _("Packs of “%(name)s” have been handed out.") % {"name": split}, remedy=_("Undo the hand-outs first.")
        )
    audit.record(actor, "benefits.split.remove", split, listed=split.handouts.count())
    split.handouts.all().delete()
    split.delete()


@whole
def audience_for_group(programme: Programme, group: str, *, actor: Actor | None) -> Audience:
    """Draw up, and begin to freeze, the list of a front-line group: those of it who stay on duty over the festival."""
    programme = _held(programme, actor)
    source = " || ".join(f'member.group == "{code}"' for code in REGISTERED_AS[group])
    rule = f"({source}) && member.on_duty_festival" if source else "member.on_duty_festival"
    label = FrontLine(group).label
    version = audiences.save_rule(
        organization=programme.organization,
        name=_("%(group)s on duty over the festival") % {"group": label},
        source=rule,
        actor=actor,
    )
    taken = Audience.objects.filter(organization=programme.organization, name__startswith=f"{programme.name} {label}")
    name = f"{programme.name} {label}" + (f" {taken.count() + 1}" if taken.exists() else "")
    audience = audiences.create_audience(
        organization=programme.organization, name=name, rule_version=version, actor=actor
    )
    audiences.start_freezing(audience, actor=actor)
    audience.refresh_from_db()
    return audience


def _held(programme: Programme, actor: Actor | None) -> Programme:
    programme = locked(programme, actor, PLAN)
    if programme.status != ProgrammeStatus.DRAFT and not programme.is_running:
        raise PlanFixed(_("This programme is over; it is no longer changed."))
    return programme


def _check(programme: Programme, plan: SplitPlan, split: Split | None = None) -> None:
    if plan.gift.programme_id != programme.pk:
        raise InvalidInput(_("This gift belongs to another programme."), field="gift")
    if plan.audience and not programme.organization_path.startswith(plan.audience.organization_path):
        raise InvalidInput(_("This audience belongs to another unit."), field="audience")
    others = programme.splits.exclude(pk=split.pk) if split else programme.splits.all()
    if others.filter(name=plan.name).exists():
        raise InvalidInput(_("Another group has this name."), field="name")
    taken = others.filter(gift=plan.gift).aggregate(sum=Sum("quantity"))["sum"] or 0
    packs = packs_for_offline(plan.gift)
    free = packs - taken
    if plan.quantity > free:
        raise InvalidInput(
            _("Of %(all)s packs for offline, %(free)s are free.") % {"all": packs, "free": max(0, free)},
            field="quantity",
            remedy=_("Take fewer, or make another group smaller."),
        )


def _told(plan: SplitPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "group": plan.group,
        "gift": str(plan.gift.pk),
        "audience": str(plan.audience and plan.audience.pk),
        "quantity": plan.quantity,
        "where": plan.where,
        "on": plan.on,
    }
