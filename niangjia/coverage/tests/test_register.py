"""What is said of employers and workplaces, and who may say it: on which day it holds, and what stays in store."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from niangjia.audit.models import Entry
from niangjia.core import clock
from niangjia.core.clock import Moment
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.coverage import figures, recount, services
from niangjia.coverage.models import (
    Change,
    Coverage,
    Employer,
    EmployerVersion,
    Inside,
    Now,
    PlaceKind,
    Reach,
    ReachedHow,
    Source,
    Status,
    Subject,
    Workplace,
    WorkplaceVersion,
)
from niangjia.coverage.permissions import MANAGE
from niangjia.identity.tests.factories import make_cast
from niangjia.org import services as org
from niangjia.org.models import Kind
from niangjia.org.tests.factories import Tree, make_organization, make_tree
from tests.test_tree import Movers

pytestmark = pytest.mark.django_db

REGISTER: tuple[type[Model], ...] = (
    Employer, EmployerVersion, Coverage, Workplace, WorkplaceVersion, Reach, Inside, Change, Now,
)  # fmt: skip
LAST_YEAR = date(2025, 12, 31)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def employer(tree: Tree) -> Employer:
    return services.create_employer(
        organization=tree.unit, name="天桥印刷厂", workers=120, on=date(2025, 1, 1), actor=None
    )


@pytest.fixture
def place(tree: Tree) -> Workplace:
    return services.create_workplace(
        organization=tree.unit, kind=PlaceKind.BUILDING, name="天桥大厦", on=date(2025, 1, 1), actor=None
    )


def everything() -> dict[str, Any]:
    return {model.__name__: sorted(map(repr, model._default_manager.values_list())) for model in REGISTER}


def on_a_day(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """As if so many days had passed."""
    true = clock.now

    def later() -> Moment:
        moment = true()
        return Moment(moment.at + timedelta(days=days), moment.on + timedelta(days=days))

    monkeypatch.setattr(clock, "now", later)


ACTS: dict[str, Callable[[Employer, Workplace, Tree, Any], object]] = {
    "change": lambda one, place, tree, who: services.change_employer(one, workers=9, actor=who),
    "cover": lambda one, place, tree, who: services.cover(one, by=tree.primary, actor=who),
    "uncover": lambda one, place, tree, who: services.uncover(one, on=date(2026, 1, 1), reason="解散", actor=who),
    "place": lambda one, place, tree, who: services.place_employer(one, inside=place, actor=who),
    "close": lambda one, place, tree, who: services.close_employer(one, on=date(2026, 1, 1), actor=who),
    "reach": lambda one, place, tree, who: services.reach(place, by=tree.primary, how=ReachedHow.UNION, actor=who),
    "unreach": lambda one, place, tree, who: services.unreach(place, on=date(2026, 1, 1), reason="撤站", actor=who),
    "close place": lambda one, place, tree, who: services.close_workplace(place, on=date(2026, 1, 1), actor=who),
    "new place": lambda one, place, tree, who: services.create_workplace(
        organization=tree.unit, kind=PlaceKind.PARK, name="天桥园", actor=who
    ),
    "many": lambda one, place, tree, who: services.enter_employers(
        [services.NewEmployer(organization=tree.unit, name="甲公司")], actor=who
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("who", "may"), [("member", False), ("officer", True), ("above", True), ("elsewhere", False), ("nobody", False)]
)
def test_only_those_who_look_after_the_area_write(
    act: str, who: str, may: bool, tree: Tree, employer: Employer, place: Workplace
) -> None:
    services.cover(employer, by=tree.primary, on=date(2025, 6, 1), actor=None)
    services.reach(place, by=tree.primary, how=ReachedHow.UNION, on=date(2025, 6, 1), actor=None)
    before, told = everything(), Entry.objects.count()
    actor = getattr(make_cast(tree, MANAGE), who)
    if may:
        ACTS[act](employer, place, tree, actor)
        assert everything() != before
        assert Entry.objects.filter(actor_id=actor.pk, action__startswith="coverage.").count() == 1
    else:
        with pytest.raises(NotPermitted):
            ACTS[act](employer, place, tree, actor)
        assert everything() == before
        assert not Entry.objects.filter(actor_id=actor.pk, action__startswith="coverage.").exists()
    assert Entry.objects.count() >= told


TOMORROW = date(2999, 1, 1)
REFUSED: dict[str, tuple[Callable[[Employer, Workplace, Tree], object], str]] = {
    "a day to come": (
        lambda one, place, tree: services.change_employer(one, workers=9, on=TOMORROW, actor=None), "on",
    ),
    "cover on a day to come": (
        lambda one, place, tree: services.cover(one, by=tree.primary, on=TOMORROW, actor=None), "on",
    ),
    "cover before it was there": (
        lambda one, place, tree: services.cover(one, by=tree.primary, on=date(2024, 1, 1), actor=None), "on",
    ),
    "a federation covers nobody": (lambda one, place, tree: services.cover(one, by=tree.unit, actor=None), "by"),
    "more dispatched than all": (
        lambda one, place, tree: services.change_employer(one, dispatched=121, actor=None), "dispatched",
    ),
    "closed before it was there": (
        lambda one, place, tree: services.close_employer(one, on=date(2024, 1, 1), actor=None), "on",
    ),
    "reached before it was there": (
        lambda one, place, tree: services.reach(
            place, by=tree.primary, how=ReachedHow.UNION, on=date(2024, 1, 1), actor=None
        ), "on",
    ),
    "a place twice": (
        lambda one, place, tree: services.create_workplace(
            organization=tree.unit, kind=PlaceKind.PARK, name="天桥大厦", actor=None
        ), "name",
    ),
    "one of many twice": (
        lambda one, place, tree: services.enter_employers(
            [services.NewEmployer(organization=tree.unit, name=name) for name in ("乙公司", "天桥印刷厂")], actor=None
        ), "name",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_breaks_a_rule_changes_nothing(case: str, tree: Tree, employer: Employer, place: Workplace) -> None:
    act, field = REFUSED[case]
    before = everything()
    with pytest.raises(InvalidInput) as refused:
        act(employer, place, tree)
    assert refused.value.field == field
    assert everything() == before


def test_what_is_not_so_is_not_ended(tree: Tree, employer: Employer, place: Workplace) -> None:
    before = everything()
    for act in (
        lambda: services.uncover(employer, on=date(2026, 1, 1), reason="解散", actor=None),
        lambda: services.unreach(place, on=date(2026, 1, 1), reason="撤站", actor=None),
        lambda: services.reopen_employer(employer, actor=None),
    ):
        with pytest.raises(DomainError):
            act()
    assert everything() == before


def test_a_correction_gives_both_figures_of_last_year(
    tree: Tree, employer: Employer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was then given what was known then, and as it is known since."""
    then = clock.now().on
    services.cover(employer, by=tree.primary, on=date(2025, 3, 1), actor=None)
    on_a_day(monkeypatch, 40)
    services.change_employer(employer, workers=90, workers_source=Source.TAX, on=date(2025, 1, 1), actor=None)
    services.uncover(employer, on=date(2025, 9, 1), reason="核查", actor=None)
    large = {"size": {3, 4}}
    assert figures.total(tree.district, Subject.EMPLOYER, large, on=LAST_YEAR, known_on=then) == (1, 120)
    assert figures.total(tree.district, Subject.EMPLOYER, large, on=LAST_YEAR) == (0, 0)
    covered = {"state": {1, 2}}
    assert figures.total(tree.city, Subject.EMPLOYER, covered, on=LAST_YEAR, known_on=then).number == 1
    assert figures.total(tree.city, Subject.EMPLOYER, covered, on=LAST_YEAR).number == 0
    assert figures.total(tree.city, Subject.EMPLOYER, covered, on=date(2025, 8, 31)).number == 1
    assert list(recount.faults()) == list(recount.faults(then)) == []


