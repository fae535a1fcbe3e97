"""Defining, changing, confirming and publishing indicators; targets; what the public sees of them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.insights import services
from niangjia.insights.models import Indicator, Target
from niangjia.insights.permissions import DEFINE, REPORT
from niangjia.insights.queries.public import published
from niangjia.insights.rates import Share
from niangjia.insights.tests.register import make_employer
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db
ALL = {"subject": "employer", "of": "number", "where": {}}
COVERED = {"subject": "employer", "of": "number", "where": {"state": [1, 2]}}
WORDS = {"name": "建会率", "unit": "家", "measure": "按单位计"}


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def define(**changes: Any) -> Indicator:
    fields: dict[str, Any] = {"code": "ours", "numerator": COVERED, "denominator": ALL, "actor": None, **WORDS}
    return services.define_indicator(**(fields | changes))


def test_only_who_holds_the_right_at_the_root_defines_for_the_house(tree: Tree) -> None:
    for who, user in make_cast(tree, DEFINE):
        with pytest.raises(NotPermitted):
            define(actor=user)
        assert not Indicator.objects.filter(code="ours").exists(), who
    assert define(actor=holder(DEFINE, at=tree.city)).version == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "unionised-100"}, "code"),
        ({"name": " "}, "name"),
        ({"measure": ""}, "measure"),
        ({"numerator": {}}, "numerator"),
        ({"dimensions": ["state"]}, "dimensions"),
    ],
)
def test_what_cannot_be_told_or_counted_is_refused(tree: Tree, changes: dict[str, Any], field: str) -> None:
    before = Indicator.objects.count()
    with pytest.raises(InvalidInput) as refused:
        define(**changes)
    assert (refused.value.field, Indicator.objects.count()) == (field, before)


def test_a_change_is_a_new_version_and_asks_for_a_new_confirmation(tree: Tree) -> None:
    indicator = services.confirm_indicator(define(), by="区总工会组织部", on=date(2026, 3, 1), actor=None)
    services.publish_indicator(indicator, public=True, actor=None)
    changed = services.change_indicator(indicator, measure="按法人单位计", actor=None)
    assert (changed.version, changed.confirmed_by, changed.confirmed_on) == (2, "", None)
    [kept] = changed.versions.all()
    assert (kept.version, kept.measure, kept.confirmed_by) == (1, "按单位计", "区总工会组织部")
    entry = Entry.objects.get(action="insights.indicator.change")
    assert (entry.data["before"], entry.data["after"]) == ({"measure": "按单位计"}, {"measure": "按法人单位计"})


def test_saving_the_same_again_is_no_new_version(tree: Tree) -> None:
    indicator = services.confirm_indicator(define(), by="组织部", on=date(2026, 3, 1), actor=None)
    same = services.change_indicator(indicator, measure=indicator.measure, position=7, least_shown=5, actor=None)
    assert (same.version, same.position, same.least_shown, same.confirmed_by) == (1, 7, 5, "组织部")
    assert not Entry.objects.filter(action="insights.indicator.change").exists()


def test_what_nobody_confirmed_is_not_made_public(tree: Tree) -> None:
    indicator = define()
    with pytest.raises(DomainError):
        services.publish_indicator(indicator, public=True, actor=None)
    assert not Indicator.objects.public().exists()


# Targets ------------------------------------------------------------------------------------------------------------
def test_who_reports_for_a_unit_sets_its_targets(tree: Tree) -> None:
    done = set()
    for who, user in make_cast(tree, REPORT):
        try:
            services.set_targets(tree.unit, 2026, {"unionised-100": Decimal("95.5")}, actor=user)
            done.add(who)
        except NotPermitted:
            pass
    assert done == {"officer", "above"}
    assert Target.objects.get().percent == Decimal("95.50")


@pytest.mark.parametrize("percent", ["-0.01", "100.01", "95.123", "NaN"])
def test_a_target_is_a_percentage(tree: Tree, percent: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.set_targets(tree.unit, 2026, {"unionised-100": Decimal(percent)}, actor=None)
    assert refused.value.field == "unionised-100"
    assert not Target.objects.exists()


def test_a_plain_number_and_an_unknown_one_have_no_target(tree: Tree) -> None:
    for code in ("units-covered", "nothing"):
        with pytest.raises(InvalidInput):
            services.set_targets(tree.unit, 2026, {code: Decimal(90)}, actor=None)
    with pytest.raises(InvalidInput):
        services.set_targets(tree.unit, 1999, {"parks": Decimal(90)}, actor=None)


def test_an_emptied_target_is_taken_back_and_the_others_stay(tree: Tree) -> None:
    services.set_targets(tree.unit, 2026, {"parks": Decimal(90), "buildings": Decimal(80)}, actor=None)
    left = services.set_targets(tree.unit, 2026, {"parks": None}, actor=None)
    assert [(one.indicator.code, one.percent) for one in left] == [("buildings", Decimal(80))]
    services.set_targets(tree.unit, 2026, {"parks": None}, actor=None)
    assert Entry.objects.filter(action="insights.target.set").count() == 2


# In public ----------------------------------------------------------------------------------------------------------
def test_the_public_sees_no_number_that_tells_of_one_employer(tree: Tree) -> None:
    """Changping misses one: it is hidden, and so is the one next to it, or the total would tell."""
    third = make_organization(tree.city, code="BJ-HD", name="海淀区总工会", level="district")
    for unit, covered, missing in ((tree.elsewhere, 4, 1), (tree.district, 5, 4), (third, 6, 0)):
        for number in range(covered + missing):
            make_employer(unit, covered=number < covered)
    indicator = services.confirm_indicator(
        Indicator.objects.get(code="unionised-100"), by="组织部", on=date(2026, 3, 1), actor=None
    )
    assert published(timezone.localdate()) == []
    services.publish_indicator(indicator, public=True, actor=None)
    [one] = published(timezone.localdate())
    assert one.share == Share(15, 20)
    assert dict(one.rows) == {"昌平区总工会": None, "海淀区总工会": Share(6, 6), "西城区总工会": None}


def test_a_total_that_tells_of_few_is_not_shown_either(tree: Tree) -> None:
    make_employer(tree.district, covered=True)
    indicator = Indicator.objects.get(code="unionised-100")
    services.confirm_indicator(indicator, by="组织部", on=date(2026, 3, 1), actor=None)
    services.publish_indicator(indicator, public=True, actor=None)
    [one] = published(timezone.localdate())
    assert (one.share, {share for _name, share in one.rows}) == (None, {None})
