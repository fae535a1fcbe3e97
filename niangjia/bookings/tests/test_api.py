"""Offers, bookings, vouchers and handing over at the programs' door."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.bookings import passes, permissions, services
from niangjia.bookings.models import Booking, Offer, OfferStock
from niangjia.bookings.tests.factories import Buyer, make_audience, make_buyer, make_offer
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.ledgers.models import StockEntry
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.vouchers import codes
from niangjia.vouchers import permissions as vouchers
from niangjia.vouchers.models import Redemption, ServicePoint, Voucher
from niangjia.vouchers.services import create_point, ensure_voucher

pytestmark = pytest.mark.django_db
RIGHTS = (
    *(permissions.VIEW, permissions.MANAGE, permissions.ASSIST, org.VIEW),
    *(vouchers.VIEW, vouchers.REDEEM, vouchers.MANAGE),
)
WHO = ("stranger", "nobody", "other", "buyer", "helper", "officer", "above", "elsewhere")


@dataclass
class Yard:
    tree: Tree
    people: dict[str, User | None]
    offer: Offer
    buyer: Buyer
    booking: Booking
    point: ServicePoint

    def ask(self, who: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        keys = {"offer": self.offer.pk, "booking": self.booking.pk, "point": self.point.pk}
        return ask(self.people[who], method, path.format(**keys), body, **headers)


@pytest.fixture
def yard(db: None) -> Yard:
    tree = make_tree()
    buyers = [make_buyer(tree.primary, name) for name in ("王小明", "李大力")]
    audience = make_audience(tree.unit, *(buyer.member for buyer in buyers))
    point = create_point(organization=tree.unit, name="天桥服务站", address="北纬路甲6号", actor=None)
    offer = make_offer(tree.unit, audience, capacity=5, protected=3, points=[point])
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    people = {
        "stranger": None,
        "nobody": person(),
        "other": buyers[1].user,
        "buyer": buyers[0].user,
        "helper": holder(vouchers.REDEEM, at=tree.unit, name="发放员"),
        "officer": holder(*RIGHTS, at=tree.unit, name="天桥干部"),
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
    }
    return Yard(tree, people, offer, buyers[0], booking, point)


def traces() -> list[Any]:
    """What a refusal must leave as it was."""
    return [
        *(model.objects.count() for model in (StockEntry, Redemption, Voucher)),
        list(Booking.objects.values_list("status", "cancelled_at")),
        list(OfferStock.objects.values()),
        list(ServicePoint.objects.values()),
    ]


TABLE = [
    ("GET", "/offers", None, "401 200 200 200 200 200 200 200"),
    ("GET", "/offers/{offer}", None, "401 200 200 200 200 200 200 200"),
    ("GET", "/offers/{offer}/figures", None, "401 403 403 403 403 200 200 403"),
    ("POST", "/offers/{offer}/pass", None, "401 404 201 201 404 404 404 404"),
    ("POST", "/offers/{offer}/free-protected", None, "401 403 403 403 403 200 200 403"),
    ("GET", "/bookings", None, "401 200 200 200 200 200 200 200"),
    ("GET", "/bookings/{booking}", None, "401 404 404 200 404 200 200 404"),
    ("POST", "/bookings/{booking}/return", {"reason": "不要了"}, "401 404 404 403 404 409 409 404"),
    ("GET", "/service-points", None, "401 403 403 403 200 200 200 200"),
    ("GET", "/service-points/{point}", None, "401 404 404 404 200 200 200 404"),
    ("PATCH", "/service-points/{point}", {"hours": "9:00–17:00"}, "401 404 404 404 403 200 200 404"),
    ("GET", "/vouchers", None, "401 200 200 200 200 200 200 200"),
    ("GET", "/vouchers/{booking}", None, "401 404 404 200 200 200 200 404"),
    ("GET", "/vouchers/{booking}/redemptions", None, "401 404 404 200 200 200 200 404"),
    ("POST", "/vouchers/look-up", {"code": "0000 0000"}, "401 403 403 403 404 404 404 404"),
    ("POST", "/vouchers/{booking}/redeem", {}, "401 404 404 403 201 409 409 404"),
    ("POST", "/vouchers/{booking}/undo", {"reason": "扫错了"}, "401 404 404 403 409 409 409 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    yard: Yard, method: str, path: str, body: object, statuses: str
) -> None:
    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = traces()
        answer = yard.ask(who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        if answer.status_code >= 400 and "redeem" not in path and "undo" not in path:
            assert traces() == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_a_pass_opens_the_lane_for_one_member_and_one_offer(yard: Yard) -> None:
    answer = yard.ask("buyer", "POST", "/offers/{offer}/pass").json()
    assert answer["address"] == f"/book/{yard.offer.pk}"
    found = passes.read(answer["pass"])
    assert found
    assert (found.member, found.offer) == (yard.buyer.member.pk.bytes, yard.offer.pk.bytes)


def test_a_member_cancels_her_own_booking_until_the_deadline(yard: Yard) -> None:
    cancel = "/bookings/{booking}/cancel"
    assert yard.ask("other", "POST", cancel, {}).status_code == 404
    Offer.objects.update(cancel_until=timezone.now() - timedelta(minutes=1))
    before = traces()
    assert told(yard.ask("buyer", "POST", cancel, {})) == (409, "cancel-too-late")
    assert traces() == before
    Offer.objects.update(cancel_until=None)
    cancelled = yard.ask("buyer", "POST", cancel, {}).json()
    assert (cancelled["status"], cancelled["number"], cancelled["title"]) == ("cancelled", 1, "2026 年送温暖")
    assert told(yard.ask("buyer", "POST", cancel, {})) == (409, "cancel-refused")
    assert [row["status"] for row in yard.ask("buyer", "GET", "/bookings?mine=true").json()["items"]] == ["cancelled"]


def test_a_clock_of_the_server_that_was_set_back_reopens_no_deadline(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    Offer.objects.update(cancel_until=timezone.now())
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=3))
    assert told(yard.ask("buyer", "POST", "/bookings/{booking}/cancel", {})) == (409, "cancel-too-late")
    assert Booking.objects.get().status == "booked"


def test_a_cancellation_sent_twice_is_answered_as_the_first_time(yard: Yard) -> None:
    headers = {"Idempotency_Key": "cancel-1"}
    first, again = (yard.ask("buyer", "POST", "/bookings/{booking}/cancel", {}, **headers) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content) == (200, again.content)
    assert OfferStock.objects.get().protected_remaining == 3


def test_the_figures_agree(yard: Yard) -> None:
    figures = yard.ask("officer", "GET", "/offers/{offer}/figures").json()
    assert (figures["capacity"], figures["left"], figures["protected_left"], figures["booked"]) == (5, 2, 2, 1)
    assert (figures["balances"], figures["balance"]["moved"], figures["balance"]["booked"]) == (True, 5, 1)
    assert [(unit["name"], unit["booked"]) for unit in figures["units"]] == [("天桥街道", 1)]


def test_a_voucher_shows_its_code_to_its_owner_alone(yard: Yard) -> None:
    own = yard.ask("buyer", "GET", "/vouchers/{booking}").json()
    token = codes.from_base45(own["qr"])
    assert token
    assert codes.opened(token) == yard.booking.pk
    for who in ("helper", "officer"):
        shown = yard.ask(who, "GET", "/vouchers/{booking}")
        assert (shown.json()["code"], shown.json()["qr"], shown.json()["person_masked"]) == (None, None, "王＊＊")
        assert "小明" not in shown.content.decode()


def test_a_voucher_that_one_may_not_see_is_not_written(yard: Yard) -> None:
    assert yard.ask("elsewhere", "GET", "/vouchers/{booking}").status_code == 404
    assert not Voucher.objects.exists()


def test_a_gift_is_handed_over_once_and_the_mistake_undone(yard: Yard) -> None:
    voucher = ensure_voucher(yard.booking.pk)
    assert voucher
    found = yard.ask("helper", "POST", "/vouchers/look-up", {"code": voucher.grouped_code.lower()}).json()
    assert (found["id"], found["item"]) == (str(yard.booking.pk), "干果礼盒")
    redeem = {"point_id": yard.point.pk, "device": "phone-1", "counter": 7}
    handed = yard.ask("helper", "POST", "/vouchers/{booking}/redeem", redeem)
    assert (handed.status_code, handed.json()["point"], handed.json()["by_name"]) == (201, "天桥服务站", "发放员")
    again = yard.ask("helper", "POST", "/vouchers/{booking}/redeem", redeem)
    assert told(again) == (409, "already-redeemed")
    assert "天桥服务站" in again.json()["detail"]
    undone = yard.ask("helper", "POST", "/vouchers/{booking}/undo", {"reason": "给错了人"}).json()
    assert undone["status"] == "valid"
    kinds = [row["kind"] for row in yard.ask("officer", "GET", "/vouchers/{booking}/redemptions").json()["items"]]
    assert kinds == ["handed_over", "undone"]


def test_a_hand_over_sent_twice_with_one_key_is_one(yard: Yard) -> None:
    headers = {"Idempotency_Key": "phone-1/7"}
    first, again = (yard.ask("helper", "POST", "/vouchers/{booking}/redeem", {}, **headers) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, again.content)
    assert Redemption.objects.count() == 1


def test_codes_cannot_be_tried_out(yard: Yard) -> None:
    answers = {told(yard.ask("helper", "POST", "/vouchers/look-up", {"code": f"try {n}"})) for n in range(20)}
    assert answers == {(404, "unknown-code")}
    assert told(yard.ask("helper", "POST", "/vouchers/look-up", {"code": "once more"})) == (429, "too-many-attempts")


@pytest.mark.parametrize("path", ["/offers", "/bookings", "/vouchers", "/service-points"])
def test_a_list_asks_no_more_for_three_than_for_one(yard: Yard, path: str) -> None:
    def fill(name: str) -> None:
        buyer = make_buyer(yard.tree.primary, name)
        point = create_point(organization=yard.tree.unit, name=name, address="永安路", actor=None)
        offer = make_offer(yard.tree.unit, make_audience(yard.tree.unit, buyer.member), points=[point])
        ensure_voucher(services.book_assisted(offer, buyer.member, actor=None).pk)

    counts = []
    for names in (["张一"], ["张二", "张三"]):
        for name in names:
            fill(name)
        with CaptureQueriesContext(connection) as captured:
            assert yard.ask("officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
