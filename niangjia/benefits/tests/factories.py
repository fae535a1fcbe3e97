"""Programmes for tests, made by the services that people use."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from niangjia.audiences import permissions as audiences
from niangjia.audiences.models import Audience
from niangjia.audiences.tests.factories import make_audience
from niangjia.benefits import permissions, services
from niangjia.benefits.models import Gift, Occasion, Programme, Split
from niangjia.benefits.services import GiftPlan, SplitPlan
from niangjia.bookings import permissions as bookings
from niangjia.bookings.models import Method
from niangjia.bookings.services import AllocationPlan
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.ledgers import permissions as ledgers
from niangjia.members import permissions as members
from niangjia.members.models import Member, Occupation
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.vouchers import permissions as vouchers
from niangjia.vouchers.models import ServicePoint
from niangjia.vouchers.services import create_point

OWN = (permissions.VIEW, permissions.PLAN, permissions.PUBLISH, permissions.HAND_OUT, permissions.REPORT)
OFFICER = (
    *OWN,
    *(audiences.VIEW, audiences.DEFINE, audiences.FREEZE),
    *(bookings.VIEW, bookings.MANAGE, bookings.ASSIST),
    *(ledgers.VIEW, ledgers.MANAGE, members.VIEW),
    *(vouchers.VIEW, vouchers.REDEEM, vouchers.MANAGE),
)


def make_people(tree: Tree, count: int = 4, *, trade: str = "", **fields: Any) -> list[Member]:
    """Members of the primary union, each with an account; with a ``trade`` they work in that group."""
    occupation = None
    if trade:
        occupation, _made = Occupation.objects.get_or_create(name=f"工种{trade}", defaults={"group": trade})
    people = []
    for number in range(count):
        member = make_member(
            tree.primary, name=f"张{'一二三四五六七八九十'[number % 10]}", occupation=occupation, **fields
        )
        member.user = person(member.name, phone=str(member.phone))
        member.save(update_fields=["user"])
        people.append(member)
    return people


def make_programme(tree: Tree, **fields: Any) -> Programme:
    """A draft of the subdistrict's union whose booking window is open now."""
    now = timezone.now()
    known: dict[str, Any] = {
        "name": "2026年迎新春送温暖",
        "purpose": "为节日在岗职工送上一份心意。",
        "occasion": Occasion.SPRING_FESTIVAL,
        "year": 2026,
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=3),
        "cancel_until": now + timedelta(days=2),
        "collect_from": now - timedelta(hours=1),
        "collect_until": now + timedelta(days=10),
        "contact_phone": "010-83000000",
    }
    return services.create_programme(organization=tree.unit, actor=None, **(known | fields))


def plan(**fields: Any) -> GiftPlan:
    known: dict[str, Any] = {"name": "干果礼盒", "contents": "核桃 500克\n大枣 500克", "unit_price": 12_000}
    return GiftPlan(**(known | fields))


@dataclass
class Scene:
    """A programme of the subdistrict with an online gift and offline packs, ready to be published."""

    tree: Tree
    officer: User
    people: list[Member]
    cleaners: list[Member]
    programme: Programme
    online: Gift
    packs: Gift
    audience: Audience
    point: ServicePoint
    now: datetime = field(default_factory=timezone.now)

    def publish(self) -> "Scene":
        self.programme = services.publish_programme(self.programme, actor=None, at=self.now)
        return self

    def split(self, **fields: Any) -> Split:
        """The cleaners, five packs."""
        known: dict[str, Any] = {
            "name": "先农坛保洁员",
            "group": "cleaner",
            "gift": self.packs,
            "audience": fields.pop("audience", None)
            or make_audience(self.tree.unit, 'member.group == "cleaner"', frozen=True),
            "quantity": 5,
        }
        return services.add_split(self.programme, SplitPlan(**(known | fields)), actor=None)


def make_scene(
    *,
    online: int = 3,
    protected: int = 1,
    offline: int = 5,
    people: int = 4,
    cleaners: int = 3,
    waiting_list: bool = False,
    tree: Tree | None = None,
) -> Scene:
    tree = tree or make_tree()
    members = make_people(tree, people)
    sweepers = make_people(tree, cleaners, trade="cleaner", on_duty_festival=True) if cleaners else []
    audience = make_audience(tree.unit, 'member.under("BJ-XC-TQ")', frozen=True)
    programme = services.choose_audience(make_programme(tree), audience, actor=None)
    point = create_point(organization=tree.unit, name="天桥职工服务站", address="北纬路甲6号", actor=None)
    services.choose_points(programme, [point], actor=None)
    box = services.add_gift(programme, plan(quantity_online=online, protected=protected), actor=None)
    pack = services.add_gift(
        programme,
        plan(name="慰问礼包", contents="牛奶\n洗发水", unit_price=8_000, quantity_offline=offline),
        actor=None,
    )
    services.plan_allocation(
        programme, AllocationPlan(method=Method.FIRST_COME, waiting_list=waiting_list), actor=None
    )
    services.receive_goods(box, quantity=online, actor=None)
    services.receive_goods(pack, quantity=offline, actor=None, money_source="donation")
    officer = holder(*OFFICER, at=tree.unit, name="天桥干部")
    return Scene(tree, officer, members, sweepers, programme, box, pack, audience, point)