def test_a_correction_holds_until_the_next_thing_said_of_the_same(employer: Employer) -> None:
    services.change_employer(employer, workers=300, on=date(2026, 1, 1), actor=None)
    changed = services.change_employer(employer, workers=150, name="天桥印务", on=date(2025, 6, 1), actor=None)
    assert (changed.name, changed.workers) == ("天桥印务", 300)
    believed = employer.versions.known().order_by("valid_from").values_list("valid_from", "name", "workers")
    assert list(believed) == [
        (date(2025, 1, 1), "天桥印刷厂", 120),
        (date(2025, 6, 1), "天桥印务", 150),
        (date(2026, 1, 1), "天桥印务", 300),
    ]
    assert employer.versions.filter(superseded_at__isnull=False).exists()


def test_the_present_is_what_the_last_version_says(tree: Tree, employer: Employer) -> None:
    services.change_employer(
        employer, organization=tree.sibling, ownership="170", contact_phone="13900000000", actor=None
    )
    services.close_employer(employer, on=date(2026, 2, 1), status=Status.SHELL, actor=None)
    employer.refresh_from_db()
    assert (employer.organization, employer.organization_path) == (tree.sibling, tree.sibling.path)
    assert (employer.ownership, employer.status, employer.contact_phone) == ("170", "shell", "13900000000")
    assert "13900000000" not in str(list(Entry.objects.values_list("data", flat=True)))


