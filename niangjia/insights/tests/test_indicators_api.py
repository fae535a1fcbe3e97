"""Indicators, rates, targets and reports at the programs' door."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from niangjia.core.tests.programs import ask, told
from niangjia.identity.tests.factories import holder
from niangjia.insights import services
from niangjia.insights.models import Indicator
from niangjia.insights.permissions import VIEW
from niangjia.insights.tests.register import make_employer
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
CODE = "unionised-100"


@pytest.fixture
def tree() -> Tree:
    tree = make_tree()
    for covered in (True, True, False):
        make_employer(tree.unit, covered=covered)
    return tree


def got(tree: Tree, path: str) -> Any:
    answer = ask(holder(VIEW, at=tree.district), "GET", path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_every_indicator_of_a_unit_with_its_target(tree: Tree) -> None:
    services.set_targets(tree.district, timezone.localdate().year, {CODE: Decimal(90)}, actor=None)
    [rate] = [one for one in got(tree, "/rates?under=BJ-XC") if one["indicator"] == CODE]
    assert (rate["counted"], rate["over"], rate["percent"]) == (2, 3, "66.67")
    assert (rate["target"], rate["gap"], rate["unit"]["code"]) == ("90.00", 1, "BJ-XC")
    [target] = got(tree, "/targets?under=BJ-XC")["items"]
    assert (target["indicator"], target["percent"]) == (CODE, "90.00")


def test_the_units_below_and_the_months_behind(tree: Tree) -> None:
    below = {one["unit"]["code"]: one["over"] for one in got(tree, f"/rates/{CODE}/below?under=BJ-XC")}
    assert below == {"BJ-XC-TQ": 3, "BJ-XC-TRT": 0}
    points = got(tree, f"/rates/{CODE}/trend?under=BJ-XC&months=3")
    assert [(one["counted"], one["over"]) for one in points] == [(2, 3)] * 3
    assert points[-1]["on"] == timezone.localdate().isoformat()


@pytest.mark.parametrize("query", ["on=2999-01-01", "on=2026-03-01&known_on=2026-02-01"])
def test_a_day_that_nobody_can_know_is_refused(tree: Tree, query: str) -> None:
    answer = ask(holder(VIEW, at=tree.district), "GET", f"/rates?under=BJ-XC&{query}")
    assert told(answer) == (422, "invalid-input")


def test_a_definition_is_told_in_words_too(tree: Tree) -> None:
    found = got(tree, f"/indicators/{CODE}")
    assert found["numerator"]["where"]["state"] == [1, 2]
    assert any("100至999人" in line for line in found["words"])
    assert len(got(tree, "/indicators")["items"]) == Indicator.objects.count()


def test_a_report_with_what_it_said(tree: Tree) -> None:
    period = services.submit_period(services.open_period(tree.unit, timezone.localdate(), actor=None), actor=None)
    [one] = got(tree, "/periods")["items"]
    assert (one["id"], one["state"]) == (str(period.pk), "submitted")
    values = {one["indicator"]: one for one in got(tree, f"/periods/{period.pk}")["values"]}
    assert (values[CODE]["counted"], values[CODE]["over"]) == (2, 3)


def test_the_public_reads_what_is_public_without_small_numbers(tree: Tree) -> None:
    indicator = Indicator.objects.get(code=CODE)
    services.confirm_indicator(indicator, by="组织部", on=timezone.localdate(), actor=None)
    assert ask(None, "GET", "/public/indicators").json()["items"] == []
    services.publish_indicator(indicator, public=True, actor=None)
    [one] = ask(None, "GET", "/public/indicators").json()["items"]
    assert (one["code"], one["counted"], one["units"][0]["counted"]) == (CODE, None, None)
