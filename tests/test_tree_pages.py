"""The tree on pages, and the calendar."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org import queries
from niangjia.org.models import Workday
from niangjia.org.permissions import VIEW
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def names(response: Any) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>([^<]+)<', response.content.decode())


@pytest.mark.parametrize(
    ("who", "listed", "opened"),
    [("member", 403, 404), ("officer", 200, 200), ("above", 200, 200), ("elsewhere", 200, 404), ("nobody", 403, 404)],
)
def test_a_unit_is_seen_by_those_who_look_after_it(
    client: Client, tree: Tree, who: str, listed: int, opened: int
) -> None:
    client.force_login(getattr(make_cast(tree, VIEW), who))
    assert client.get("/staff/organizations/").status_code == listed
    assert client.get(f"/staff/organizations/{tree.unit.pk}/").status_code == opened
    assert client.get(f"/staff/organizations/{tree.sibling.pk}/").status_code == (200 if who == "above" else 404)


def test_the_list_is_ones_subtree_in_the_order_of_codes(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, at=tree.district))
    response = client.get("/staff/organizations/")
    assert names(response) == ["西城区总工会", "天桥街道总工会", "天桥剧场工会", "陶然亭街道总工会"]
    assert "共有 4 个单位" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=天桥", ["天桥街道总工会", "天桥剧场工会"]),
        ("q=xc-trt", ["陶然亭街道总工会"]),
        ("level=primary", ["天桥剧场工会"]),
        ("kind=single&q=陶然", []),
        ("level=nonsense", ["西城区总工会", "天桥街道总工会", "天桥剧场工会", "陶然亭街道总工会"]),
    ],
)
def test_filters_narrow_the_list(client: Client, tree: Tree, query: str, found: list[str]) -> None:
    client.force_login(holder(VIEW, at=tree.district))
    assert names(client.get(f"/staff/organizations/?{query}")) == found


def test_a_units_page_shows_what_is_below_and_only_what_one_may_see_above(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, at=tree.unit))
    response = client.get(f"/staff/organizations/{tree.unit.pk}/")
    page = response.content.decode()
    assert names(response) == ["天桥剧场工会"]
    assert "BJ-XC-TQ" in page
    assert "下辖 1 个单位" in page
    assert "西城区" not in page


def test_pages_ask_as_many_questions_for_three_units_as_for_one(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, at=tree.unit))
    paths = ("/staff/organizations/", f"/staff/organizations/{tree.unit.pk}/")
    counts = []
    for turn in range(2):
        for path in paths:
            with CaptureQueriesContext(connection) as queries_made:
                client.get(path)
            counts.append(len(queries_made))
        for number in range(2):
            make_organization(tree.unit, code=f"BJ-XC-TQ-9{turn}{number}")
    assert counts[:2] == counts[2:]


def test_the_list_is_taken_away_as_a_workbook(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, at=tree.unit))
    response = client.get("/staff/organizations/?format=xlsx")
    assert response.content[:2] == b"PK"
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("count", "day"),
    [(0, date(2026, 1, 30)), (1, date(2026, 2, 2)), (5, date(2026, 2, 6)), (6, date(2026, 2, 9))],
)
def test_working_days_skip_weekends(count: int, day: date) -> None:
    assert queries.add_workdays(date(2026, 1, 30), count) == day


def test_the_editable_calendar_overrides_the_weekday() -> None:
    Workday.objects.create(day=date(2026, 2, 2), is_workday=False, name="休")
    Workday.objects.create(day=date(2026, 1, 31), is_workday=True, name="调休上班")
    assert queries.add_workdays(date(2026, 1, 30), 1) == date(2026, 1, 31)
    assert queries.add_workdays(date(2026, 1, 30), 2) == date(2026, 2, 3)


def test_a_long_holiday_does_not_end_the_horizon() -> None:
    for number in range(1, 29):
        Workday.objects.create(day=date(2026, 2, number), is_workday=False)
    assert queries.add_workdays(date(2026, 1, 30), 1) == date(2026, 3, 2)
