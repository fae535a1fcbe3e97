"""An open offer with people on its list, made by the services that officers use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from niangjia.audiences.models import Audience, AudienceEntry, AudienceStatus, Rule, RuleVersion
from niangjia.bookings import services
from niangjia.bookings.models import Offer
from niangjia.core.ids import uuid7
from niangjia.identity.models import User
from niangjia.identity.tests.factories import person
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.models import Item
from niangjia.ledgers.tests.factories import make_item
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org.models import Organization


def make_audience(organization: Organization, *members: Member, ineligible: tuple[Member, ...] = ()) -> Audience:
    """A frozen list of exactly these people; what the rule says is of no matter here."""
    rule = Rule.objects.create(organization=organization, organization_path=organization.path, name=f"规则 {uuid7()}")
    version = RuleVersion.objects.create(rule=rule, number=1, source="true")
    audience = Audience.objects.create(
        organization=organization,
        organization_path=organization.path,
        rule_version=version,
        name=rule.name,
        status=AudienceStatus.FROZEN,
        frozen_at=timezone.now(),
        considered=len(members) + len(ineligible),
        eligible=len(members),
    )
    list_people(audience, [member.pk for member in members], path=organization.path)
    list_people(audience, [member.pk for member in ineligible], path=organization.path, eligible=False)
    return audience


def list_people(audience: Audience, keys: list[UUID], *, path: str, eligible: bool = True) -> None:
    AudienceEntry.objects.bulk_create(
        AudienceEntry(audience=audience, member_id=key, organization_path=path, eligible=eligible, findings=[])
        for key in keys
    )


def make_offer(
    organization: Organization,
    audience: Audience | None,
    *,
    capacity: int = 3,
    item: Item | None = None,
    allotted: int | None = None,
    published: bool = True,
    **fields: Any,
) -> Offer:
    """An offer that opened an hour ago and closes tomorrow, its pieces bought and allotted."""
    now = timezone.now()
    item = item or make_item(organization, bought=capacity)
    key = uuid7()
    wanted = capacity if allotted is None else allotted
    if wanted:
        ledgers.allot(item, purpose_id=key, quantity=wanted, actor=None)
    moments: dict[str, datetime | None] = {
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "collect_until": now + timedelta(days=5),
    }
    offer = services.create_offer(
        key=key,
        organization=organization,
        title="2026 年送温暖",
        item=item,
        audience=audience,
        capacity=capacity,
        actor=None,
        **(moments | fields),
    )
    return services.publish_offer(offer, actor=None) if published else offer


@dataclass
class Buyer:
    """A member with an account."""

    member: Member
    user: User


def make_buyer(organization: Organization, name: str = "王小明") -> Buyer:
    user = person(name)
    member = make_member(organization, name=name)
    Member.objects.filter(pk=member.pk).update(user=user)
    member.refresh_from_db()
    return Buyer(member, user)
