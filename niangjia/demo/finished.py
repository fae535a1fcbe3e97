"""The programme that is over: planned, booked, collected, handed out and reported by the people of the demo.

Every moment in it is that of the load: nothing is dated back.
"""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from niangjia.benefits import services as benefits
from niangjia.benefits.models import FrontLine, Gift, Handout, MoneySource, Occasion, Programme, Split
from niangjia.benefits.services import GiftPlan, SplitPlan
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.demo import accounts, cast, giving
from niangjia.demo.giving import Plan, clock
from niangjia.demo.loading import Advance, Demo
from niangjia.demo.people import SEED, Person
from niangjia.demo.tree import UNIT
from niangjia.identity.models import User
from niangjia.ledgers import services as ledgers
from niangjia.members import services as members
from niangjia.members.models import Member, MemberState
from niangjia.org.models import Organization
from niangjia.papers.fonts import FontMissing
from niangjia.vouchers import services as vouchers

CODE = "warm-winter"
GROUPS = (FrontLine.CLEANERS, FrontLine.GUARDS, FrontLine.SANITATION, FrontLine.TRUCK_DRIVERS)
SPARE = 12
LATE = 150
STRANGERS = 25
DEVICE = "demo"


def _plan(demo: Demo) -> Plan:
    return Plan(
        code=CODE,
        name="冬日送温暖",
        purpose="入冬以来，街道职工坚守岗位，辛苦了。街道总工会为大家备了干果礼盒，为节日在岗的一线职工备了慰问包。",
        occasion=Occasion.OTHER,
        year=demo.on.year,
        rules="干果礼盒：工会关系在天桥街道的职工均可预订，每人一份，先到先得，另留少量由工会为没有手机的职工代办。\n"
        "慰问包：面向节日在岗的保洁员、保安员、环卫工人和货车司机，由工会送到岗位，当面签收。",
        times={
            "opens_at": clock(-14, 9),
            "closes_at": clock(1, 18),
            "cancel_until": clock(1, 18),
            "collect_from": clock(-10, 9),
            "collect_until": clock(2, 18),
        },
        gifts=(
            GiftPlan(
                name="干果礼盒", contents="核桃\n红枣\n葡萄干\n腰果", unit_price=6800, quantity_online=demo.size.boxes,
                protected=_protected(demo), money_source=MoneySource.OWN, unit="盒",
            ),
            GiftPlan(
                name="慰问包", contents="牛奶\n洗发水\n干果\n方便面", unit_price=8500,
                quantity_offline=demo.size.packs, money_source=MoneySource.SUPERIOR, unit="份",
            ),
        ),
        spare=SPARE,
    )  # fmt: skip


