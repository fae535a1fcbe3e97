"""Officers look after the tree on pages and by programs: create, change, move, close, open again."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.audit.permissions import VIEW as READ_HISTORY
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import User
from niangjia.identity.tests.factories import grant, holder
from niangjia.members.permissions import VIEW as SEE_MEMBERS
from niangjia.members.tests.factories import make_member
from niangjia.org import queries, services
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.permissions import MANAGE, VIEW
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db
NEW = {"name": "永安里联合工会", "short_name": "", "position": "primary:joint", "code": "BJ-XC-TQ-2"}


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def officer(client: Client, tree: Tree) -> User:
    user = holder(VIEW, MANAGE, READ_HISTORY, at=tree.unit, name="天桥干部")
    client.force_login(user)
    return user


def at(unit: Organization, verb: str = "") -> str:
    return f"/staff/organizations/{unit.pk}/{verb}/" if verb else f"/staff/organizations/{unit.pk}/"


def offered(response: Any) -> list[str]:
    return re.findall(r'href="\?to=([^"]+)"', response.content.decode())


VERBS = ("new", "change", "move", "close", "reopen")


@pytest.mark.parametrize("verb", VERBS)
def test_a_unit_is_worked_on_by_who_may_and_known_to_who_sees(client: Client, tree: Tree, verb: str) -> None:
    for held, place, status in (
        ((VIEW, MANAGE), tree.unit, 200),
        ((VIEW, MANAGE), tree.district, 200),
        ((VIEW,), tree.unit, 403),
        ((VIEW, MANAGE), tree.elsewhere, 404),
        ((), tree.unit, 404),
    ):
        client.force_login(holder(*held, at=place))
        assert client.get(at(tree.unit, verb)).status_code == status, (held, place)


# Creating and changing --------------------------------------------------------------------------------------------
def test_a_unit_is_created_below_another(client: Client, tree: Tree, officer: User) -> None:
    answer = client.post(at(tree.unit, "new"), NEW)
    made = Organization.objects.get(code="BJ-XC-TQ-2")
    assert answer["Location"] == at(made)
    assert (made.parent, made.kind, made.level, made.short_name) == (
        tree.unit, Kind.JOINT, Level.PRIMARY, "永安里联合工会",
    )  # fmt: skip
    assert "新建单位" in client.get(at(made)).content.decode()
    assert queries.misplaced() == []


def test_only_what_may_hang_there_is_offered(client: Client, tree: Tree, officer: User) -> None:
    page = client.get(at(tree.unit, "new")).content.decode()
    offers = set(re.findall(r'<option value="(\w+:\w+)"', page))
    assert {"primary:single", "primary:joint", "community:association"} <= offers
    assert not {"district:federation", "subdistrict:federation", "part:branch"} & offers
    assert 'value="BJ-XC-TQ-"' in page


@pytest.mark.parametrize(
    ("case", "change", "said"),
    [
        ("a used code", {"code": "BJ-CP"}, "BJ-CP 已被使用"),
        ("a code with a blank", {"code": "BJ XC"}, "只能用文字"),
        ("a kind that does not hang there", {"position": "district:federation"}, "position"),
        ("no name", {"name": ""}, "name"),
    ],
)
def test_a_wrong_form_creates_nothing(
    client: Client, tree: Tree, officer: User, case: str, change: dict[str, str], said: str
) -> None:
    before = Organization.objects.count()
    answer = client.post(at(tree.unit, "new"), NEW | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Organization.objects.count() == before


def test_names_and_contacts_are_changed_and_the_code_is_not(client: Client, tree: Tree, officer: User) -> None:
    sent = {"name": "天桥街道总工会", "short_name": "天桥", "position": "subdistrict:federation", "phone": "010-8316",
            "address": "", "opened_on": "2001-05-01", "code": "OTHER"}  # fmt: skip
    assert client.post(at(tree.unit, "change"), sent)["Location"] == at(tree.unit)
    unit = Organization.objects.get(pk=tree.unit.pk)
    assert (unit.short_name, unit.phone, unit.opened_on, unit.code) == (
        "天桥",
        "010-8316",
        date(2001, 5, 1),
        "BJ-XC-TQ",
    )
    assert "修改单位" in client.get(at(tree.unit)).content.decode()


# Moving -----------------------------------------------------------------------------------------------------------
def test_a_target_is_looked_for_among_the_units_in_ones_care_that_may_take_it(client: Client, tree: Tree) -> None:
    services.close_organization(tree.elsewhere, on=date(2026, 1, 1), actor=None)
    far = make_organization(tree.city, code="BJ-DC")
    user = holder(VIEW, MANAGE, at=tree.district)
    client.force_login(user)
    assert offered(client.get(at(tree.primary, "move"))) == ["BJ-XC", "BJ-XC-TRT"]
    assert offered(client.get(at(tree.primary, "move") + "?q=陶然")) == ["BJ-XC-TRT"]
    assert offered(client.get(at(tree.unit, "move"))) == []
    grant(user, VIEW, MANAGE, at=tree.city)
    assert offered(client.get(at(tree.unit, "move"))) == ["BJ", far.code]
    assert offered(client.get(at(tree.city, "move"))) == []


def test_the_search_copes_with_many_units(client: Client, tree: Tree, officer: User) -> None:
    communities = [
        make_organization(tree.unit, code=f"BJ-XC-TQ-S{n:03}", kind=Kind.ASSOCIATION, level=Level.COMMUNITY)
        for n in range(30)
    ]
    with CaptureQueriesContext(connection) as made:
        page = client.get(at(tree.primary, "move"))
    assert len(offered(page)) == 20
    assert "30" in page.content.decode()
    assert offered(client.get(at(tree.primary, "move") + "?q=S029")) == [communities[-1].code]
    with CaptureQueriesContext(connection) as again:
        client.get(at(tree.primary, "move") + "?q=S029")
    assert len(again) == len(made)


def test_a_move_says_what_goes_along_before_it_is_done(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, MANAGE, at=tree.city))
    member = make_member(tree.primary, name="王小明")
    address = at(tree.unit, "move") + "?to=BJ-CP"
    page = client.get(address).content.decode()
    assert "下属 1 个单位一并调整" in page
    assert f"{queries.load(tree.unit).rows:,} 条记录" in page
    assert "昌平区总工会" in page
    assert Organization.objects.get(pk=tree.unit.pk).parent == tree.district
    assert client.post(address)["Location"] == at(tree.unit)
    assert Organization.objects.get(pk=tree.unit.pk).parent == tree.elsewhere
    member.refresh_from_db()
    assert member.organization_path.startswith(tree.elsewhere.path)


@pytest.mark.parametrize(
    ("case", "to", "status"),
    [("out of sight", "BJ-CP", 404), ("not in one's care", "BJ-XC-TRT", 403), ("cannot take it", "BJ-XC-TQ", 422)],
)
def test_a_move_to_the_wrong_place_changes_nothing(
    client: Client, tree: Tree, officer: User, case: str, to: str, status: int
) -> None:
    grant(officer, VIEW, at=tree.sibling)
    branch = make_organization(tree.primary, code="B", kind=Kind.BRANCH, level=Level.PART)
    answer = client.post(at(branch, "move") + f"?to={to}")
    assert answer.status_code == status
    assert Organization.objects.get(pk=branch.pk).parent == tree.primary


# Closing ----------------------------------------------------------------------------------------------------------
def test_a_unit_is_closed_and_opened_again(client: Client, tree: Tree, officer: User) -> None:
    today = timezone.localdate()
    assert client.post(at(tree.primary, "close"), {"on": today.isoformat()})["Location"] == at(tree.primary)
    page = client.get(at(tree.primary)).content.decode()
    assert "已撤销" in page
    assert at(tree.primary, "reopen") in page
    assert at(tree.primary, "close") not in page
    client.post(at(tree.primary, "reopen"))
    assert Organization.objects.get(pk=tree.primary.pk).closed_on is None


def test_a_unit_with_members_stays_open_and_says_why(client: Client, tree: Tree, officer: User) -> None:
    make_member(tree.primary, name="王小明")
    answer = client.post(at(tree.primary, "close"), {"on": "2026-01-01"})
    assert answer.status_code == 422
    assert "还有 1 名会员的会籍在这里，请先转出。" in answer.content.decode()
    assert Organization.objects.get(pk=tree.primary.pk).closed_on is None


# The page of a unit -----------------------------------------------------------------------------------------------
def test_the_page_counts_members_for_those_who_may_see_them(client: Client, tree: Tree, officer: User) -> None:
    make_member(tree.primary, name="王小明")
    make_member(tree.unit, name="李小红")
    assert "本单位及以下" not in client.get(at(tree.unit)).content.decode()
    grant(officer, SEE_MEMBERS, at=tree.unit)
    page = client.get(at(tree.unit)).content.decode()
    assert re.findall(r'figure-value">(\d+)', page) == ["2", "1"]
    assert f"/staff/members/?unit={tree.unit.path}" in page


def test_many_units_below_stand_on_pages(client: Client, tree: Tree, officer: User) -> None:
    for number in range(60):
        make_organization(tree.unit, code=f"BJ-XC-TQ-{number:03}")
    first = client.get(at(tree.unit)).content.decode()
    second = client.get(at(tree.unit) + "?page=2").content.decode()
    assert (first.count("row-link"), second.count("row-link")) == (50, 11)


def test_who_may_only_look_is_offered_no_act(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, at=tree.unit))
    page = client.get(at(tree.unit)).content.decode()
    assert not [verb for verb in VERBS if at(tree.unit, verb) in page]


# Programs ---------------------------------------------------------------------------------------------------------
BODY = {"code": "N1", "name": "新工会", "kind": "joint", "level": "primary"}


def test_programs_do_what_the_pages_do(tree: Tree, officer: User) -> None:
    made = ask(officer, "POST", "/organizations", BODY | {"parent_id": str(tree.unit.pk)}).json()
    assert made["short_name"] == "新工会"
    one = f"/organizations/{made['id']}"
    changed = ask(officer, "PATCH", one, {"phone": "010-1", "name": None}).json()
    assert (changed["phone"], changed["name"]) == ("010-1", "新工会")
    moved = ask(officer, "POST", f"{one}/move", {"to_id": str(tree.primary.pk)}).json()
    assert moved["parent_id"] == str(tree.primary.pk)
    assert ask(officer, "POST", f"{one}/close", {"on": "2026-01-01"}).json()["closed_on"] == "2026-01-01"
    assert ask(officer, "POST", f"{one}/reopen").json()["closed_on"] is None
    listed = [each["code"] for each in ask(officer, "GET", "/organizations").json()["items"]]
    assert listed == ["BJ-XC-TQ", "BJ-XC-TQ-1", "N1"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"level": "district"}, "wrong-level"),
        ({"kind": "branch", "level": "part"}, "wrong-place"),
        ({"code": "BJ-CP"}, "invalid-input"),
    ],
)
def test_programs_hear_the_same_refusals(tree: Tree, officer: User, change: dict[str, str], code: str) -> None:
    before = Organization.objects.count()
    answer = ask(officer, "POST", "/organizations", BODY | {"parent_id": str(tree.unit.pk)} | change)
    assert told(answer) == (422, code)
    assert Organization.objects.count() == before


@pytest.mark.parametrize(("who", "status"), [("looks", 403), ("elsewhere", 404), ("works", 200)])
def test_programs_meet_the_same_guard(tree: Tree, who: str, status: int) -> None:
    actor = {
        "looks": holder(VIEW, at=tree.unit),
        "elsewhere": holder(VIEW, MANAGE, at=tree.elsewhere),
        "works": holder(VIEW, MANAGE, at=tree.unit),
    }[who]
    for method, path, body in (
        ("PATCH", "", {"phone": "1"}),
        ("POST", "/close", {"on": "2026-01-01"}),
        ("POST", "/reopen", None),
    ):
        assert ask(actor, method, f"/organizations/{tree.primary.pk}{path}", body).status_code == status
