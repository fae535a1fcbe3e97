"""The cockpit, the way from a rate to the names, and what can be taken away."""

from datetime import timedelta
from io import BytesIO

import docx
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from niangjia.coverage import permissions as coverage
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.insights import services
from niangjia.insights.models import Indicator
from niangjia.insights.permissions import APPROVE, DEFINE, REPORT, VIEW
from niangjia.insights.tests.register import cover, make_employer, recorded_on
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db
CODE = "unionised-100"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def officer(tree: Tree, *more: str) -> Client:
    return client_of(holder(VIEW, coverage.VIEW, org.VIEW, *more, at=tree.district))


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(f"insights:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_heading_says_the_figure_and_the_page_its_measure(tree: Tree) -> None:
    make_employer(tree.unit, covered=True)
    make_employer(tree.unit)
    text = page(officer(tree), "cockpit", tree.district.pk)
    assert "百人以上企业建会率 50.00 %，1 / 2 家企业" in text
    assert Indicator.objects.get(code=CODE).measure in text
    assert "天桥街道" in text
    assert "口径尚未确认" in text


def test_ones_own_unit_is_what_one_comes_to(tree: Tree) -> None:
    answer = officer(tree).get(reverse("insights:cockpit-home") + "?months=60")
    assert answer["Location"] == reverse("insights:cockpit", args=[tree.district.pk]) + "?months=60"


def test_a_past_day_is_shown_as_it_was_known(tree: Tree) -> None:
    today = timezone.localdate()
    day = today - timedelta(days=200)
    with recorded_on(day):
        late = make_employer(tree.unit, on=day)
    cover(late, tree.unit, on=day)
    client, unit = officer(tree), tree.district.pk
    assert "100.00 %，1 / 1" in page(client, "cockpit", unit, query=f"?on={day}")
    assert "0.00 %，0 / 1" in page(client, "cockpit", unit, query=f"?on={day}&known_on={day}")


@pytest.mark.parametrize(
    "query", ["on=2999-01-01", "known_on=2999-01-01", "on=2026-03-01&known_on=2026-02-01", "on=x"]
)
def test_a_day_that_nobody_can_know_is_refused(tree: Tree, query: str) -> None:
    answer = officer(tree).get(reverse("insights:cockpit", args=[tree.district.pk]) + f"?{query}")
    assert answer.status_code == 422


def test_the_names_are_two_clicks_from_the_rate(tree: Tree) -> None:
    client = officer(tree, coverage.MANAGE)
    missing, there = make_employer(tree.unit), make_employer(tree.unit, covered=True)
    drill = reverse("insights:drill", args=[tree.district.pk, CODE])
    assert f'href="{drill}"' in page(client, "cockpit", tree.district.pk)
    names = reverse("insights:names", args=[tree.district.pk, CODE])
    text = client.get(drill).content.decode()
    assert f"{names}?side=without" in text
    assert f"{names}?side=with" in text
    found = client.get(f"{names}?side=without").content.decode()
    assert missing.name in found
    assert there.name not in found
    assert f"{reverse('coverage:task-new', args=[missing.pk])}?indicator={CODE}" in found
    counted = client.get(f"{names}?side=with").content.decode()
    assert there.name in counted
    assert missing.name not in counted


def test_names_of_one_ownership_alone(tree: Tree) -> None:
    one, other = make_employer(tree.unit, ownership="170"), make_employer(tree.unit, ownership="110")
    text = page(officer(tree), "names", tree.district.pk, CODE, query="?side=without&kind=110")
    assert other.name in text
    assert one.name not in text


def test_a_search_among_the_names_keeps_whose_names_they_are(tree: Tree) -> None:
    make_employer(tree.unit)
    text = page(officer(tree), "names", tree.district.pk, CODE, query="?side=without&kind=170&q=青桐")
    for name, value in (("side", "without"), ("kind", "170")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in text
    assert "?side=without&amp;kind=170" in text


def test_a_day_to_come_has_no_names(tree: Tree) -> None:
    for name in ("drill", "names"):
        address = reverse(f"insights:{name}", args=[tree.district.pk, CODE])
        assert officer(tree).get(f"{address}?on=2999-01-01").status_code == 404


def test_who_may_not_see_employers_counts_them_and_learns_no_name(tree: Tree) -> None:
    missing = make_employer(tree.unit)
    text = page(client_of(holder(VIEW, at=tree.district)), "names", tree.district.pk, CODE, query="?side=without")
    assert missing.name not in text
    assert "您可查看 0" in text


@pytest.mark.parametrize("query", ["?side=without", "?side=with&kind=nothing"])
def test_what_has_no_names_is_not_found(tree: Tree, query: str) -> None:
    code = "members-new-employment" if "without" in query else CODE
    answer = officer(tree).get(reverse("insights:names", args=[tree.district.pk, code]) + query)
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["cockpit", "drill", "names"])
def test_every_page_can_be_taken_away(tree: Tree, name: str) -> None:
    made = make_employer(tree.unit)
    args = [tree.district.pk] if name == "cockpit" else [tree.district.pk, CODE]
    address = reverse(f"insights:{name}", args=args)
    client = officer(tree)
    book = openpyxl.load_workbook(BytesIO(client.get(f"{address}?side=without&format=xlsx").content))
    cells = {str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}
    word = docx.Document(BytesIO(client.get(f"{address}?side=without&format=docx").content))
    written = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    wanted = made.name if name == "names" else "天桥街道"
    assert wanted in cells
    assert wanted in written
    assert Indicator.objects.get(code=CODE).measure in "".join(one.text for one in word.paragraphs)


def test_the_wall_is_the_cockpit_without_navigation(tree: Tree) -> None:
    make_employer(tree.unit, covered=True)
    text = page(officer(tree), "cockpit", tree.district.pk, query="?wall=1")
    assert "100.00 %，1 / 1" in text
    assert 'id="navigation"' not in text
    assert 'hx-trigger="every 60s"' in text


@pytest.mark.parametrize("name", ["cockpit", "drill"])
def test_three_units_below_cost_as_many_queries_as_one(tree: Tree, name: str) -> None:
    client = officer(tree)
    args = [tree.district.pk] if name == "cockpit" else [tree.district.pk, CODE]
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(f"insights:{name}", args=args)).status_code == 200
        counts.append(len(asked))
        make_employer(make_organization(tree.district), covered=True)
        make_employer(tree.unit, ownership="110")
    assert counts[0] == counts[1]