def _protected(demo: Demo) -> int:
    return max(1, demo.size.boxes // 20)


def _programme() -> Programme:
    found: Programme = Programme.objects.select_related("organization").get(code=CODE)
    return found


def _unit() -> Organization:
    return Organization.objects.get(code=UNIT)


# Planned and booked ----------------------------------------------------------------------------------------------
def plan(demo: Demo, advance: Advance) -> None:
    unit, officer, wanted = _unit(), accounts.officer("tianqiao"), _plan(demo)
    programme = giving.draft(wanted, unit, officer)
    audience = giving.everybody(unit, "冬日送温暖 可预订职工", officer)
    giving.publish(programme, wanted, audience, officer, timezone.now())


def book(demo: Demo, advance: Advance) -> None:
    """All boxes go online; some are given back and booked by others; the protected share is booked at the desk."""
    programme = _programme()
    _log_in(cast.GUARD)
    mine, others = _requests(demo)
    first = giving.book_online(programme, [*mine, *others])
    first.count_refusals(programme)
    advance(0.3)
    _cancel(programme, first.done[10 : 10 + max(1, demo.size.boxes // 32)])
    giving.book_online(programme, first.sold_out)
    advance(0.6)
    _assist(demo, programme)


def _requests(demo: Demo) -> tuple[list[UUID], list[UUID]]:
    """Who asks, in what order: people of the unit, some of them too late, and a few who may not."""
    pool = _bookers(demo)
    Random(f"{SEED}:booking").shuffle(pool)
    online = demo.size.boxes - _protected(demo)
    strangers = list(Member.objects.exclude(organization_path__startswith=_unit().path).order_by("pk")[:STRANGERS])
    guard = Member.objects.get(id_number_index=cast.index(cast.GUARD))
    return [guard.pk, *pool[: online - 1]], [*(one.pk for one in strangers), *pool[online : online + LATE]]


def _bookers(demo: Demo) -> list[UUID]:
    """People of the unit who have a phone and are not among those for whom packs are meant."""
    unit = Member.objects.filter(
        organization_path__startswith=_unit().path, state__in=[MemberState.ACTIVE, MemberState.POOLED]
    )
    keys = list(unit.exclude(phone_index=None).order_by("pk").values_list("pk", flat=True))
    return keys[len(cast.HERE) + demo.size.at_work :]


def _log_in(person: Person) -> None:
    """The first time, with the name and the end of the ID number as the page asks for them."""
    members.claim_account(phone=person.phone, name=person.name, id_tail=person.id_number[-4:], at=timezone.now())


def _cancel(programme: Programme, keys: Sequence[UUID]) -> None:
    """They log in for the first time and give their box back."""
    rows = Booking.objects.filter(offer=programme.pk, member__in=keys).select_related("member")
    for booking in rows.order_by("number"):
        member: Member = booking.member
        at = timezone.now()
        user = members.claim_account(phone=str(member.phone), name=member.name, id_tail=member.id_tail, at=at)
        bookings.cancel_booking(booking, actor=user, at=at)


def _assist(demo: Demo, programme: Programme) -> None:
    """People without a phone come to the station; when there are not enough of them, their neighbours do."""
    helper = accounts.officer("helper")
    unit = Member.objects.filter(organization_path__startswith=_unit().path, state=MemberState.ACTIVE)
    taken = Booking.objects.filter(offer=programme.pk).values("member")
    known = [cast.index(person) for person in cast.HERE]
    free = unit.exclude(pk__in=taken).exclude(id_number_index__in=known)
    people = [*free.filter(phone_index=None).order_by("pk"), *free.exclude(phone_index=None).order_by("-pk")]
    for member in people[: _protected(demo)]:
        benefits.book_for(programme, member, actor=helper, at=timezone.now())


# Collected -------------------------------------------------------------------------------------------------------
def collect(demo: Demo, advance: Advance) -> None:
    """The helper scans every voucher; once the wrong one, which is undone and handed over again."""
    programme, helper = _programme(), accounts.officer("helper")
    places = giving.points(programme.organization, accounts.officer("tianqiao"))
    keys = list(
        Booking.objects.filter(offer=programme.pk, status=BookingStatus.BOOKED)
        .order_by("number")
        .values_list("pk", flat=True)
    )
    for count, key in enumerate(keys, 1):
        voucher = vouchers.ensure_voucher(key)
        if voucher is None:
            raise LookupError(f"The booking {key} has no voucher.")
        place = places[count % len(places)]
        vouchers.redeem(voucher, actor=helper, point=place, at=timezone.now(), device=DEVICE, counter=count)
        if count == len(keys) // 2:
            vouchers.undo_redemption(voucher, actor=helper, reason="扫错了码，礼盒当场收回", at=timezone.now())
            vouchers.redeem(voucher, actor=helper, point=place, at=timezone.now(), device=DEVICE, counter=count)
        advance(count / len(keys))


# Handed out ------------------------------------------------------------------------------------------------------
def hand_out(demo: Demo, advance: Advance) -> None:
    """The packs are split among four groups, taken to their work places and signed for on the sheet."""
    programme, officer, helper = _programme(), accounts.officer("tianqiao"), accounts.officer("helper")
    gift = programme.gifts.get(quantity_offline__gt=0)
    audiences = {group: benefits.audience_for_group(programme, group, actor=officer) for group in GROUPS}
    sizes = _shares({group: giving.frozen(found).eligible or 0 for group, found in audiences.items()}, demo.size.packs)
    for number, group in enumerate(GROUPS, 1):
        wanted = SplitPlan(
            name=f"节日在岗的{group.label}",
            group=group,
            gift=gift,
            audience=audiences[group],
            quantity=sizes[group],
            where="送到各用人单位",
            on=demo.on,
        )
        split = benefits.add_split(programme, wanted, actor=officer)
        benefits.fill_list(split, actor=officer)
        _sign(split, helper)
        advance(number / len(GROUPS))
    _correct(gift, officer)


def _shares(eligible: dict[FrontLine, int], packs: int) -> dict[FrontLine, int]:
    """``packs`` divided as the groups are large; the largest takes what rounding leaves."""
    total = sum(eligible.values())
    shares = {group: count * packs // total for group, count in eligible.items()}
    largest = max(shares, key=lambda group: shares[group])
    shares[largest] += packs - sum(shares.values())
    return shares


def _sign(split: Split, helper: User) -> None:
    """Everybody signs on the day but two, who do the day after; for one of these a workmate signs."""
    numbers = list(split.handouts.order_by("number").values_list("number", flat=True))
    absent = numbers[2:4]
    benefits.record_sheet(split, absent=absent, actor=helper, at=timezone.now())
    for place, handout in enumerate(Handout.objects.filter(split=split, number__in=absent).order_by("number")):
        signed_by = "" if place else "班组长代签"
        benefits.record_handout(handout, actor=helper, at=timezone.now(), signed_by=signed_by)


def _correct(gift: Gift, officer: User) -> None:
    """Two of the packs bought beyond the plan were broken in the store, five go back to the supplier."""
    ledgers.lose(gift.item, purpose_id=gift.programme_id, quantity=2, actor=officer, reason="搬运中破损")
    ledgers.return_to_supplier(gift.item, purpose_id=gift.programme_id, quantity=5, actor=officer, reason="富余退回")


# Over ------------------------------------------------------------------------------------------------------------
def report(demo: Demo, advance: Advance) -> None:
    """Closed and reported. On a machine that has no Chinese typeface the report waits for one."""
    officer = accounts.officer("tianqiao")
    programme = benefits.close_programme(_programme(), actor=officer, at=timezone.now())
    advance(0.3)
    try:
        with transaction.atomic():
            benefits.report_programme(programme, actor=officer, at=timezone.now())
    except FontMissing:
        return
