"""Officers' pages about accounts: who sees them, what they do, and how many questions they ask the database."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.identity import services
from niangjia.identity.models import Assignment, User
from niangjia.identity.permissions import MANAGE, VIEW
from niangjia.identity.tests.factories import Cast, grant, holder, make_cast
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
RIGHTS = (VIEW, MANAGE, org.VIEW)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def cast(tree: Tree) -> Cast:
    return make_cast(tree, *RIGHTS)


@pytest.fixture
def colleague(tree: Tree) -> User:
    return holder(org.VIEW, at=tree.unit, name="陈望舒", password=PASSWORD)


def table(statuses: str) -> list[tuple[str, int]]:
    return [
        (who, int(status))
        for who, status in zip(("member", "officer", "above", "elsewhere", "nobody"), statuses.split(), strict=True)
    ]


@pytest.mark.parametrize("path", ["/staff/people/", "/staff/people/new/", "/staff/roles/"])
@pytest.mark.parametrize(("who", "status"), table("403 200 200 200 403"))
def test_the_lists_are_for_those_who_look_after_accounts(
    client: Client, cast: Cast, path: str, who: str, status: int
) -> None:
    client.force_login(getattr(cast, who))
    assert client.get(path).status_code == status


@pytest.mark.parametrize("part", ["", "password/", "close/", "reopen/", "factor/"])
@pytest.mark.parametrize(("who", "status"), table("404 200 200 404 404"))
def test_a_persons_pages_are_not_there_for_others(
    client: Client, cast: Cast, colleague: User, part: str, who: str, status: int
) -> None:
    client.force_login(getattr(cast, who))
    assert client.get(f"/staff/people/{colleague.pk}/{part}").status_code == status


def test_seeing_is_not_managing(client: Client, tree: Tree, colleague: User) -> None:
    client.force_login(holder(VIEW, at=tree.unit))
    before = colleague.password
    assert client.get(f"/staff/people/{colleague.pk}/").status_code == 200
    assert "重设临时密码" not in client.get(f"/staff/people/{colleague.pk}/").content.decode()
    for page in ("password/", "close/", "reopen/", "factor/", "role/"):
        assert client.post(f"/staff/people/{colleague.pk}/{page}").status_code == 403
    held = colleague.assignments.get()
    assert client.post(f"/staff/people/held/{held.pk}/end/").status_code == 403
    colleague.refresh_from_db()
    assert (colleague.password, colleague.is_active) == (before, True)
    assert Assignment.objects.get(pk=held.pk).valid_to is None


def test_the_list_shows_colleagues_of_ones_units_with_their_roles_there(
    client: Client, tree: Tree, cast: Cast, colleague: User
) -> None:
    grant(colleague, org.VIEW, at=tree.elsewhere)
    client.force_login(cast.officer)
    page = client.get("/staff/people/").content.decode()
    shown = set(re.findall(r'class="row-link"[^>]*>([^<]+)<', page))
    assert shown == {"天桥干部", "陈望舒"}
    assert "昌平" not in page


def test_a_search_finds_by_name_and_by_state(client: Client, cast: Cast, colleague: User) -> None:
    client.force_login(cast.officer)
    services.deactivate_user(colleague, actor=None)
    found = {
        query: set(
            re.findall(r'class="row-link"[^>]*>([^<]+)<', client.get(f"/staff/people/?{query}").content.decode())
        )
        for query in ("q=望舒", "state=open", "state=closed")
    }
    assert found == {"q=望舒": {"陈望舒"}, "state=open": {"天桥干部"}, "state=closed": {"陈望舒"}}


@pytest.mark.parametrize("path", ["/staff/people/", "/staff/roles/"])
def test_lists_ask_as_many_questions_for_three_rows_as_for_one(client: Client, tree: Tree, path: str) -> None:
    officer = holder(*RIGHTS, at=tree.unit)
    client.force_login(officer)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
        for number in range(3):
            holder(org.VIEW, at=tree.unit, name=f"同事{number}")
    assert counts[0] == counts[1]


def test_an_account_is_created_and_its_password_shown_once(client: Client, tree: Tree) -> None:
    officer = holder(*RIGHTS, at=tree.unit)
    role = services.define_role(code="reader", name="查看", permissions=[org.VIEW], actor=None)
    client.force_login(officer)
    given = {"name": "李知远", "username": "lizhiyuan", "organization": "BJ-XC-TQ", "role": str(role.pk)}
    response = client.post("/staff/people/new/", given)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    found = re.search(r'id="temporary-password">([^<]+)<', response.content.decode())
    assert found
    user = User.objects.get(username="lizhiyuan")
    assert user.check_password(found[1])
    assert found[1] not in str(dict(client.session))
    assert found[1] not in client.get(f"/staff/people/{user.pk}/").content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"organization": "BJ-CP"}, "没有这个名称或编码的单位"),
        ({"organization": "不存在"}, "没有这个名称或编码的单位"),
        ({"username": "a b"}, "只能使用"),
        ({"username": "天桥holder"}, ""),
        ({"name": ""}, ""),
        ({"role": "mighty"}, ""),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_creates_nothing(
    client: Client, tree: Tree, change: dict[str, str], says: str
) -> None:
    officer = holder(*RIGHTS, at=tree.unit, name="天桥干部")
    User.objects.filter(pk=officer.pk).update(username="天桥holder")
    reader = services.define_role(code="reader", name="查看", permissions=[org.VIEW], actor=None)
    mighty = services.define_role(code="mighty", name="管理", permissions=[org.MANAGE], actor=None)
    client.force_login(officer)
    given: dict[str, Any] = {
        "name": "李",
        "username": "li.zy",
        "organization": "天桥街道总工会",
        "role": str(reader.pk),
    }
    given |= change
    if given["role"] == "mighty":
        given["role"] = str(mighty.pk)
    before = User.objects.count()
    response = client.post("/staff/people/new/", given)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert User.objects.count() == before


def test_a_role_is_given_and_ended(client: Client, tree: Tree, colleague: User) -> None:
    officer = holder(*RIGHTS, at=tree.unit)
    role = services.define_role(code="viewer", name="账号查看", permissions=[VIEW], actor=None)
    client.force_login(officer)
    response = client.post(
        f"/staff/people/{colleague.pk}/role/", {"organization": "天桥剧场工会", "role": str(role.pk)}
    )
    assert response["Location"] == f"/staff/people/{colleague.pk}/"
    held = Assignment.objects.get(user=colleague, role=role)
    assert held.organization == tree.primary
    assert "账号查看" in client.get(f"/staff/people/held/{held.pk}/end/").content.decode()
    assert Assignment.objects.get(pk=held.pk).valid_to is None
    client.post(f"/staff/people/held/{held.pk}/end/")
    assert Assignment.objects.get(pk=held.pk).valid_to is not None


def test_resetting_logs_the_person_out_and_shows_the_new_password(client: Client, tree: Tree, colleague: User) -> None:
    other = Client()
    other.force_login(colleague)
    assert other.get("/account/").status_code == 200
    client.force_login(holder(*RIGHTS, at=tree.unit))
    response = client.post(f"/staff/people/{colleague.pk}/password/")
    found = re.search(r'id="temporary-password">([^<]+)<', response.content.decode())
    assert found
    colleague.refresh_from_db()
    assert colleague.check_password(found[1])
    assert other.get("/account/").status_code == 302


def test_closing_logs_the_person_out_at_once_and_opening_lets_them_in_again(
    client: Client, tree: Tree, colleague: User
) -> None:
    other = Client()
    other.force_login(colleague)
    client.force_login(holder(*RIGHTS, at=tree.unit))
    client.post(f"/staff/people/{colleague.pk}/close/")
    assert other.get("/account/").status_code == 302
    client.post(f"/staff/people/{colleague.pk}/reopen/")
    response = other.post("/account/login/", {"login": colleague.username, "password": PASSWORD})
    assert response["Location"] == "/home/"


def test_a_lost_second_factor_is_removed(client: Client, tree: Tree, colleague: User) -> None:
    Authenticator.objects.create(user=colleague, type=Authenticator.Type.TOTP, data={})
    client.force_login(holder(*RIGHTS, at=tree.unit))
    assert "取消第二步验证" in client.get(f"/staff/people/{colleague.pk}/").content.decode()
    client.post(f"/staff/people/{colleague.pk}/factor/")
    assert not Authenticator.objects.filter(user=colleague).exists()


def test_the_persons_page_tells_their_history(client: Client, tree: Tree, colleague: User) -> None:
    client.force_login(holder(*RIGHTS, "audit.view", at=tree.unit, name="周敏"))
    client.post(f"/staff/people/{colleague.pk}/close/")
    page = client.get(f"/staff/people/{colleague.pk}/").content.decode()
    assert Entry.objects.filter(action="identity.user.deactivate").exists()
    assert "停用账号" in page
    assert "周敏" in page


def test_the_page_of_a_unit_names_who_works_there(client: Client, tree: Tree, colleague: User) -> None:
    client.force_login(holder(*RIGHTS, at=tree.unit))
    page = client.get(f"/staff/organizations/{tree.unit.pk}/").content.decode()
    assert "陈望舒" in page
    assert "/staff/people/new/?at=BJ-XC-TQ" in page
    assert "陈望舒" not in client.get(f"/staff/organizations/{tree.primary.pk}/").content.decode()
    onlooker = Client()
    onlooker.force_login(holder(org.VIEW, at=tree.unit))
    assert "陈望舒" not in onlooker.get(f"/staff/organizations/{tree.unit.pk}/").content.decode()
