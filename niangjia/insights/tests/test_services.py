"""Defining, telling and publishing figures; and that none of it can set a value."""

from typing import Any

import pytest

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.insights import services
from niangjia.insights.models import Figure
from niangjia.insights.permissions import DEFINE, VIEW
from niangjia.insights.registry import computations
from niangjia.insights.tests.factories import COMPUTATIONS, make_figure, make_served

pytestmark = pytest.mark.django_db


def test_only_those_who_keep_the_figures_of_a_unit_define_them() -> None:
    scene = make_served()
    for who, user in make_cast(scene.tree, VIEW, DEFINE):
        fields: dict[str, Any] = {
            "organization": scene.tree.unit,
            "computation": COMPUTATIONS[0],
            "subject": scene.programme.code,
        }
        if who in {"officer", "above"}:
            services.define_figure(code=f"by-{who}", actor=user, **fields)
            Figure.objects.all().delete()
            continue
        with pytest.raises(NotPermitted):
            services.define_figure(code=f"by-{who}", actor=user, **fields)
        assert not Figure.objects.exists(), who


def test_reading_is_not_defining() -> None:
    scene = make_served()
    figure = make_figure(scene)
    reader = holder(VIEW, at=scene.tree.unit)
    with pytest.raises(NotPermitted):
        services.change_figure(figure, actor=reader, title="别的")
    with pytest.raises(NotPermitted):
        services.publish_figure(figure, public=True, actor=reader)
    figure.refresh_from_db()
    assert (figure.title, figure.is_public) == (str(computations[COMPUTATIONS[0]].label), False)


@pytest.mark.parametrize(
    ("case", "changes", "field"),
    [
        ("an unknown computation", {"computation": "benefits.nothing"}, "computation"),
        ("an unknown programme", {"subject": "warm-1999"}, "subject"),
        ("a code in use", {"code": "benefits-online", "computation": "benefits.all"}, "code"),
        ("the same figure twice", {"code": "again"}, "subject"),
    ],
)
def test_what_breaks_a_rule_is_refused(case: str, changes: dict[str, str], field: str) -> None:
    scene = make_served()
    make_figure(scene)
    fields: dict[str, Any] = {
        "code": "another",
        "computation": "benefits.online",
        "subject": scene.programme.code,
    } | changes
    with pytest.raises(InvalidInput) as refused:
        services.define_figure(organization=scene.tree.unit, actor=None, **fields)
    assert refused.value.field == field, case
    assert Figure.objects.count() == 1


def test_a_unit_makes_figures_of_its_own_programmes_only() -> None:
    """Who may define figures somewhere could else count what lies elsewhere."""
    scene = make_served()
    neighbour = holder(DEFINE, at=scene.tree.sibling)
    with pytest.raises(InvalidInput) as refused:
        services.define_figure(
            organization=scene.tree.sibling, code="spying", computation="benefits.online",
            subject=scene.programme.code, actor=neighbour,
        )  # fmt: skip
    assert refused.value.field == "subject"
    assert not Figure.objects.exists()


def test_the_unit_above_may_make_one_of_a_programme_below() -> None:
    scene = make_served()
    figure = services.define_figure(
        organization=scene.tree.district, code="district-online", computation="benefits.online",
        subject=scene.programme.code, title="全区线上", actor=None,
    )  # fmt: skip
    assert (figure.title, figure.organization) == ("全区线上", scene.tree.district)


def test_the_words_change_and_history_says_from_what() -> None:
    scene = make_served()
    figure = make_figure(scene)
    before = figure.title
    changed = services.change_figure(figure, actor=None, title="线上礼盒", measure="", position=3)
    assert (changed.title, changed.measure, changed.position) == ("线上礼盒", figure.measure, 3)
    entry = Entry.objects.get(action="insights.figure.change")
    assert entry.data == {"before": {"title": before, "position": 0}, "after": {"title": "线上礼盒", "position": 3}}
    services.change_figure(changed, actor=None, title="线上礼盒", position=3)
    assert Entry.objects.filter(action="insights.figure.change").count() == 1


def test_publishing_and_withdrawing_are_told_once_each() -> None:
    figure = make_figure(make_served())
    for public in (True, True, False, False):
        services.publish_figure(figure, public=public, actor=None)
    actions = Entry.objects.filter(action__in=["insights.figure.publish", "insights.figure.withdraw"])
    assert list(actions.order_by("id").values_list("action", flat=True)) == [
        "insights.figure.publish",
        "insights.figure.withdraw",
    ]


def test_a_figure_has_no_place_for_a_value() -> None:
    texts = {field.name for field in Figure._meta.get_fields()}
    assert not {"value", "number", "amount", "numerator", "denominator", "count"} & texts
