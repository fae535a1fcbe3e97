"""Accounts and roles at the programs' door."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, VIEW
from niangjia.identity.services import define_role
from niangjia.identity.tests.factories import holder, person
from niangjia.org import permissions as org
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db
RIGHTS = (VIEW, MANAGE, org.VIEW)
WHO = ("stranger", "nobody", "reader", "officer", "above", "elsewhere")


@pytest.fixture
def house(db: None) -> dict[str, Any]:
    tree = make_tree()
    colleague = holder(org.VIEW, at=tree.unit, name="登记员")
    return {
        "tree": tree,
        "stranger": None,
        "nobody": person(),
        "reader": holder(VIEW, org.VIEW, at=tree.unit),
        "officer": holder(*RIGHTS, at=tree.unit),
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
        "colleague": colleague,
        "role": define_role(code="looker", name="查看", permissions=[org.VIEW], actor=None),
        "held": Assignment.objects.get(user=colleague),
    }


def asked(house: dict[str, Any], who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    keys = {name: house[name].pk for name in ("colleague", "role", "held")} | {"unit": house["tree"].unit.pk}
    if body:
        body = {name: keys.get(str(each)[1:-1], each) for name, each in body.items()}
    return ask(house[who], method, path.format(**keys), body, **headers)


NEW = {"name": "新同事", "username": "xin", "role_id": "{role}", "organization_id": "{unit}"}
ROLE = {"role_id": "{role}", "organization_id": "{unit}"}
TABLE = [
    ("GET", "/me", None, "401 200 200 200 200 200"),
    ("GET", "/people", None, "401 403 200 200 200 200"),
    ("GET", "/people/{colleague}", None, "401 404 200 200 200 404"),
    ("POST", "/people", NEW, "401 403 403 201 422 404"),
    ("POST", "/people/{colleague}/assignments", ROLE, "401 403 403 201 201 404"),
    ("POST", "/people/{colleague}/password", None, "401 404 403 200 200 404"),
    ("POST", "/people/{colleague}/second-factor/remove", None, "401 404 403 200 200 404"),
    ("POST", "/people/{colleague}/close", None, "401 404 403 200 200 404"),
    ("POST", "/people/{colleague}/reopen", None, "401 404 403 200 200 404"),
    ("GET", "/roles", None, "401 403 200 200 200 200"),
    ("GET", "/assignments", None, "401 200 200 200 200 200"),
    ("POST", "/assignments/{held}/end", None, "401 404 403 200 409 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    house: dict[str, Any], method: str, path: str, body: Any, statuses: str
) -> None:
    def state() -> list[Any]:
        people = list(User.objects.order_by("pk").values_list("password", "is_active", "must_change_password"))
        return [people, list(Assignment.objects.order_by("pk").values()), Role.objects.count(), Entry.objects.count()]

    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = state()
        answer = asked(house, who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        assert answer.status_code < 400 or state() == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_a_new_account_gets_a_password_that_is_told_once(house: dict[str, Any]) -> None:
    made = asked(house, "officer", "POST", "/people", NEW, Idempotency_Key="xin")
    user = User.objects.get(username="xin")
    assert user.check_password(made.json()["password"])
    assert user.must_change_password
    assert made.headers["Cache-Control"] == "no-store"
    again = asked(house, "officer", "POST", "/people", NEW, Idempotency_Key="xin")
    assert again.content == made.content
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM api_answer")
        [(body,)] = cursor.fetchall()
    assert made.json()["password"].encode() not in bytes(body)
    assert "password" not in asked(house, "officer", "GET", f"/people/{made.json()['id']}").json()


def test_one_gives_no_role_that_holds_more_than_oneself(house: dict[str, Any]) -> None:
    strong = define_role(code="strong", name="登记", permissions=["members.change"], actor=None)
    body = {"role_id": strong.pk, "organization_id": "{unit}"}
    assert told(asked(house, "officer", "POST", "/people/{colleague}/assignments", body)) == (404, "not-found")
    assert not Assignment.objects.filter(role=strong).exists()


def test_colleagues_are_found_by_name(house: dict[str, Any]) -> None:
    found = asked(house, "officer", "GET", "/people?q=登记").json()["items"]
    assert [row["name"] for row in found] == ["登记员"]
    held = asked(house, "officer", "GET", "/assignments?user_id={colleague}").json()["items"]
    assert [(row["organization"]["code"], row["role"]["permissions"]) for row in held] == [("BJ-XC-TQ", [org.VIEW])]


@pytest.mark.parametrize("path", ["/people", "/assignments", "/roles"])
def test_a_list_asks_no_more_for_three_than_for_one(house: dict[str, Any], path: str) -> None:
    counts = []
    for times in (1, 2):
        for _number in range(times):
            holder(org.VIEW, at=house["tree"].unit)
        with CaptureQueriesContext(connection) as captured:
            assert asked(house, "officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
