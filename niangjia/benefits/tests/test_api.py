"""Programmes at the programs' door, from plan to report."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.benefits import services
from niangjia.benefits.models import Gift, Handout, Programme, ProgrammeStatus, Split
from niangjia.benefits.permissions import HAND_OUT, VIEW
from niangjia.benefits.tests.factories import OFFICER, Scene, make_programme, make_scene
from niangjia.bookings.models import Booking
from niangjia.bookings.permissions import ASSIST
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.ledgers.models import StockEntry
from niangjia.org import permissions as org
from niangjia.papers.models import Paper

pytestmark = pytest.mark.django_db
WHO = ("stranger", "nobody", "member", "reader", "helper", "officer", "above", "elsewhere")


@dataclass
class Desk:
    scene: Scene
    split: Split
    people: dict[str, User | None]

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        scene, handout = self.scene, Handout.objects.order_by("number").first()
        keys = {
            "p": scene.programme.pk,
            "gift": scene.packs.pk,
            "split": self.split.pk,
            "audience": self.split.audience_id,
            "handout": handout.pk if handout else self.split.pk,
            "person": scene.people[0].pk,
            "unit": scene.tree.unit.pk,
            "point": scene.point.pk,
        }
        if body:
            body = {name: keys.get(each[1:-1], each) if isinstance(each, str) else each for name, each in body.items()}
        return ask(self.people[who], method, path.format(**keys), body, **headers)


@pytest.fixture
def desk(db: None) -> Desk:
    scene = make_scene()
    split = scene.split()
    rights = (*OFFICER, org.VIEW)
    people = {
        "stranger": None,
        "nobody": person(),
        "member": scene.people[0].user,
        "reader": holder(VIEW, org.VIEW, at=scene.tree.unit),
        "helper": holder(HAND_OUT, ASSIST, at=scene.tree.unit),
        "officer": holder(*rights, at=scene.tree.unit),
        "above": holder(*rights, at=scene.tree.district),
        "elsewhere": holder(*rights, at=scene.tree.elsewhere),
    }
    return Desk(scene, split, people)


NEW = {"organization_id": "{unit}", "name": "夏送清凉", "purpose": "防暑", "occasion": "summer_heat", "year": 2026}
GIFT = {"name": "凉茶", "contents": "菊花茶", "unit_price_fen": 3000, "quantity_offline": 4}
GROUP = {"name": "保安", "group": "guard", "gift_id": "{gift}", "audience_id": "{audience}", "quantity": 1}
MINE = {"member_id": "{person}"}
DRAFT: list[tuple[str, str, Any, str]] = [
    ("GET", "/programmes", None, "401 403 403 200 200 200 200 200"),
    ("GET", "/programmes/{p}", None, "401 404 404 200 404 200 200 404"),
    ("POST", "/programmes", NEW, "401 404 404 403 404 201 201 404"),
    ("PATCH", "/programmes/{p}", {"name": "新名"}, "401 404 404 403 404 200 200 404"),
    ("PATCH", "/programmes/{p}/times", {}, "401 404 404 403 404 200 200 404"),
    ("PUT", "/programmes/{p}/points", {"point_ids": []}, "401 404 404 403 404 200 200 404"),
    ("PUT", "/programmes/{p}/audience", {"audience_id": None}, "401 404 404 403 404 200 200 404"),
    ("POST", "/programmes/{p}/gifts", GIFT, "401 404 404 403 404 201 201 404"),
    ("PUT", "/programmes/{p}/gifts/{gift}", GIFT, "401 404 404 403 404 200 200 404"),
    ("DELETE", "/programmes/{p}/gifts/{gift}", None, "401 404 404 403 404 409 409 404"),
    ("POST", "/programmes/{p}/gifts/{gift}/goods", {"quantity": 2}, "401 404 404 403 404 201 201 404"),
    ("POST", "/programmes/{p}/publish", None, "401 404 404 403 404 200 409 404"),
    ("POST", "/programmes/{p}/abandon", {"reason": "不办了"}, "401 404 404 403 404 200 409 404"),
    ("POST", "/programmes/{p}/close", None, "401 404 404 403 404 409 409 404"),
    ("GET", "/programmes/{p}/groups", None, "401 404 404 200 404 200 200 404"),
    ("POST", "/programmes/{p}/groups", GROUP, "401 404 404 404 404 422 422 404"),
    ("PUT", "/programmes/{p}/groups/{split}", GROUP, "401 404 404 404 404 200 200 404"),
    ("DELETE", "/programmes/{p}/groups/{split}", None, "401 404 404 403 404 204 404 404"),
    ("POST", "/programmes/{p}/groups/{split}/fill", None, "401 404 404 403 404 200 200 404"),
    ("GET", "/programmes/{p}/groups/{split}/hand-outs", None, "401 404 404 200 404 200 200 404"),
    ("POST", "/programmes/{p}/groups/{split}/hand-outs", MINE, "401 404 404 403 404 409 409 404"),
    ("GET", "/programmes/{p}/mine", None, "401 404 404 404 404 404 404 404"),
    ("GET", "/public/programmes", None, "200 200 200 200 200 200 200 200"),
    ("GET", "/public/programmes/{p}", None, "404 404 404 404 404 404 404 404"),
]
RUNNING: list[tuple[str, str, Any, str]] = [
    ("GET", "/programmes/{p}", None, "401 404 404 200 200 200 200 404"),
    ("GET", "/programmes/{p}/mine", None, "401 404 200 404 404 404 404 404"),
    ("GET", "/programmes/{p}/desk?q=张一", None, "401 404 404 403 200 200 200 404"),
    ("POST", "/programmes/{p}/desk/book", MINE, "401 404 404 403 201 409 409 404"),
    ("POST", "/programmes/{p}/desk/hand-out", MINE, "401 404 404 403 403 201 409 404"),
    ("POST", "/programmes/{p}/hand-outs/{handout}/record", {}, "401 404 404 403 200 409 409 404"),
    ("POST", "/programmes/{p}/hand-outs/{handout}/undo", {"reason": "错"}, "401 404 404 403 409 409 409 404"),
    ("POST", "/programmes/{p}/hand-outs/{handout}/take-off", {"reason": "错"}, "401 404 404 403 200 409 409 404"),
    ("POST", "/programmes/{p}/groups/{split}/record", {}, "401 404 404 403 200 200 200 404"),
    ("GET", "/programmes/{p}/report", None, "401 404 404 200 200 200 200 404"),
    ("POST", "/programmes/{p}/report/sign", None, "401 404 404 403 403 409 409 404"),
    ("GET", "/public/programmes/{p}", None, "200 200 200 200 200 200 200 200"),
    ("GET", "/public/programmes/{p}/result", None, "200 200 200 200 200 200 200 200"),
]


def traces() -> list[Any]:
    """What a refusal must leave as it was."""
    rows = [list(model.objects.order_by("pk").values()) for model in (Programme, Gift, Split, Handout)]
    return [*rows, *(model.objects.count() for model in (Booking, StockEntry, Paper, Entry))]


def check(desk: Desk, method: str, path: str, body: Any, statuses: str) -> None:
    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = traces()
        answer = desk.ask(who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        assert answer.status_code < 400 or traces() == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(("method", "path", "body", "statuses"), DRAFT, ids=lambda part: str(part)[:40])
def test_a_draft_gives_each_visitor_what_the_table_says(
    desk: Desk, method: str, path: str, body: Any, statuses: str
) -> None:
    check(desk, method, path, body, statuses)


@pytest.mark.parametrize(("method", "path", "body", "statuses"), RUNNING, ids=lambda part: str(part)[:40])
def test_a_running_programme_gives_each_visitor_what_the_table_says(
    desk: Desk, method: str, path: str, body: Any, statuses: str
) -> None:
    desk.scene.publish()
    services.fill_list(desk.split, actor=None)
    check(desk, method, path, body, statuses)


def test_a_programme_is_planned_published_and_reported_by_programs(desk: Desk) -> None:
    """The whole way, as a program goes it; the figures agree at the end."""
    detail = desk.ask("officer", "GET", "/programmes/{p}").json()
    assert (detail["missing"], [gift["unit_price_fen"] for gift in detail["gifts"]]) == ([], [12_000, 8_000])
    published = desk.ask("officer", "POST", "/programmes/{p}/publish").json()
    assert published["status"] == "open"
    assert desk.ask("officer", "POST", "/programmes/{p}/groups/{split}/fill").json() == {"listed": 3, "left_over": 0}
    sheet = desk.ask("officer", "POST", "/programmes/{p}/groups/{split}/record", {"absent": [2]}).json()
    assert sheet == {"done": 2, "refused": []}
    hand_out = {"member_id": "{person}", "point_id": "{point}"}
    assert desk.ask("officer", "POST", "/programmes/{p}/desk/hand-out", hand_out).json()["number"] == 1
    assert desk.ask("officer", "POST", "/programmes/{p}/close").json()["status"] == "closed"
    report = desk.ask("officer", "GET", "/programmes/{p}/report").json()
    assert (report["served"], report["agrees"], report["amount_fen"]) == (3, True, 3 * 12_000 + 5 * 8_000)
    assert sum(report["by_channel"].values()) == 3
    assert all(row["balance"]["balances"] for row in report["left"])
    result = desk.ask("stranger", "GET", "/public/programmes/{p}/result?limit=2").json()
    assert (result["count"], len(result["items"])) == (3, 2)
    assert {row["person_masked"][1:] for row in result["items"]} == {"＊"}


def test_the_result_is_not_public_before_the_end(desk: Desk) -> None:
    desk.scene.publish()
    services.book_for(desk.scene.programme, desk.scene.people[0], actor=None, at=timezone.now())
    assert desk.ask("stranger", "GET", "/public/programmes/{p}/result").json() == {"items": [], "count": 0}


def test_a_member_reads_where_she_stands_and_why(desk: Desk) -> None:
    desk.scene.publish()
    mine = desk.ask("member", "GET", "/programmes/{p}/mine").json()
    assert (mine["standing"], mine["booking_id"], mine["unmet"]) == ("open", None, [])
    services.book_for(desk.scene.programme, desk.scene.people[0], actor=None, at=timezone.now())
    mine = desk.ask("member", "GET", "/programmes/{p}/mine").json()
    assert (mine["standing"], mine["may_cancel"]) == ("booked", True)
    assert mine["booking_id"]


def test_goods_sent_twice_with_one_key_arrive_once(desk: Desk) -> None:
    before = StockEntry.objects.count()
    answers = [
        desk.ask(
            "officer", "POST", "/programmes/{p}/gifts/{gift}/goods", {"quantity": 3}, Idempotency_Key="delivery 1"
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert StockEntry.objects.count() == before + 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"closes_at": "2020-01-01T00:00:00+08:00"}, (422, "invalid-input")),
        ({"opens_at": "2026-01-01T00:00:00"}, (422, "invalid-input")),
        ({"opens_at": None}, (422, "invalid-input")),
    ],
)
def test_wrong_times_are_refused(desk: Desk, body: Any, expected: tuple[int, str]) -> None:
    before = traces()
    assert told(desk.ask("officer", "PATCH", "/programmes/{p}/times", body)) == expected
    assert traces() == before


def test_what_was_announced_stays(desk: Desk) -> None:
    desk.scene.publish()
    assert told(desk.ask("officer", "PATCH", "/programmes/{p}", {"year": 2027})) == (409, "plan-fixed")
    assert desk.ask("officer", "PATCH", "/programmes/{p}", {"name": "更好的名字"}).json()["name"] == "更好的名字"


def test_what_a_draft_lacks_is_told(desk: Desk) -> None:
    bare = make_programme(desk.scene.tree, name="空")
    detail = desk.ask("officer", "GET", f"/programmes/{bare.pk}").json()
    assert [each["step"] for each in detail["missing"]] == ["gifts"]
    assert told(desk.ask("officer", "POST", f"/programmes/{bare.pk}/publish")) == (409, "not-ready")


@pytest.mark.parametrize(
    "path", ["/programmes", "/public/programmes", "/programmes/{p}/groups", "/programmes/{p}/groups/{split}/hand-outs"]
)
def test_a_list_asks_no_more_for_three_than_for_one(desk: Desk, path: str) -> None:
    desk.scene.publish()
    counts = []
    for numbers in ([0], [1, 2]):
        for number in numbers:
            made = make_programme(desk.scene.tree, name=f"其他{number}")
            Programme.objects.filter(pk=made.pk).update(status=ProgrammeStatus.PUBLISHED, published_at=timezone.now())
            services.put_on_list(desk.split, desk.scene.cleaners[number], actor=None)
        with CaptureQueriesContext(connection) as captured:
            assert desk.ask("officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
