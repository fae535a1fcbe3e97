"""Offers with terms: shares, packs, limits, a waiting list; made by the services that officers use."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from niangjia.audiences.tests.factories import make_rule
from niangjia.bookings import services
from niangjia.bookings.models import Limit, Method, Offer, Tally
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.bookings.tests.factories import Buyer, make_audience, make_buyer, make_offer
from niangjia.members.models import Household, Member
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree


def make_limit(unit: Organization, *, who: str = "person", most: int = 1) -> Limit:
    return services.create_limit(organization=unit, name=f"限领 {who} {most}", who=who, most=most, actor=None)


def share(unit: Organization, name: str, quantity: int, *, source: str = "true", **fields: Any) -> SharePlan:
    return SharePlan(name=name, rule_version=make_rule(unit, source), quantity=quantity, **fields)


def make_terms(unit: Organization, *members: Member, capacity: int = 3, **fields: Any) -> Offer:
    """A published offer for these people; ``shares``, ``limits`` and the like are the officer's choice."""
    choice = {name: fields.pop(name) for name in list(fields) if name in AllocationPlan.__dataclass_fields__}
    choice.setdefault("method", Method.FIRST_COME)
    offer = make_offer(unit, make_audience(unit, *members), capacity=capacity, published=False, **fields)
    plan(offer, **choice)
    return services.publish_offer(offer, actor=None)


def plan(offer: Offer, **choice: Any) -> None:
    if choice.get("method") == Method.DRAW:
        choice.setdefault("value_name", "当晚开奖号码")
        choice.setdefault("value_due_at", offer.closes_at + timedelta(hours=2))
    services.plan_allocation(key=offer.pk, organization=offer.organization, plan=AllocationPlan(**choice), actor=None)


def live_together(*members: Member, address: str = "北京市西城区永安路 1 号") -> None:
    """By the register as it is corrected now."""
    home = Household.objects.filter(members__in=members).first() or Household.objects.create(
        organization=members[0].organization,
        organization_path=members[0].organization_path,
        address=address,
        address_index=address.encode(),
    )
    Member.objects.filter(pk__in=[member.pk for member in members]).update(household=home)
    for member in members:
        member.refresh_from_db()


def buyers_of(tree: Tree, *names: str) -> list[Buyer]:
    return [make_buyer(tree.primary, name) for name in names]


def taken(limit: Limit, subject: UUID) -> int:
    return Tally.objects.filter(limit_id=limit.pk, subject=subject).values_list("taken", flat=True).first() or 0


def in_future(**delta: Any) -> Any:
    return timezone.now() + timedelta(**delta)
