"""The programs' door to founding and re-election has the same rules as the pages."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from niangjia.formation.models import Founding, Renewal, RuleRow, Term
from niangjia.formation.permissions import APPROVE, MANAGE, VIEW
from niangjia.formation.tests.factories import EVERYTHING, make_founding, make_renewal, make_term
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
ELECTION: dict[str, Any] = {
    "held_on": str(TODAY), "members": 50, "due": 50, "attending": 45, "seats_committee": 1, "years": 3,
    "candidates": [
        {"post": "chair", "name": "李主席", "votes": 40, "elected": True},
        {"post": "member", "name": "孙落选", "votes": 4},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


class Door:
    """The programs' door as one person sees it."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def send(self, method: str, path: str, data: Any = None) -> tuple[int, Any]:
        answer = self.client.generic(method, f"/api/v1/{path}", _json(data), content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None


def _json(data: Any) -> str:
    return "" if data is None else json.dumps(data)


def test_a_founding_goes_its_whole_way(tree: Tree) -> None:
    door = Door(holder(*EVERYTHING, at=tree.unit))
    status, made = door.send("POST", "foundings", {
        "organization_id": str(tree.unit.pk), "name": "红桥工会", "code": "BJ-XC-TQ-HQ", "kind": "single",
        "level": "primary", "workers": 60, "willing": 50, "employers": ["红桥市场有限公司"], "contact": "赵筹备",
    })  # fmt: skip
    assert (status, made["status"], made["contact"], len(made["warnings"])) == (201, "talks", "赵筹备", 1)
    one = f"foundings/{made['id']}"
    for side in ("employer", "workers"):
        told = {"side": side, "on": str(TODAY), "who": "钱经理", "outcome": "agrees"}
        assert door.send("POST", f"{one}/talks", told)[0] == 201
    steps: list[tuple[str, str, Any, str]] = [
        ("POST", "apply", None, "applied"),
        ("POST", "refuse", {"reason": "缺材料"}, "refused"),
        ("POST", "apply", None, "applied"),
        ("POST", "approve", {}, "approved"),
        ("PUT", "election", ELECTION, "elected"),
        ("POST", "report", None, "reported"),
        ("POST", "return", {"reason": "票数有误"}, "returned"),
        ("PUT", "election", ELECTION, "elected"),
        ("POST", "report", None, "reported"),
        ("POST", "confirm", {}, "confirmed"),
        ("POST", "register", {"credit_code": "81110102MC0000001U", "certificate_on": str(TODAY)}, "registered"),
    ]
    for method, step, data, then in steps:
        status, answer = door.send(method, f"{one}/{step}", data)
        assert (status, answer.get("status")) == (200, then), (step, answer)
    unit = Organization.objects.get(code="BJ-XC-TQ-HQ")
    assert answer["unit_id"] == str(unit.pk)
    assert [one["name"] for one in answer["election"]["candidates"]] == ["李主席", "孙落选"]
    assert answer["next_step"] == ""
    assert door.send("POST", f"{one}/abandon", {"reason": "x"})[0] == 409


def test_a_re_election_goes_its_whole_way(tree: Tree) -> None:
    own, above = Door(holder(VIEW, MANAGE, at=tree.primary)), Door(holder(VIEW, APPROVE, "org.view", at=tree.unit))
    term = make_term(tree.primary, starts_on=TODAY - timedelta(days=1_200))
    status, made = own.send("POST", f"terms/{term.pk}/renewal", {"planned_on": str(TODAY)})
    assert (status, made["status"], made["next_by"]) == (201, "applied", "天桥街道总工会")
    one = f"renewals/{made['id']}"
    assert own.send("POST", f"{one}/approve", {})[0] == 403
    for door, method, step, data, then in (
        (above, "POST", "refuse", {"reason": "缺材料"}, "refused"),
        (own, "POST", "apply", {"planned_on": str(TODAY)}, "applied"),
        (above, "POST", "approve", {}, "approved"),
        (own, "PUT", "election", ELECTION, "elected"),
        (own, "POST", "report", None, "reported"),
        (above, "POST", "confirm", {}, "confirmed"),
    ):
        status, answer = door.send(method, f"{one}/{step}", data)
        assert (status, answer.get("status")) == (200, then), (step, answer)
    status, found = own.send("GET", "terms")
    assert [row["starts_on"] for row in found["items"]] == [str(TODAY)]


def test_terms_posts_and_postponements(tree: Tree) -> None:
    own, above = Door(holder(VIEW, MANAGE, "org.view", at=tree.primary)), Door(holder(VIEW, APPROVE, at=tree.unit))
    told = {"organization_id": str(tree.primary.pk), "starts_on": str(TODAY - timedelta(days=1_200)), "years": 3,
            "posts": [{"kind": "chair", "name": "何主席"}]}  # fmt: skip
    status, term = own.send("POST", "terms", told)
    assert (status, term["posts"][0]["name"]) == (201, "何主席")
    assert own.send("POST", "terms", told)[0] == 409
    one, chair = f"terms/{term['id']}", term["posts"][0]["id"]
    later = str(TODAY + timedelta(days=90))
    assert own.send("POST", f"{one}/deadline", {"deadline": later})[0] == 403
    status, answer = above.send("POST", f"{one}/deadline", {"deadline": later})
    assert (status, answer["deadline_on"]) == (200, later)
    assert own.send("POST", f"posts/{chair}/end", {"on": str(TODAY), "reason": "退休"})[0] == 200
    told = {"kind": "chair", "name": "新主席", "valid_from": str(TODAY)}
    assert own.send("POST", f"{one}/posts", told)[0] == 201
    status, answer = own.send("POST", f"{one}/postponements", {"until": later, "reason": "搬迁"})
    assert status == 201
    decide = f"postponements/{answer['postponements'][0]['id']}/decide"
    assert own.send("POST", decide, {"grant": True})[0] == 403
    assert above.send("POST", decide, {"grant": False})[0] == 422
    assert above.send("POST", decide, {"grant": True})[1]["status"] == "granted"
    assert own.send("GET", one)[1]["due_on"] == later
    assert own.send("GET", "terms?overdue=true")[1]["count"] == 0


def test_the_rules_are_read_and_set(tree: Tree) -> None:
    top, other = Door(holder(VIEW, MANAGE, at=tree.city)), Door(holder(VIEW, MANAGE, at=tree.unit))
    status, found = other.send("GET", f"formation-rules?on={TODAY}&limit=200")
    assert (status, found["count"]) == (200, RuleRow.objects.count())
    told = {"valid_from": str(TODAY), "source": "市总〔2026〕5号", "bands": [{"least": 30}]}
    assert other.send("PUT", "formation-rules/women", told)[0] == 403
    assert top.send("PUT", "formation-rules/nonsense", told)[0] == 422
    status, made = top.send("PUT", "formation-rules/women", told)
    assert (status, made[0]["least"], made[0]["valid_to"]) == (201, 30, None)


@pytest.mark.parametrize("path", ["foundings", "renewals", "terms"])
def test_lists_and_single_cases_are_for_those_who_look_after_them(path: str, tree: Tree) -> None:
    founding, renewal = make_founding(tree.unit), make_renewal(make_term(tree.primary))
    key = {"foundings": founding.pk, "renewals": renewal.pk, "terms": renewal.term_id}[path]
    cast = make_cast(tree, VIEW)
    got = {who: Door(user).send("GET", path) for who, user in cast}
    assert {who: status for who, (status, _body) in got.items()} == {
        "member": 403, "officer": 200, "above": 200, "elsewhere": 200, "nobody": 403,
    }  # fmt: skip
    assert [got[who][1]["count"] for who in ("officer", "above", "elsewhere")] == [1, 1, 0]
    ones = {who: Door(user).send("GET", f"{path}/{key}")[0] for who, user in cast}
    assert ones == {"member": 404, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}


@pytest.mark.parametrize("path", ["foundings", "renewals", "terms"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(path: str, tree: Tree) -> None:
    door = Door(holder(VIEW, at=tree.unit))

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            door.send("GET", path)
        return len(found)

    make_founding(tree.unit)
    make_renewal(make_term(tree.primary))
    queries()
    one = queries()
    for _number in range(2):
        make_founding(tree.unit)
        make_renewal(make_term(make_organization(tree.unit)))
    assert queries() == one
    assert (Founding.objects.count(), Renewal.objects.count(), Term.objects.count()) == (3, 3, 3)
