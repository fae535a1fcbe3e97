"""Rules, audiences and frozen lists at the programs' door."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.audiences import permissions, services
from niangjia.audiences.models import Audience, Rule, RuleVersion
from niangjia.audiences.tests.factories import make_audience, make_rule
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.jobs.models import Job
from niangjia.members import permissions as members
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
RIGHTS = (permissions.VIEW, permissions.DEFINE, permissions.FREEZE, members.VIEW, org.VIEW)
WHO = ("stranger", "nobody", "member", "reader", "officer", "above", "elsewhere")


@dataclass
class Desk:
    tree: Tree
    people: dict[str, User | None]
    members: list[Member]
    audience: Audience

    @property
    def version(self) -> RuleVersion:
        return self.audience.rule_version

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        keys = {
            "audience": self.audience.pk,
            "rule": self.version.rule_id,
            "version": self.version.pk,
            "member": self.members[0].pk,
            "unit": self.tree.unit.pk,
        }
        if isinstance(body, dict):
            body = {name: keys.get(each[1:-1], each) if isinstance(each, str) else each for name, each in body.items()}
        return ask(self.people[who], method, path.format(**keys), body, **headers)


@pytest.fixture
def desk(db: None) -> Desk:
    tree = make_tree()
    people = {
        "stranger": None,
        "nobody": person(),
        "member": person("王小明", phone="13900009999"),
        "reader": holder(permissions.VIEW, org.VIEW, members.VIEW, at=tree.unit),
        "officer": holder(*RIGHTS, at=tree.unit),
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
    }
    known = [
        make_member(tree.primary, name="王小明", on_duty_festival=True),
        make_member(tree.primary, name="李大力", on_duty_festival=False),
        make_member(tree.primary, name="赵大力"),
    ]
    Member.objects.filter(pk=known[0].pk).update(user=people["member"])
    return Desk(tree, people, known, make_audience(tree.unit, "member.on_duty_festival"))


CHECK = {"organization_id": "{unit}", "source": "member.on_duty_festival"}
RULE = {"organization_id": "{unit}", "source": "member.on_duty_festival", "name": "在岗"}
AUDIENCE = {"organization_id": "{unit}", "name": "名单", "rule_version_id": "{version}"}
TABLE = [
    ("GET", "/rules", None, "401 403 403 200 200 200 200"),
    ("GET", "/rules/{rule}", None, "401 404 404 200 200 200 404"),
    ("GET", "/rules/facts?organization_id={unit}", None, "401 404 404 200 200 200 404"),
    ("POST", "/rules/check", CHECK, "401 404 404 200 200 200 404"),
    ("POST", "/rules", RULE, "401 404 404 403 201 201 404"),
    ("GET", "/rules/versions/{version}/explain?member_id={member}", None, "401 404 404 200 200 200 404"),
    ("GET", "/audiences", None, "401 403 403 200 200 200 200"),
    ("GET", "/audiences/{audience}", None, "401 404 404 200 200 200 404"),
    ("POST", "/audiences", AUDIENCE, "401 404 404 403 201 422 404"),
    ("POST", "/audiences/{audience}/freeze", None, "401 404 404 403 202 202 404"),
    ("GET", "/audiences/{audience}/entries", None, "401 404 404 200 200 200 404"),
    ("GET", "/audiences/{audience}/reasons", None, "401 404 404 200 200 200 404"),
    ("GET", "/audiences/{audience}/explain?member_id={member}", None, "401 404 404 200 200 200 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(desk: Desk, method: str, path: str, body: Any, statuses: str) -> None:
    def rows() -> list[int]:
        return [Rule.objects.count(), RuleVersion.objects.count(), Audience.objects.count(), Job.objects.count()]

    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = rows()
        answer = desk.ask(who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        assert answer.status_code < 400 or rows() == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_a_rule_is_tried_by_its_source(desk: Desk) -> None:
    found = desk.ask("officer", "POST", "/rules/check", CHECK).json()
    assert (found["errors"], found["count"], [row["name"] for row in found["first"]]) == ([], 1, ["王小明"])
    assert found["conditions"] == {"join": "all", "items": [{"fact": "member.on_duty_festival", "operator": "yes"}]}
    assert found["words"]


def test_a_rule_is_tried_by_its_conditions(desk: Desk) -> None:
    items = [
        {"fact": "member.on_duty_festival", "operator": "known"},
        {"join": "any", "items": [{"fact": "member.under", "operator": "yes", "argument": "BJ-XC-TQ-1"}]},
    ]
    check = {"organization_id": "{unit}", "conditions": {"join": "all", "items": items}, "first": 1}
    found = desk.ask("officer", "POST", "/rules/check", check).json()
    assert found["source"] == 'member.on_duty_festival.known && (member.under("BJ-XC-TQ-1"))'
    assert (found["count"], len(found["first"])) == (2, 1)


@pytest.mark.parametrize(
    ("source", "line"),
    [("member.on_duty_festivall", 1), ("true &&\n  member.zodiak == 3", 2), ("1 + 1", 1), ("((", 1)],
)
def test_what_is_wrong_with_a_rule_is_named_by_its_place(desk: Desk, source: str, line: int) -> None:
    check = {"organization_id": "{unit}", "source": source}
    found = desk.ask("officer", "POST", "/rules/check", check).json()
    assert (len(found["errors"]), found["count"], found["first"]) == (1, None, [])
    fault = found["errors"][0]
    assert fault["message"]
    assert fault["line"] == line
    assert fault["column"] > 0
    saved = desk.ask("officer", "POST", "/rules", {**check, "name": "错"})
    assert told(saved) == (422, "rule-refused")


@pytest.mark.parametrize("body", [{}, {"source": "true", "conditions": {"join": "all", "items": []}}])
def test_a_rule_is_either_source_or_conditions(desk: Desk, body: dict[str, Any]) -> None:
    for path, more in (("/rules/check", {}), ("/rules", {"name": "x"})):
        answer = desk.ask("officer", "POST", path, {"organization_id": "{unit}", **body, **more})
        assert told(answer) == (422, "invalid-input")


def test_a_rule_keeps_all_it_ever_said(desk: Desk) -> None:
    for source in ("true", "member.on_duty_festival", "member.on_duty_festival"):
        version = desk.ask("officer", "POST", "/rules", {**RULE, "source": source}).json()
    assert version["number"] == 2
    known = desk.ask("officer", "GET", f"/rules/{version['rule_id']}").json()
    assert [each["source"] for each in known["versions"]] == ["member.on_duty_festival", "true"]


def test_a_list_is_frozen_and_answers_why(desk: Desk) -> None:
    started = desk.ask("officer", "POST", "/audiences/{audience}/freeze").json()
    assert (started["status"], started["frozen_at"]) == ("freezing", None)
    job = desk.ask("officer", "GET", f"/jobs/{started['job_id']}").json()
    assert (job["status"], job["result_url"]) == ("waiting", f"/staff/audiences/{desk.audience.pk}/")
    assert desk.ask("above", "GET", f"/jobs/{started['job_id']}").status_code == 404
    services.freeze_audience(desk.audience.pk, at=timezone.now())
    frozen = desk.ask("officer", "GET", "/audiences/{audience}").json()
    assert (frozen["status"], frozen["considered"], frozen["eligible"]) == ("frozen", 3, 1)
    entries = desk.ask("officer", "GET", "/audiences/{audience}/entries?eligible=true").json()
    assert [row["person"] for row in entries["items"]] == ["王小明"]
    reasons = desk.ask("officer", "GET", "/audiences/{audience}/reasons").json()
    assert [(row["failed"], row["unknown"], row["alone"]) for row in reasons] == [(1, 1, 2)]
    unmet = desk.ask("officer", "GET", f"/audiences/{{audience}}/explain?member_id={desk.members[1].pk}").json()
    assert (unmet["eligible"], [clause["met"] for clause in unmet["clauses"]]) == (False, [False])
    assert told(desk.ask("officer", "POST", "/audiences/{audience}/freeze")) == (409, "invalid-transition")


def test_the_facts_are_named_with_their_operators(desk: Desk) -> None:
    facts = desk.ask("officer", "GET", "/rules/facts?organization_id={unit}&limit=200").json()["items"]
    known = {fact["name"]: fact for fact in facts}
    assert known["member.on_duty_festival"]["operators"] == ["yes", "no", "known", "unknown"]
    assert known["member.group"]["choices"]["courier"]
    assert [each["kind"] for each in known["member.under"]["parameters"]] == ["place"]


@pytest.mark.parametrize("path", ["/rules", "/audiences", "/audiences/{audience}/entries"])
def test_a_list_asks_no_more_for_three_than_for_one(desk: Desk, path: str) -> None:
    def fill(number: int) -> None:
        make_rule(desk.tree.unit)
        make_audience(desk.tree.unit)
        desk.audience.entries.create(
            member=desk.members[number],
            organization_path=desk.tree.unit.path,
            eligible=True,
            findings=[],
        )

    counts = []
    for numbers in ([0], [1, 2]):
        for number in numbers:
            fill(number)
        with CaptureQueriesContext(connection) as captured:
            assert desk.ask("officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
