"""The programmes that go on: one open for booking now, one in draft, and a neighbour's that nobody here sees."""

from datetime import date
from random import Random
from uuid import UUID

from django.utils import timezone

from niangjia.benefits import services as benefits
from niangjia.benefits.models import FrontLine, MoneySource, Occasion
from niangjia.benefits.services import GiftPlan, ShareKind, ShareTemplate, SplitPlan
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, Method, Offer
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.demo import accounts, cast, giving
from niangjia.demo.giving import Plan, clock
from niangjia.demo.loading import Advance, Demo
from niangjia.demo.people import SEED
from niangjia.demo.tree import NEIGHBOUR, UNIT
from niangjia.members.models import Group, Member, MemberState
from niangjia.org.models import Organization
from niangjia.vouchers import services as vouchers

BOXES, PACKS = 800, 400
BOOKED, COLLECTED = 313, 57
DINNERS, ENTERED = 100, 120


def spring_festival(on: date) -> date:
    """The next one, from ``on`` on."""
    from lunar_python import Lunar  # noqa: PLC0415 (slow to import)

    days = (date.fromisoformat(Lunar.fromYmd(year, 1, 1).getSolar().toYmd()) for year in (on.year, on.year + 1))
    return next(day for day in days if day >= on)


def _plan(year: int) -> Plan:
    return Plan(
        code=f"warm-{year}",
        name=f"{year}年春节送温暖",
        purpose="春节将至，街道总工会为职工备了年货礼盒，为留岗过年的一线职工备了慰问包。祝您和家人平安康健。",
        occasion=Occasion.SPRING_FESTIVAL,
        year=year,
        rules="年货礼盒：工会关系在天桥街道的职工均可预订，每人一份，先到先得，预订后可以取消。\n"
        "没有手机的职工，请到工会服务站，由工作人员代为预订。",
        waiting_list=True,
        times={
            "opens_at": clock(-2, 9),
            "closes_at": clock(14, 18),
            "cancel_until": clock(10, 18),
            "collect_from": clock(-1, 9),
            "collect_until": clock(24, 18),
        },
        gifts=(
            GiftPlan(
                name="年货礼盒", contents="红枣\n核桃\n木耳\n香菇", unit_price=9800, quantity_online=BOXES,
                protected=BOXES // 20, money_source=MoneySource.OWN, unit="盒",
            ),
            GiftPlan(
                name="留岗慰问包", contents="牛奶\n洗发水\n干果\n方便面", unit_price=8800, quantity_offline=PACKS,
                money_source=MoneySource.FISCAL, unit="份",
            ),
        ),
    )  # fmt: skip


