"""What the programmes of the demo share: places, a plan up to its publication, and people who book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from niangjia.audiences import services as audiences
from niangjia.audiences.models import Audience
from niangjia.benefits import services as benefits
from niangjia.benefits.models import Programme
from niangjia.benefits.services import GiftPlan
from niangjia.bookings.models import Method, RefusalCount
from niangjia.bookings.services import AllocationPlan
from niangjia.core.ids import uuid7
from niangjia.demo.tree import UNIT
from niangjia.identity.models import User
from niangjia.jobs import queue
from niangjia.org.models import Organization
from niangjia.vouchers import services as vouchers
from niangjia.vouchers.models import ServicePoint

ANYBODY = f'member.under("{UNIT}") && member.state in ["active", "pooled"]'
EVERYBODY = "天桥街道在册职工"
BATCH = 64  # as many as a lane takes at once on a busy day
NOT_ELIGIBLE = -2147483646

PLACES = (
    ("天桥街道工会服务站", "北京市西城区天桥街道工会服务站一层", "每天 9:00–18:00", "010-00000109"),
    ("永安路社区领取点", "北京市西城区永安路社区1号", "周一至周六 9:00–17:00", "010-00000206"),
    ("虎坊路社区领取点", "北京市西城区虎坊路社区1号", "周一至周六 9:00–17:00", "010-00000207"),
)


def clock(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment so many days from today, by the wall clock."""
    on = timezone.localdate() + timedelta(days=day)
    return timezone.make_aware(datetime.combine(on, time(hour, minute)))


def points(unit: Organization, officer: User) -> list[ServicePoint]:
    """The places of collection of Tianqiao, made when the first programme needs them."""
    known = {point.name: point for point in ServicePoint.objects.filter(organization=unit)}
    return [
        known.get(name)
        or vouchers.create_point(
            organization=unit, name=name, address=address, hours=hours, phone=phone, actor=officer
        )
        for name, address, hours, phone in PLACES
    ]


def frozen(audience: Audience) -> Audience:
    """The audience after the jobs that wait have been run: freezing is one of them."""
    queue.run_waiting()
    audience.refresh_from_db()
    return audience


def everybody(unit: Organization, name: str, officer: User) -> Audience:
    """The frozen list of whoever works in the subdistrict."""
    version = audiences.save_rule(organization=unit, name=EVERYBODY, source=ANYBODY, actor=officer)
    audience = audiences.create_audience(organization=unit, name=name, rule_version=version, actor=officer)
    audiences.start_freezing(audience, actor=officer)
    return frozen(audience)


@dataclass(frozen=True)
class Plan:
    """A programme before it is a row; ``spare`` packs of each gift are bought beyond the plan."""

    code: str
    name: str
    purpose: str
    occasion: str
    year: int
    gifts: tuple[GiftPlan, ...]
    rules: str = ""
    times: dict[str, datetime] = field(default_factory=dict)
    spare: int = 0
    waiting_list: bool = False


def draft(plan: Plan, unit: Organization, officer: User) -> Programme:
    """Steps one to three of the officer: the words, the gifts, the times."""
    programme = benefits.create_programme(
        organization=unit,
        code=plan.code,
        name=plan.name,
        purpose=plan.purpose,
        occasion=plan.occasion,
        year=plan.year,
        rules_text=plan.rules,
        contact_phone=unit.phone,
        actor=officer,
        **plan.times,
    )
    for gift in plan.gifts:
        benefits.add_gift(programme, gift, actor=officer)
    return programme


def publish(
    programme: Programme,
    plan: Plan,
    audience: Audience,
    officer: User,
    at: datetime,
    allocation: AllocationPlan | None = None,
) -> Programme:
    """The rest of them: who is eligible, how the gifts find their people, where, the goods, and out."""
    benefits.choose_audience(programme, audience, actor=officer)
    first_come = AllocationPlan(method=Method.FIRST_COME, waiting_list=plan.waiting_list)
    benefits.plan_allocation(programme, allocation or first_come, actor=officer)
    benefits.choose_points(programme, points(programme.organization, officer), actor=officer)
    for gift in programme.gifts.select_related("item"):
        benefits.receive_goods(gift, quantity=gift.quantity + plan.spare, actor=officer, note="到货验收合格")
    return benefits.publish_programme(programme, actor=officer, at=at)


@dataclass
class Booked:
    """What became of requests to book."""

    done: list[UUID] = field(default_factory=list)
    sold_out: list[UUID] = field(default_factory=list)
    not_eligible: list[UUID] = field(default_factory=list)

    def count_refusals(self, programme: Programme) -> None:
        """As the lane writes them down every few seconds."""
        counts = {"sold-out": len(self.sold_out), "not-eligible": len(self.not_eligible)}
        RefusalCount.objects.bulk_create(
            RefusalCount(offer_id=programme.pk, reason=reason, count=count)
            for reason, count in counts.items()
            if count
        )


def book_online(programme: Programme, members: Sequence[UUID]) -> Booked:
    """Book for ``members`` in this order by the function that the lane calls, in batches as it does."""
    found = Booked()
    for start in range(0, len(members), BATCH):
        portion = members[start : start + BATCH]
        for member, answer in zip(portion, _answers(programme, portion), strict=True):
            if answer > 0:
                found.done.append(member)
            elif answer == NOT_ELIGIBLE:
                found.not_eligible.append(member)
            else:
                found.sold_out.append(member)
    return found


def _answers(programme: Programme, members: Iterable[UUID]) -> list[int]:
    people = list(members)
    arguments: list[Any] = [programme.pk, uuid7(), [uuid7() for _ in people], people, [0] * len(people)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT answers FROM bookings_book_batch(%s::uuid, %s::uuid, %s::uuid[], %s::uuid[], %s::int[])", arguments
        )
        answers: list[int] = cursor.fetchone()[0]
    return answers
