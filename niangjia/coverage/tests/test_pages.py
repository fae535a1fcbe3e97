"""The pages of employers."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.coverage import industries, services
from niangjia.coverage.models import Employer
from niangjia.coverage.permissions import MANAGE, VIEW
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

LIST = "/staff/employers/"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_employers_are_seen_by_those_who_cover_them(tree: Tree) -> None:
    employer = services.create_employer(organization=tree.primary, name="天桥剧场", workers=88, actor=None)
    cast = make_cast(tree, VIEW)
    there = reverse("coverage:employer", args=[employer.pk])
    got = {who: signed_in(user).get(there).status_code for who, user in cast}
    assert got == {"member": 404, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}
    lists = {who: signed_in(user).get(LIST) for who, user in cast}
    assert {who: answer.status_code for who, answer in lists.items()} == {
        "member": 403, "officer": 200, "above": 200, "elsewhere": 200, "nobody": 403,
    }  # fmt: skip
    assert "天桥剧场" in lists["above"].content.decode()
    assert "天桥剧场" not in lists["elsewhere"].content.decode()


def test_an_employer_is_entered_by_the_form(tree: Tree) -> None:
    client = signed_in(holder(MANAGE, VIEW, at=tree.unit))
    there = reverse("coverage:employer-new")
    assert client.get(there).status_code == 200
    wrong = client.post(there, {"organization": tree.unit.pk, "name": "红桥市场", "credit_code": "123"})
    assert wrong.status_code == 422
    assert not Employer.objects.exists()
    outside = client.post(there, {"organization": tree.sibling.pk, "name": "红桥市场"})
    assert outside.status_code == 422
    answer = client.post(there, {"organization": tree.unit.pk, "name": "红桥市场", "workers": "120"})
    employer = Employer.objects.get()
    assert answer.headers["Location"] == reverse("coverage:employer", args=[employer.pk])
    assert (employer.workers, employer.workers_on is None) == (120, False)
    assert "您的工会登记了 1 家单位" in client.get(LIST).content.decode()


@pytest.mark.parametrize(("query", "found"), [("?q=红桥", True), ("?q=天桥", False), ("?unit=none", True)])
def test_the_list_is_narrowed(query: str, found: bool, tree: Tree) -> None:
    services.create_employer(organization=tree.unit, name="红桥市场", actor=None)
    page = signed_in(holder(VIEW, at=tree.unit)).get(LIST + query).content.decode()
    assert (">红桥市场<" in page) is found


def test_the_list_asks_as_often_for_three_rows_as_for_one(tree: Tree) -> None:
    client = signed_in(holder(VIEW, at=tree.unit))

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(LIST)
        return len(found)

    services.create_employer(organization=tree.unit, name="甲公司", actor=None)
    queries()
    one = queries()
    for name in ("乙公司", "丙公司"):
        services.create_employer(organization=tree.primary, name=name, actor=None)
    assert queries() == one


@pytest.mark.parametrize(
    ("code", "named"), [("18", "文化、体育和娱乐业"), ("07", "交通运输、仓储和邮政业"), ("99", "99"), ("", "—")]
)
def test_an_industry_is_named_beside_its_code(code: str, named: str, tree: Tree) -> None:
    employer = services.create_employer(organization=tree.primary, name="天桥剧场", industry=code, actor=None)
    page = signed_in(holder(VIEW, at=tree.unit)).get(reverse("coverage:employer", args=[employer.pk]))
    fact = page.content.decode().partition("<dt>行业</dt>")[2].partition("</div>")[0]
    assert named in fact
    assert (f"统计代码 {code}" in fact) == bool(code)


def test_there_are_twenty_industries_each_with_a_code_of_its_own() -> None:
    assert list(industries.NAMES) == [f"{number:02}" for number in range(1, 21)]
    assert len(set(map(str, industries.NAMES.values()))) == 20
