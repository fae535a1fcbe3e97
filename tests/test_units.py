"""What a unit may be and where it may hang, what is said of it, its end, and the order of siblings."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.benefits.tests.factories import make_scene
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.members.tests.factories import make_member
from niangjia.org import positions, queries, services
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.permissions import MANAGE
from niangjia.org.positions import Position
from niangjia.org.standings import MoveRefused
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def state() -> list[tuple[Any, ...]]:
    return list(Organization.objects.values_list("code", "parent", "path", "name", "kind", "level", "closed_on"))


# Positions -----------------------------------------------------------------------------------------------------------
CITY, DISTRICT = Position(Kind.FEDERATION, Level.PROVINCE), Position(Kind.FEDERATION, Level.DISTRICT)
STREET = Position(Kind.FEDERATION, Level.SUBDISTRICT)
COMMUNITY = Position(Kind.ASSOCIATION, Level.COMMUNITY)
SINGLE, JOINT = Position(Kind.SINGLE, Level.PRIMARY), Position(Kind.JOINT, Level.PRIMARY)
VILLAGE = Position(Kind.JOINT, Level.COMMUNITY)
BRANCH, GROUP = Position(Kind.BRANCH, Level.PART), Position(Kind.GROUP, Level.PART)
POOL = Position(Kind.POOL, Level.PRIMARY)
TRADE = Position(Kind.INDUSTRIAL, Level.DISTRICT)


@pytest.mark.parametrize(
    ("case", "position", "above", "fits"),
    [
        ("a district under the city", DISTRICT, CITY, True),
        ("a primary union far below", SINGLE, CITY, True),
        ("the industrial union of a district beside its streets", TRADE, DISTRICT, True),
        ("the union of a subsidiary under that of its group", SINGLE, SINGLE, True),
        ("a joint union of a village with its primary unions", SINGLE, VILLAGE, True),
        ("a branch of a primary union", BRANCH, SINGLE, True),
        ("a branch of a joint union on the level of a village", BRANCH, VILLAGE, True),
        ("a group of a branch", GROUP, BRANCH, True),
        ("a pool of a street", POOL, STREET, True),
        ("a district under a district", DISTRICT, DISTRICT, False),
        ("a street under a community", STREET, COMMUNITY, False),
        ("a community under a primary union", COMMUNITY, JOINT, False),
        ("a branch without a primary union", BRANCH, STREET, False),
        ("a branch of a branch", BRANCH, BRANCH, False),
        ("a primary union under a branch", SINGLE, BRANCH, False),
        ("anything under a group", GROUP, GROUP, False),
        ("anything under a pool", SINGLE, POOL, False),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_where_a_unit_may_hang(case: str, position: Position, above: Position, fits: bool) -> None:
    assert (positions.wrong_place(position, above) == "") is fits
    assert (position in positions.below(above)) is fits


@pytest.mark.parametrize(
    ("kind", "level", "stands"),
    [
        (Kind.FEDERATION, Level.PRIMARY, False),
        (Kind.SINGLE, Level.SUBDISTRICT, False),
        (Kind.BRANCH, Level.PRIMARY, False),
        (Kind.JOINT, Level.COMMUNITY, True),
        (Kind.WORK_COMMITTEE, Level.DISTRICT, True),
    ],
)
def test_on_which_level_a_kind_stands(kind: Kind, level: Level, stands: bool) -> None:
    assert (positions.wrong_level(Position(kind, level)) == "") is stands


def test_the_filter_and_the_rule_say_the_same_of_every_pair(tree: Tree) -> None:
    for position in positions.POSITIONS:
        takers = set(Organization.objects.filter(positions.takers(position)))
        by_rule = {one for one in Organization.objects.all() if not positions.wrong_place(position, positions.of(one))}
        assert takers == by_rule, position


@pytest.mark.parametrize(
    ("kind", "level", "field"),
    [("federation", "primary", "level"), ("branch", "part", "parent"), ("federation", "district", "parent")],
)
def test_what_may_not_hang_there_is_not_made(tree: Tree, kind: str, level: str, field: str) -> None:
    before = state()
    with pytest.raises(InvalidInput) as refused:
        services.create_organization(parent=tree.unit, code="X", name="某", kind=kind, level=level, actor=None)
    assert refused.value.field == field
    assert refused.value.remedy
    assert state() == before


def test_nothing_hangs_under_a_closed_unit(tree: Tree) -> None:
    services.close_organization(tree.sibling, on=date(2026, 1, 1), actor=None)
    before = state()
    with pytest.raises(MoveRefused):
        make_organization(tree.sibling, code="X")
    assert state() == before


def test_a_unit_does_not_move_to_where_its_kind_may_not_hang(tree: Tree) -> None:
    before = state()
    with pytest.raises(InvalidInput) as refused:
        services.move_organization(tree.sibling, to=tree.primary, actor=None)
    assert refused.value.code == "wrong-place"
    assert state() == before


# Order ---------------------------------------------------------------------------------------------------------------
def codes() -> list[str]:
    return list(Organization.objects.values_list("code", flat=True))


def test_units_stand_below_their_parent_and_siblings_by_code(tree: Tree) -> None:
    for code in ("BJ-XC-TQ-B", "BJ-XC-TQ-A", "A1"):
        make_organization(tree.unit, code=code)
    make_organization(Organization.objects.get(code="BJ-XC-TQ-A"), code="Z")
    assert codes() == [
        "BJ", "BJ-CP", "BJ-XC", "BJ-XC-TQ", "A1", "BJ-XC-TQ-1", "BJ-XC-TQ-A", "Z", "BJ-XC-TQ-B", "BJ-XC-TRT",
    ]  # fmt: skip


def test_a_code_that_begins_like_its_sibling_does_not_tear_a_subtree_apart(tree: Tree) -> None:
    first = make_organization(tree.sibling, code="N")
    for code in ("N-", "N.", "N0", "Na"):
        make_organization(tree.sibling, code=code)
    make_organization(first, code="deep")
    assert codes()[-6:] == ["N", "deep", "N-", "N.", "N0", "Na"]


def test_a_moved_subtree_takes_its_order_along(tree: Tree) -> None:
    services.move_organization(tree.unit, to=tree.elsewhere, actor=None)
    assert codes() == ["BJ", "BJ-CP", "BJ-XC-TQ", "BJ-XC-TQ-1", "BJ-XC", "BJ-XC-TRT"]
    assert queries.misplaced() == []


def test_a_wrong_order_is_found(tree: Tree) -> None:
    Organization.objects.filter(pk=tree.unit.pk).update(sort_key="x")
    assert set(queries.misplaced()) == {tree.unit, tree.primary}


# What is said of it --------------------------------------------------------------------------------------------------
def test_a_change_is_kept_with_what_stood_before(tree: Tree) -> None:
    officer = holder(MANAGE, at=tree.unit)
    changed = services.change_organization(tree.unit, name="天桥总工会", phone="010-83160000", actor=officer)
    assert (changed.name, changed.phone, changed.short_name) == ("天桥总工会", "010-83160000", "天桥街道")
    told = Entry.objects.get(action="org.organization.change").data["changes"]
    assert told["name"] == {"before": "天桥街道总工会", "after": "天桥总工会"}
    services.change_organization(tree.unit, name="天桥总工会", actor=officer)
    assert Entry.objects.filter(action="org.organization.change").count() == 1


def test_a_short_name_left_out_is_the_name(tree: Tree) -> None:
    assert services.change_organization(tree.unit, short_name="", actor=None).short_name == "天桥街道总工会"
    made = make_organization(tree.unit, name="某" * 100, short_name="")
    assert len(made.short_name) == 60


@pytest.mark.parametrize(
    ("case", "changes", "field"),
    [
        ("its kind must suit what is above", {"kind": "branch", "level": "part"}, "parent"),
        ("and what is below", {"kind": "pool"}, "kind"),
        ("and its level", {"level": "primary"}, "level"),
        ("founded after its end", {"opened_on": date(2026, 3, 1)}, "opened_on"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(tree: Tree, case: str, changes: dict[str, Any], field: str) -> None:
    Organization.objects.filter(pk=tree.unit.pk).update(closed_on=date(2026, 2, 1))
    before = state()
    with pytest.raises(InvalidInput) as refused:
        services.change_organization(tree.unit, actor=None, **changes)
    assert refused.value.field == field
    assert state() == before


# Its end -------------------------------------------------------------------------------------------------------------
def test_members_keep_their_unit_open(tree: Tree) -> None:
    make_member(tree.primary, name="王小明")
    with pytest.raises(services.StillNeeded) as refused:
        services.close_organization(tree.primary, on=date(2026, 1, 1), actor=None)
    assert "1 名会员" in str(refused.value)
    assert Organization.objects.get(pk=tree.primary.pk).closed_on is None


def test_a_programme_under_way_keeps_its_unit_open() -> None:
    scene = make_scene().publish()
    unit = scene.programme.organization
    Organization.objects.filter(parent=unit).update(closed_on=date(2026, 1, 1))
    with pytest.raises(services.StillNeeded) as refused:
        services.close_organization(unit, on=date(2026, 1, 1), actor=None)
    assert scene.programme.name in str(refused.value)


@pytest.mark.parametrize(("days", "opened"), [(1, None), (-10, -5)])
def test_a_unit_does_not_end_before_it_begins_nor_in_the_future(tree: Tree, days: int, opened: int | None) -> None:
    today = timezone.localdate()
    if opened is not None:
        Organization.objects.filter(pk=tree.primary.pk).update(opened_on=today + timedelta(days=opened))
    with pytest.raises(InvalidInput) as refused:
        services.close_organization(tree.primary, on=today + timedelta(days=days), actor=None)
    assert refused.value.field == "on"
    assert Organization.objects.get(pk=tree.primary.pk).closed_on is None


def test_a_closing_is_taken_back_where_the_unit_above_is_open(tree: Tree) -> None:
    services.close_organization(tree.primary, on=date(2026, 1, 1), actor=None)
    services.close_organization(tree.unit, on=date(2026, 1, 1), actor=None)
    with pytest.raises(MoveRefused):
        services.reopen_organization(tree.primary, actor=None)
    services.reopen_organization(tree.unit, actor=None)
    assert services.reopen_organization(tree.primary, actor=None).closed_on is None
    with pytest.raises(DomainError) as refused:
        services.reopen_organization(tree.primary, actor=None)
    assert refused.value.code == "open"


@pytest.mark.parametrize(("who", "may"), [("officer", True), ("above", True), ("elsewhere", False), ("member", False)])
def test_units_are_changed_and_opened_again_by_those_who_look_after_them(tree: Tree, who: str, may: bool) -> None:
    actor = getattr(make_cast(tree, MANAGE), who)
    services.close_organization(tree.primary, on=date(2026, 1, 1), actor=None)
    acts: list[Callable[[], object]] = [
        lambda: services.change_organization(tree.primary, name="新名", actor=actor),
        lambda: services.reopen_organization(tree.primary, actor=actor),
    ]
    before = state()
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(NotPermitted):
                act()
    assert (state() != before) is may


# Migration -----------------------------------------------------------------------------------------------------------
def test_an_installation_that_had_no_order_gets_the_same_one(tree: Tree) -> None:

    expected = dict(Organization.objects.values_list("code", "sort_key"))
    Organization.objects.update(sort_key="")
    import_module("niangjia.org.migrations.0002_order").fill(apps, connection.schema_editor())
    assert dict(Organization.objects.values_list("code", "sort_key")) == expected