def test_a_unit_at_which_employers_are_entered_stays_open(tree: Tree, employer: Employer) -> None:
    services.cover(employer, by=tree.primary, actor=None)
    with pytest.raises(org.StillNeeded):
        org.close_organization(tree.primary, on=clock.now().on, actor=None)
    services.uncover(employer, on=clock.now().on, reason="解散", actor=None)
    org.close_organization(tree.primary, on=clock.now().on, actor=None)


def test_one_union_at_a_time_covers_an_employer(tree: Tree, employer: Employer) -> None:
    joint = make_organization(tree.unit, kind=Kind.JOINT)
    services.cover(employer, by=tree.primary, on=date(2025, 2, 1), actor=None)
    services.cover(employer, by=joint, on=date(2025, 5, 1), actor=None)
    believed = employer.coverages.known().order_by("valid_from").values_list("union__code", "valid_from", "valid_to")
    assert list(believed) == [
        (tree.primary.code, date(2025, 2, 1), date(2025, 5, 1)),
        (joint.code, date(2025, 5, 1), None),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_figure_stays_right_while_units_move_and_employers_are_entered() -> None:
    tree = make_tree()
    other = make_organization(tree.sibling, code="BJ-XC-TRT-1")

    def enter(number: int) -> Callable[[], object]:
        unit = (tree.primary, other, tree.unit, tree.sibling)[number % 4]
        return lambda: services.create_employer(organization=unit, name=f"{number}号公司", workers=30, actor=None)

    movers = Movers(
        *map(enter, range(8)),
        lambda: org.move_organization(tree.unit, to=tree.elsewhere, actor=None),
        lambda: org.move_organization(tree.primary, to=tree.sibling, actor=None),
        lambda: org.move_organization(other, to=tree.unit, actor=None),
    )
    assert None not in movers.outcomes
    assert figures.total(tree.city, Subject.EMPLOYER) == (8, 240)
    assert all(one.organization_path == one.organization.path for one in Employer.objects.all())
    assert list(recount.faults()) == []
    with connection.cursor() as cursor:  # the control: one difference, and it is named
        cursor.execute(
            "UPDATE coverage_now SET number = number + 1 WHERE node = %s AND subject = 1 AND state = 0", [tree.city.pk]
        )
    assert len(list(recount.faults())) == 1
