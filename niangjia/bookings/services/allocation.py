"""How the pieces of a programme find their people: planned by the officer, fixed when the offer is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from niangjia.audiences import queries as audiences
from niangjia.audiences.models import RuleVersion
from niangjia.audiences.tree import parse
from niangjia.audit import services as audit
from niangjia.bookings.models import (
    SHARES,
    Allocation,
    Claimant,
    Limit,
    Method,
    Offer,
    OfferStock,
    Pack,
    Share,
)
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.services.draws import commit_draw
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.members.models import LIVE_STATES
from niangjia.org.models import Organization


class AllocationFixed(DomainError):
    """The programme is published: how its gifts are allocated was announced and stays."""

    code = "allocation-fixed"


@dataclass(frozen=True, kw_only=True)
class SharePlan:
    """So many pieces for those whom a rule names; unused ones join the rest at ``flows_at``, or when it closes."""

    name: str
    rule_version: RuleVersion
    quantity: int
    flows_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AllocationPlan:
    """The officer's choice, whole; see ``Allocation``."""

    method: str
    waiting_list: bool = True
    answer_hours: int = 24
    release_at: datetime | None = None
    pack: str = Pack.ONE
    pack_most: int = 1
    value_name: str = ""
    value_due_at: datetime | None = None
    shares: Sequence[SharePlan] = ()
    limits: Sequence[Limit] = ()

    def columns(self) -> dict[str, Any]:
        names = ("method", "waiting_list", "answer_hours", "release_at", "pack", "pack_most", "value_name",
                 "value_due_at")  # fmt: skip
        return {name: getattr(self, name) for name in names}


def default_method(*, eligible: int, pieces: int) -> Method:
    """A draw where not everybody can have one, so that nobody has to be fast; else first come, first served."""
    return Method.DRAW if eligible > pieces else Method.FIRST_COME


@whole
def plan_allocation(*, key: UUID, organization: Organization, plan: AllocationPlan, actor: Actor | None) -> Allocation:
    """Write the whole choice for the programme of this key, in place of the one before."""
    access.require(actor, MANAGE, organization)
    found = Allocation.objects.select_for_update(of=["self"]).filter(pk=key).first()
    if found and found.fixed_at:
        raise AllocationFixed(
            _("How the gifts are allocated was announced and stays."), remedy=_("Make another programme.")
        )
    _require_sound(plan, organization)
    allocation, _made = Allocation.objects.update_or_create(
        pk=key,
        defaults={"organization": organization, "organization_path": organization.path, **plan.columns()},
    )
    allocation.limits.set(plan.limits)
    allocation.shares.all().delete()
    Share.objects.bulk_create(
        Share(
            allocation=allocation,
            position=position,
            name=share.name,
            rule_version=share.rule_version,
            quantity=share.quantity,
            flows_at=share.flows_at,
        )
        for position, share in enumerate(plan.shares, start=1)
    )
    told = {share.name: share.quantity for share in plan.shares}
    audit.record(actor, "bookings.allocation.plan", allocation, shares=told, **plan.columns())
    return allocation


def _require_sound(plan: AllocationPlan, organization: Organization) -> None:
    if plan.method == Method.DRAW and not (plan.value_name.strip() and plan.value_due_at):
        raise InvalidInput(
            _("Name a public value that nobody knows before entries close, and when it will be known."),
            field="value_name" if not plan.value_name.strip() else "value_due_at",
            remedy=_("The result of an official lottery of that evening, say."),
        )
    if plan.answer_hours < 1:
        raise InvalidInput(_("Leave at least one hour to answer."), field="answer_hours")
    if plan.pack_most < 1:
        raise InvalidInput(_("Enter a whole number of at least one."), field="pack_most")
    if len(plan.shares) > SHARES:
        raise InvalidInput(_("At most %(count)s shares.") % {"count": SHARES}, field="shares")
    names = [share.name for share in plan.shares]
    if len(set(names)) < len(names):
        raise InvalidInput(_("Two shares have the same name."), field="shares")
    for share in plan.shares:
        if share.quantity < 1:
            raise InvalidInput(_("A share holds at least one piece."), field="shares")
    for limit in plan.limits:
        if not organization.path.startswith(limit.organization_path):
            raise InvalidInput(_("This limit belongs to another unit."), field="limits")


# Publishing -------------------------------------------------------------------------------------------------------
def fix_terms(offer: Offer, stock: OfferStock, *, at: datetime) -> None:
    """Copy the choice onto the offer, and write down what each person of the list may claim; under the lock."""
    allocation = Allocation.objects.select_for_update(of=["self"]).filter(pk=offer.pk).first()
    if allocation is None:
        return
    shares = list(allocation.shares.select_related("rule_version"))
    asked = sum(share.quantity for share in shares) + offer.protected
    if asked > offer.capacity:
        raise InvalidInput(
            _("The shares and the protected pieces are %(asked)s, more than the %(pieces)s that there are.")
            % {"asked": asked, "pieces": offer.capacity},
            field="shares",
            remedy=_("Make a share smaller, or plan more gifts."),
        )
    stock.shares = [share.quantity for share in shares]
    offer.method = allocation.method
    offer.by_terms = bool(shares) or allocation.pack != Pack.ONE or allocation.limits.exists()
    if offer.by_terms:
        _write_claimants(offer, allocation)
        for share in shares:
            _assign(offer, share)
    if offer.method == Method.DRAW:
        commit_draw(offer, allocation, at=at)
    allocation.fixed_at = at
    allocation.save(update_fields=["fixed_at"])


def _write_claimants(offer: Offer, allocation: Allocation) -> None:
    """One statement: who is eligible, as whose household and union, and for how many pieces."""
    most = allocation.pack_most if allocation.pack == Pack.HOUSEHOLD else 1
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO bookings_claimant (offer_id, member_id, shares, quantity, household_id, unit_id)
            SELECT %s, m.id, 0, least(%s, greatest(1, coalesce(h.people, 1))), m.household_id, m.organization_id
            FROM audiences_audienceentry e JOIN members_member m ON m.id = e.member_id
            LEFT JOIN (SELECT household_id, count(*) AS people FROM members_member
                       WHERE household_id IS NOT NULL AND state = ANY(%s) GROUP BY household_id) h
                ON h.household_id = m.household_id
            WHERE e.audience_id = %s AND e.eligible
            """,
            [offer.pk, most, [str(state) for state in LIVE_STATES], offer.audience_id],
        )


def _assign(offer: Offer, share: Share) -> None:
    """Nothing is known yet of the rows just written: row by row, the planner would ask the rule of each of them."""
    named = audiences.eligible(parse(share.rule_version.source), offer.organization, None).order_by().values("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        Claimant.objects.filter(offer_id=offer.pk, member_id__in=named).update(shares=F("shares").bitor(share.bit))
        cursor.execute("SET LOCAL enable_nestloop = on")