def test_an_indicator_is_defined_by_choices(tree: Tree) -> None:
    client = client_of(holder(VIEW, DEFINE, at=tree.city))
    address = reverse("insights:indicator-create")
    assert client.get(f"{address}?counted=employer&over=employer").status_code == 200
    fields = {
        "code": "big-private", "name": "大型私营企业建会率", "unit": "家", "measure": "口径", "position": 20,
        "least_shown": 3, "numerator-of": "number", "denominator-of": "number", "numerator-state": ["1", "2"],
        "numerator-size": ["4"], "denominator-size": ["4"], "numerator-kind": ["170"], "denominator-kind": ["170"],
        "dimensions": ["branch"],
    }  # fmt: skip
    answer = client.post(f"{address}?counted=employer&over=employer", fields)
    assert answer.status_code == 302
    made = Indicator.objects.get(code="big-private")
    assert made.numerator["where"] == {"kind": ["170"], "size": [4], "state": [1, 2]}
    assert made.definition.denominator
    assert made.definition.denominator.filters == {"kind": ("170",), "size": (4,)}
    change = reverse("insights:indicator-change", args=["big-private"])
    assert client.post(change, {**fields, "measure": "另一口径"}).status_code == 302
    made.refresh_from_db()
    assert (made.version, made.measure) == (2, "另一口径")
    wrong = client.post(change, {**fields, "denominator-size": ["3"]})
    assert wrong.status_code == 422
    assert "numerator.where.size" in wrong.content.decode()


def test_an_officer_reports_and_the_unit_above_locks(tree: Tree) -> None:
    mine = client_of(holder(VIEW, REPORT, at=tree.unit))
    above = client_of(holder(VIEW, APPROVE, at=tree.district))
    make_employer(tree.unit, covered=True)
    fields = {"organization": tree.unit.pk, "ends_on": timezone.localdate()}
    address = mine.post(reverse("insights:period-create"), fields)["Location"]
    assert mine.post(f"{address}submit/").status_code == 302
    assert mine.get(f"{address}approve/").status_code == 403
    assert "待您审定" in page(above, "period-list")
    assert above.post(f"{address}approve/").status_code == 302
    assert "已审定锁定" in mine.get(address).content.decode()
    corrected = mine.post(f"{address}correct/", {"reason": "补登"})["Location"]
    assert "准备中" in mine.get(corrected).content.decode()


def test_targets_stand_in_the_cockpit_with_their_gap(tree: Tree) -> None:
    client = officer(tree, REPORT)
    for number in range(4):
        make_employer(tree.unit, covered=number == 0)
    address = reverse("insights:target-list", args=[tree.district.pk])
    assert client.post(f"{address}?year={timezone.localdate().year}", {CODE: "70"}).status_code == 302
    assert "还差 2 家企业" in page(client, "cockpit", tree.district.pk)
    assert client.post(address, {CODE: "101"}).status_code == 422
    reader = officer(tree)
    assert reader.post(address, {CODE: "50"}).status_code == 403


def test_the_public_page_is_open_and_shows_only_what_is_public(tree: Tree) -> None:
    for number in range(20):
        make_employer(tree.unit, covered=number < 10)
    indicator = Indicator.objects.get(code=CODE)
    services.confirm_indicator(indicator, by="组织部", on=timezone.localdate(), actor=None)
    address = reverse("insights:indicator-public")
    assert indicator.name not in Client().get(address).content.decode()
    services.publish_indicator(indicator, public=True, actor=None)
    text = Client().get(address).content.decode()
    assert "50.00 %，10 / 20 家企业" in text
    assert "园区覆盖率" not in text
