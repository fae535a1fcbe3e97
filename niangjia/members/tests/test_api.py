"""People at the programs' door: who gets what, what is masked, what a refusal leaves as it was."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.core.tests.programs import ask, told
from niangjia.coverage import permissions as coverage
from niangjia.coverage.services import create_employer
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.members.models import CorrectionRequest, Member
from niangjia.members.permissions import CHANGE, REVEAL, VIEW
from niangjia.members.services import ensure_occupations
from niangjia.members.tests.factories import make_id_number, make_member
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
RIGHTS = (VIEW, CHANGE, REVEAL, org.VIEW, coverage.VIEW, coverage.MANAGE)
WHO = ("stranger", "nobody", "member", "reader", "officer", "above", "elsewhere")


@dataclass
class Place:
    tree: Tree
    people: dict[str, User | None]
    member: Member

    def ask(self, who: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        return ask(self.people[who], method, path.format(member=self.member.pk, tree=self.tree), body, **headers)


@pytest.fixture
def place(db: None) -> Place:
    tree = make_tree()
    own = person("王小明", phone="13900009999")
    member = make_member(tree.primary, name="王小明", phone="13912345678")
    Member.objects.filter(pk=member.pk).update(user=own)
    people = {
        "stranger": None,
        "nobody": person(),
        "member": own,
        "reader": holder(VIEW, org.VIEW, at=tree.unit),
        "officer": holder(*RIGHTS, at=tree.unit),
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
    }
    return Place(tree, people, member)


TABLE = [
    ("GET", "/members", None, "401 403 403 200 200 200 200"),
    ("GET", "/members/me", None, "401 404 200 404 404 404 404"),
    ("GET", "/members/{member}", None, "401 404 200 200 200 200 404"),
    ("GET", "/members/{member}/memberships", None, "401 404 200 200 200 200 404"),
    ("PATCH", "/members/{member}", {"name": "王大明"}, "401 404 403 403 200 200 404"),
    ("POST", "/members/{member}/reveal", {"reason": "核对"}, "401 404 403 403 200 200 404"),
    ("POST", "/members/{member}/state", {"state": "retained", "reason": "退休"}, "401 404 403 403 200 409 404"),
    ("POST", "/members/me/corrections", {"text": "手机号错了"}, "401 404 201 404 404 404 404"),
    ("GET", "/corrections", None, "401 200 200 200 200 200 200"),
    ("GET", "/occupations", None, "401 200 200 200 200 200 200"),
    ("GET", "/employers", None, "401 403 403 403 200 200 200"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    place: Place, method: str, path: str, body: object, statuses: str
) -> None:
    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = (Member.objects.values().get(), Entry.objects.count(), CorrectionRequest.objects.count())
        answer = place.ask(who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        if answer.status_code >= 400:
            assert (Member.objects.values().get(), Entry.objects.count(), CorrectionRequest.objects.count()) == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_numbers_are_masked_and_revealed_with_a_reason_only(place: Place) -> None:
    shown = place.ask("officer", "GET", "/members/{member}")
    number = str(place.member.id_number)
    assert shown.json()["phone_masked"] == "139 **** 5678"
    assert shown.json()["id_number_masked"] == f"{number[:6]} ******** {number[-4:]}"
    assert number not in shown.content.decode()
    assert "13912345678" not in shown.content.decode()
    refused = place.ask("officer", "POST", "/members/{member}/reveal", {"reason": " "})
    assert told(refused) == (422, "invalid-input")
    revealed = place.ask("officer", "POST", "/members/{member}/reveal", {"reason": "与身份证核对"}).json()
    assert (revealed["id_number"], revealed["phone"]) == (number, "13912345678")
    entry = Entry.objects.get(action="members.member.reveal")
    assert entry.data["reason"] == "与身份证核对"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?q=小明", True),
        ("?q=王", True),
        ("?q=小刚", False),
        ("?q=139 1234 5678", True),
        ("?q=13912345679", False),
        ("?under=BJ-XC-TQ-1", True),
        ("?state=active", True),
        ("?state=deceased", False),
        ("?group=courier", False),
    ],
)
def test_people_are_found(place: Place, query: str, found: bool) -> None:
    answer = place.ask("officer", "GET", f"/members{query}").json()
    assert [row["name"] for row in answer["items"]] == ["王小明"] * found
    assert answer["count"] == int(found)


def test_a_whole_id_number_finds_its_person(place: Place) -> None:
    assert place.ask("officer", "GET", f"/members?q={place.member.id_number}").json()["count"] == 1
    assert place.ask("officer", "GET", f"/members?q={make_id_number()}").json()["count"] == 0


@pytest.mark.parametrize(
    ("query", "status"), [("?under=BJ-CP", 404), ("?state=asleep", 422), ("?limit=201", 422), ("?q=%00", 422)]
)
def test_a_question_that_cannot_be_answered_is_refused(place: Place, query: str, status: int) -> None:
    assert place.ask("officer", "GET", f"/members{query}").status_code == status


def newcomer(place: Place, **changes: Any) -> dict[str, Any]:
    return {
        "organization_id": place.tree.primary.pk,
        "name": "李四",
        "id_number": make_id_number(),
        "phone": "13800001111",
        **changes,
    }


def test_somebody_is_registered_once(place: Place) -> None:
    ensure_occupations(actor=None)
    trade = place.ask("officer", "GET", "/occupations").json()["items"][0]
    employer = create_employer(organization=place.tree.primary, name="天桥剧场", actor=None)
    data = newcomer(place, occupation_id=trade["id"], employer_id=employer.pk, joined_on="2020-01-02")
    made = place.ask("officer", "POST", "/members", data)
    assert made.status_code == 201
    body = made.json()
    assert (body["occupation"], body["employer"]["name"]) == (trade, "天桥剧场")
    assert (body["joined_on"], body["has_account"], body["organization"]["code"]) == (
        "2020-01-02",
        False,
        "BJ-XC-TQ-1",
    )
    assert told(place.ask("officer", "POST", "/members", data)) == (409, "already-registered")
    assert Member.objects.count() == 2


@pytest.mark.parametrize(
    ("case", "changes", "expected"),
    [
        ("wrong check digit", {"id_number": "110101199003070000"}, (422, "check")),
        ("no name", {"name": "  "}, (422, "invalid-input")),
        ("unknown field", {"nmae": "x"}, (422, "invalid-input")),
        ("unknown occupation", {"occupation_id": "01890000-0000-7000-8000-000000000000"}, (404, "not-found")),
        ("NUL in a name", {"name": "李\x00四"}, (422, "invalid-input")),
        ("unit out of sight", {"organization_id": None}, (404, "not-found")),
    ],
)
def test_nobody_is_registered_from_wrong_input(
    place: Place, case: str, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    if "organization_id" in changes:
        changes = {"organization_id": place.tree.elsewhere.pk}
    assert told(place.ask("officer", "POST", "/members", newcomer(place, **changes))) == expected
    assert Member.objects.count() == 1


def test_only_what_is_sent_is_changed(place: Place) -> None:
    changed = place.ask("officer", "PATCH", "/members/{member}", {"on_duty_festival": True}).json()
    assert (changed["name"], changed["on_duty_festival"], changed["phone_masked"]) == (
        "王小明",
        True,
        "139 **** 5678",
    )
    emptied = place.ask("officer", "PATCH", "/members/{member}", {"phone": ""}).json()
    assert emptied["phone_masked"] == ""


def test_a_transfer_needs_the_right_at_both_ends(place: Place) -> None:
    transfer = {"to_id": place.tree.sibling.pk, "reason": "换工作"}
    assert place.ask("officer", "POST", "/members/{member}/transfer", transfer).status_code == 404
    moved = place.ask("above", "POST", "/members/{member}/transfer", transfer)
    assert moved.json()["organization"]["name"] == "陶然亭街道总工会"
    assert place.ask("officer", "GET", "/members/{member}").status_code == 404
    stretches = place.ask("above", "GET", "/members/{member}/memberships").json()["items"]
    assert [(row["organization"]["code"], row["reason"]) for row in stretches] == [
        ("BJ-XC-TQ-1", ""),
        ("BJ-XC-TRT", "换工作"),
    ]


def test_a_correction_is_asked_for_and_answered(place: Place) -> None:
    asked = place.ask("member", "POST", "/members/me/corrections", {"text": "我的手机换了"}).json()
    again = place.ask("member", "POST", "/members/me/corrections", {"text": "再说一次"})
    assert told(again) == (409, "correction-open")
    decide = f"/corrections/{asked['id']}/decide"
    assert told(place.ask("reader", "POST", decide, {"accepted": True})) == (403, "not-permitted")
    assert told(place.ask("elsewhere", "POST", decide, {"accepted": True})) == (404, "not-found")
    assert told(place.ask("officer", "POST", decide, {"accepted": False})) == (422, "invalid-input")
    answered = place.ask("officer", "POST", decide, {"accepted": True, "answer": "已改"}).json()
    assert (answered["status"], answered["answer"]) == ("accepted", "已改")
    assert told(place.ask("officer", "POST", decide, {"accepted": True})) == (409, "invalid-transition")
    seen = place.ask("member", "GET", "/corrections?status=accepted").json()
    assert [row["text"] for row in seen["items"]] == ["我的手机换了"]


def test_an_employer_is_entered_once(place: Place) -> None:
    data = {"organization_id": place.tree.primary.pk, "name": "天桥盛世", "ownership": "170", "workers": 12}
    made = place.ask("officer", "POST", "/employers", data)
    assert (made.status_code, made.json()["ownership"]) == (201, "170")
    assert told(place.ask("officer", "POST", "/employers", data)) == (422, "invalid-input")
    assert place.ask("above", "GET", "/employers?q=盛世").json()["count"] == 1
    one = f"/employers/{made.json()['id']}"
    assert [place.ask(who, "GET", one).status_code for who in ("officer", "elsewhere", "nobody")] == [200, 404, 404]


@pytest.mark.parametrize("path", ["/members", "/employers", "/corrections"])
def test_a_list_asks_no_more_for_three_than_for_one(place: Place, path: str) -> None:
    def fill(number: int) -> None:
        own = person(f"会员{number}", phone=f"1370000000{number}")
        member = make_member(place.tree.primary, name=f"会员{number}")
        Member.objects.filter(pk=member.pk).update(user=own)
        create_employer(organization=place.tree.primary, name=f"单位{number}", actor=None)
        assert ask(own, "POST", "/members/me/corrections", {"text": "改名"}).status_code == 201

    counts = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            fill(number)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert place.ask("officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