def open_now(demo: Demo, advance: Advance) -> None:
    """Open since two days by its dates; some is booked and collected, one list made, the rest is for visitors."""
    unit, officer = Organization.objects.get(code=UNIT), accounts.officer("tianqiao")
    wanted = _plan(spring_festival(demo.on).year)
    programme = giving.draft(wanted, unit, officer)
    audience = giving.everybody(unit, f"{wanted.name} 可预订职工", officer)
    programme = giving.publish(programme, wanted, audience, officer, timezone.now())
    advance(0.3)
    known = [cast.index(person) for person in cast.HERE]
    people = Member.objects.filter(organization_path__startswith=unit.path, state=MemberState.ACTIVE)
    keys = list(people.exclude(id_number_index__in=known).order_by("pk").values_list("pk", flat=True))
    guard = Member.objects.get(id_number_index=cast.index(cast.GUARD))
    others = Random(f"{SEED}:open").sample(keys, min(BOOKED - 1, len(keys) // 4))
    giving.book_online(programme, [guard.pk, *others])
    _collect(programme.pk, unit)
    advance(0.8)
    gift = programme.gifts.get(quantity_offline__gt=0)
    cleaners = giving.frozen(benefits.audience_for_group(programme, FrontLine.CLEANERS, actor=officer))
    split = SplitPlan(
        name="留岗过年的保洁员",
        group=FrontLine.CLEANERS,
        gift=gift,
        audience=cleaners,
        quantity=min(150, cleaners.eligible or 1),
        where="天桥街道工会服务站",
        on=timezone.localdate(clock(7, 9)),
    )
    benefits.fill_list(benefits.add_split(programme, split, actor=officer), actor=officer)


def _collect(offer: UUID, unit: Organization) -> None:
    """The first who booked have collected, all but number one, who can show his voucher."""
    helper = accounts.officer("helper")
    place = giving.points(unit, accounts.officer("tianqiao"))[0]
    for booking in Booking.objects.filter(offer=offer).order_by("number")[1 : 1 + COLLECTED]:
        voucher = vouchers.ensure_voucher(booking.pk)
        if voucher is not None:
            vouchers.redeem(voucher, actor=helper, point=place, at=timezone.now())


def _dinners(year: int) -> Plan:
    return Plan(
        code=f"dinner-{year}",
        name=f"{year}年年夜饭礼盒",
        purpose="为在岗过年的职工准备一桌年夜饭的食材。礼盒不多，由抽签决定，什么时候报名都一样。",
        occasion=Occasion.SPRING_FESTIVAL,
        year=year,
        times={
            "opens_at": clock(-1, 9),
            "closes_at": clock(5, 18),
            "cancel_until": clock(8, 18),
            "collect_from": clock(6, 9),
            "collect_until": clock(12, 18),
        },
        gifts=(
            GiftPlan(
                name="年夜饭礼盒", contents="狮子头\n腊味\n鲜鱼\n年糕", unit_price=16800, quantity_online=DINNERS,
                protected=DINNERS // 20, money_source=MoneySource.OWN, unit="盒",
            ),
        ),
    )  # fmt: skip


def drawn(demo: Demo, advance: Advance) -> None:
    """Scarce gifts, drawn by lot, with a share for couriers and one for those who have had nothing for a year."""
    unit, officer = Organization.objects.get(code=UNIT), accounts.officer("tianqiao")
    wanted = _dinners(spring_festival(demo.on).year)
    programme = giving.draft(wanted, unit, officer)
    audience = giving.everybody(unit, f"{wanted.name} 可报名职工", officer)
    templates = (
        (ShareTemplate(kind=ShareKind.GROUP, group=Group.COURIER), 30),
        (ShareTemplate(kind=ShareKind.UNSERVED, months=12), 20),
    )
    shares = []
    for template, quantity in templates:
        name, version = benefits.save_share_rule(programme, template, actor=officer, on=demo.on)
        shares.append(SharePlan(name=name, rule_version=version, quantity=quantity))
    draw = AllocationPlan(
        method=Method.DRAW,
        value_name="报名截止次日公布的中国福利彩票双色球开奖号码",
        value_due_at=clock(6, 22),
        answer_hours=48,
        shares=shares,
    )
    programme = giving.publish(programme, wanted, audience, officer, timezone.now(), draw)
    advance(0.4)
    known = [cast.index(person) for person in cast.HERE]
    people = Member.objects.filter(organization_path__startswith=unit.path, state=MemberState.ACTIVE)
    rows = list(people.exclude(id_number_index__in=known).order_by("pk").values_list("pk", flat=True))
    offer = Offer.objects.get(pk=programme.pk)
    chosen = Random(f"{SEED}:draw").sample(rows, min(ENTERED, len(rows) // 10))
    for member in Member.objects.filter(pk__in=chosen).order_by("pk"):
        bookings.join(offer, member, actor=None, at=timezone.now())


def drafts(demo: Demo, advance: Advance) -> None:
    """What the officer goes on with, and what the neighbours plan."""
    year = demo.on.year + 1
    gift = GiftPlan(
        name="清凉包",
        contents="绿豆\n毛巾\n防晒霜",
        unit_price=5600,
        quantity_offline=500,
        money_source=MoneySource.OWN,
    )
    summer = Plan(
        code=f"cool-{year}",
        name=f"{year}年夏季送清凉",
        purpose="高温天里，为户外作业的职工送去清凉。数量和领取时间待定。",
        occasion=Occasion.SUMMER_HEAT,
        year=year,
        gifts=(gift,),
    )
    giving.draft(summer, Organization.objects.get(code=UNIT), accounts.officer("tianqiao"))
    neighbour = Plan(
        code=f"taoranting-{year}",
        name=f"陶然亭街道{year}年春节慰问",
        purpose="为陶然亭街道的职工准备春节慰问品。",
        occasion=Occasion.SPRING_FESTIVAL,
        year=year,
        gifts=(GiftPlan(name="米面油礼包", contents="大米\n面粉\n花生油", unit_price=9900, quantity_offline=300),),
    )
    giving.draft(neighbour, Organization.objects.get(code=NEIGHBOUR), accounts.officer("taoranting"))
