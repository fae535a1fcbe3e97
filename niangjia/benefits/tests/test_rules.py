"""The rules of programmes: who may, what was announced stays, what fits, what is counted once."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from niangjia.audiences import queries as audiences
from niangjia.audiences.registry import RuleRefused
from niangjia.audiences.tests.factories import make_audience, make_rule
from niangjia.audit.models import Entry
from niangjia.benefits import services
from niangjia.benefits.checks import differences
from niangjia.benefits.models import (
    PROGRAMME_TRANSITIONS,
    AmountLimit,
    Gift,
    Handout,
    HandoutStatus,
    Programme,
    ProgrammeStatus,
)
from niangjia.benefits.queries import planning
from niangjia.benefits.services.planning import PlanFixed
from niangjia.benefits.tests.factories import OFFICER, Scene, make_people, make_scene, plan
from niangjia.bookings.models import Booking
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.jobs.queue import run_waiting
from niangjia.ledgers.models import StockEntry

pytestmark = pytest.mark.django_db
Act = Callable[[Scene, User | None], object]


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


# Who may ----------------------------------------------------------------------------------------------------------
ACTS: dict[str, Act] = {
    "create": lambda s, a: services.create_programme(
        organization=s.tree.unit, name="n", purpose="p", occasion="other", year=2026, actor=a
    ),
    "change": lambda s, a: services.change_programme(s.programme, name="x", actor=a, at=s.now),
    "audience": lambda s, a: services.choose_audience(s.programme, None, actor=a),
    "add gift": lambda s, a: services.add_gift(s.programme, plan(quantity_offline=1), actor=a),
    "change gift": lambda s, a: services.change_gift(s.packs, plan(quantity_offline=1), actor=a),
    "remove gift": lambda s, a: services.remove_gift(s.packs, actor=a),
    "receive": lambda s, a: services.receive_goods(s.packs, quantity=1, actor=a),
    "publish": lambda s, a: services.publish_programme(s.programme, actor=a, at=s.now),
    "abandon": lambda s, a: services.abandon_programme(s.programme, reason="r", actor=a),
    "close": lambda s, a: services.close_programme(s.programme, actor=a, at=s.now),
    "report": lambda s, a: services.report_programme(s.programme, actor=a, at=s.now),
    "limit": lambda s, a: services.set_limit(
        organization=s.tree.unit, kind="per_gift", amount=1, source="s", valid_from=date(2026, 1, 1), actor=a
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_a_refused_actor_changes_nothing(act: Act) -> None:
    scene = make_scene()
    cast = make_cast(scene.tree, *OFFICER)
    reader = holder("benefits.view", at=scene.tree.unit)

    def state() -> tuple[Any, ...]:
        counts = [model.objects.count() for model in (Programme, Gift, StockEntry, Entry, AmountLimit)]
        return (*counts, list(Programme.objects.values_list("name", "status", "audience")))

    before = state()
    for user in (cast.member, cast.nobody, cast.elsewhere, reader):
        with pytest.raises(NotPermitted):
            act(scene, user)
        assert state() == before


# States -----------------------------------------------------------------------------------------------------------
VERBS: dict[str, tuple[ProgrammeStatus, Callable[[Programme, Any], object]]] = {
    "publish": (ProgrammeStatus.PUBLISHED, lambda p, at: services.publish_programme(p, actor=None, at=at)),
    "abandon": (ProgrammeStatus.ABANDONED, lambda p, at: services.abandon_programme(p, reason="r", actor=None)),
    "close": (ProgrammeStatus.CLOSED, lambda p, at: services.close_programme(p, actor=None, at=at)),
    "report": (ProgrammeStatus.REPORTED, lambda p, at: services.report_programme(p, actor=None, at=at)),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", ProgrammeStatus)
def test_only_the_drawn_edges_can_be_walked(status: ProgrammeStatus, verb: str) -> None:
    scene = make_scene(online=1, protected=0, offline=0 + 1, people=1, cleaners=0)
    moments = {"published_at": scene.now, "closed_at": scene.now}
    Programme.objects.filter(pk=scene.programme.pk).update(status=status, **moments)
    goal, act = VERBS[verb]
    if goal in PROGRAMME_TRANSITIONS[status]:
        act(scene.programme, scene.now)
    else:
        with pytest.raises(InvalidTransition):
            act(scene.programme, scene.now)
        assert Programme.objects.get().status == status


# What was announced -----------------------------------------------------------------------------------------------
def test_gifts_numbers_and_conditions_stay_as_published() -> None:
    scene = make_scene().publish()
    for act in ("audience", "add gift", "change gift", "remove gift"):
        with pytest.raises(PlanFixed):
            ACTS[act](scene, None)
    for changes in ({"year": 2027}, {"opens_at": scene.now}, {"closes_at": None}):
        with pytest.raises(PlanFixed):
            services.change_programme(scene.programme, actor=None, at=scene.now, **changes)


def test_a_deadline_is_put_off_and_never_brought_forward() -> None:
    scene = make_scene().publish()
    closes = scene.programme.closes_at
    assert closes
    with pytest.raises(InvalidInput):
        services.change_programme(scene.programme, closes_at=closes - timedelta(minutes=1), actor=None, at=scene.now)
    later = closes + timedelta(hours=1)
    changed = services.change_programme(scene.programme, closes_at=later, actor=None, at=scene.now)
    assert changed.closes_at == later


def test_nothing_is_promised_that_has_not_arrived() -> None:
    scene = make_scene()
    services.change_gift(scene.packs, plan(quantity_offline=6), actor=None)
    with pytest.raises(services.NotReady) as refused:
        scene.publish()
    assert [missing.step for missing in refused.value.missing] == ["goods"]
    assert Programme.objects.get().status == ProgrammeStatus.DRAFT


def test_the_plan_says_everything_that_is_missing() -> None:
    scene = make_scene()
    Programme.objects.update(opens_at=None, closes_at=None, collect_from=None, collect_until=None, audience=None)
    scene.programme.points.clear()
    found = planning.missing(Programme.objects.get(), scene.now)
    assert [missing.step for missing in found] == ["times", "times", "times", "audience"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity_online": 0}, "quantity_online"),
        ({"quantity_online": 2, "protected": 3}, "protected"),
        ({"quantity_online": 1}, "quantity_online"),
    ],
    ids=["for nobody", "more protected than there are", "a second one online"],
)
def test_a_gift_that_cannot_be_is_refused_at_its_field(fields: dict[str, int], field: str) -> None:
    scene = make_scene()
    with pytest.raises(InvalidInput) as refused:
        services.add_gift(scene.programme, plan(**fields), actor=None)
    assert refused.value.field == field
    assert Gift.objects.count() == 2


def test_the_database_keeps_one_online_gift() -> None:
    scene = make_scene()
    with pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.filter(pk=scene.packs.pk).update(quantity_online=1)


# Groups -----------------------------------------------------------------------------------------------------------
def test_all_groups_together_fit_into_what_is_there() -> None:
    scene = make_scene(offline=5)
    scene.split(quantity=3)
    with pytest.raises(InvalidInput):
        scene.split(name="第二组", quantity=3)
    assert scene.split(name="第二组", quantity=2).quantity == 2


def test_the_list_has_nobody_twice_and_nobody_who_has_booked() -> None:
    scene = make_scene(cleaners=3).publish()
    booked = scene.cleaners[0]
    services.book_for(scene.programme, booked, actor=None, at=scene.now)
    split = scene.split(quantity=1)
    filled = services.fill_list(split, actor=None)
    assert (filled.listed, filled.left_over) == (1, 1)
    listed = Handout.objects.get().member
    assert listed != booked
    with pytest.raises(services.AlreadyServed):
        services.book_for(scene.programme, listed, actor=None, at=scene.now)
    other = scene.split(name="另一组", quantity=2)
    with pytest.raises(services.AlreadyServed):
        services.put_on_list(other, listed, actor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Handout.objects.create(
            organization=scene.tree.unit, organization_path=scene.tree.unit.path, programme=scene.programme,
            split=other, member=listed, unit=scene.tree.primary, number=9,
        )  # fmt: skip


def test_who_is_not_eligible_for_a_group_is_told_which_condition_fails() -> None:
    scene = make_scene()
    split = scene.split()
    with pytest.raises(services.NotOnTheList) as refused:
        services.put_on_list(split, scene.people[0], actor=None)
    explained = audiences.explain_frozen(split.audience, scene.people[0])
    assert explained.unmet[0].text in str(refused.value)
    assert not Handout.objects.exists()


def test_who_is_taken_off_frees_a_pack_and_is_not_listed_again_by_itself() -> None:
    scene = make_scene(cleaners=2)
    split = scene.split(quantity=1)
    services.fill_list(split, actor=None)
    first = Handout.objects.get()
    services.take_off_list(first, reason="已调离", actor=None)
    assert services.fill_list(split, actor=None).listed == 1
    assert Handout.objects.live().get().member != first.member
    with pytest.raises(services.NotOnTheList):
        services.put_on_list(split, first.member, actor=None)


def test_a_pack_is_handed_out_once_and_undone_with_a_reason() -> None:
    scene = make_scene(cleaners=1).publish()
    services.fill_list(scene.split(), actor=None)
    handout = Handout.objects.get()
    services.record_handout(handout, actor=scene.officer, at=scene.now)
    with pytest.raises(InvalidTransition):
        services.record_handout(handout, actor=scene.officer, at=scene.now)
    with pytest.raises(InvalidInput):
        services.undo_handout(handout, reason=" ", actor=scene.officer)
    services.undo_handout(handout, reason="签错行", actor=scene.officer)
    handout.refresh_from_db()
    assert (handout.status, handout.helper_name, handout.handed_at) == (HandoutStatus.LISTED, "", None)
    assert list(differences()) == []


def test_a_list_is_drawn_up_for_a_group_that_names_none() -> None:
    scene = make_scene(cleaners=2)
    make_people(scene.tree, 1, trade="cleaner", on_duty_festival=False)
    drawn = services.SplitPlan(name="保洁员", group="cleaner", gift=scene.packs, audience=None, quantity=5)
    split = services.add_split(scene.programme, drawn, actor=None)
    run_waiting()
    assert split.audience.rule_version.source == '(member.group == "cleaner") && member.on_duty_festival'
    assert services.fill_list(split, actor=None).listed == 2


# Counting ---------------------------------------------------------------------------------------------------------
def test_a_hand_out_past_the_services_is_found() -> None:
    scene = make_scene(cleaners=1).publish()
    services.fill_list(scene.split(), actor=None)
    assert list(differences()) == []
    Handout.objects.update(status=HandoutStatus.HANDED_OUT, handed_at=scene.now, helper_name="x")
    (found,) = differences()
    assert (found.expected, found.found, found.purpose_id) == (1, 0, scene.programme.pk)
    services.close_programme(scene.programme, actor=None, at=scene.now)
    with pytest.raises(services.DoesNotAgree):
        services.report_programme(scene.programme, actor=None, at=scene.now)


def test_the_fact_received_knows_both_channels() -> None:
    scene = make_scene(cleaners=2).publish()
    services.hand_out_now(scene.programme, scene.people[0], point=scene.point, actor=None, at=scene.now)
    services.book_for(scene.programme, scene.people[1], actor=None, at=scene.now)
    split = scene.split()
    services.fill_list(split, actor=None)
    services.record_sheet(split, absent=[2], actor=None, at=scene.now)
    rule = make_rule(scene.tree.unit, f'received("{scene.programme.code}")')
    handed = Handout.objects.handed_out().get().member
    assert audiences.count(rule, scene.tree.unit, None) == 2
    for member, met in ((scene.people[0], True), (handed, True), (scene.people[1], False), (scene.people[2], False)):
        explained = audiences.explain(rule, member, None)
        assert explained.eligible == met
        assert explained.clauses[0].source
    without = make_rule(scene.tree.unit, f'!received("{scene.programme.code}")')
    assert audiences.count(without, scene.tree.unit, None) == 4


def test_the_fact_received_refuses_a_programme_that_is_not_there() -> None:
    scene = make_scene()
    with pytest.raises(DomainError) as refused:
        audiences.count(make_rule(scene.tree.unit, 'received("warm-1999")'), scene.tree.unit, None)
    assert isinstance(refused.value, InvalidInput | RuleRefused)
    assert "warm-1999" in str(refused.value)


# Limits -----------------------------------------------------------------------------------------------------------
def test_the_limit_of_the_year_counts_both_channels() -> None:
    scene = make_scene(cleaners=1).publish()
    on = scene.now.date()
    services.set_limit(
        organization=scene.tree.district, kind="per_year", amount=19_000, source="区规定", valid_from=on, actor=None
    )
    person = scene.people[0]
    assert planning.person_warnings(scene.packs, person, on) == []
    services.hand_out_now(scene.programme, person, point=scene.point, actor=None, at=scene.now)
    assert planning.received_in(person, scene.now.year) == 12_000
    (warning,) = planning.person_warnings(scene.packs, person, on)
    assert "区规定" in warning
    assert Booking.objects.count() == 1


def test_one_limit_holds_at_a_time() -> None:
    scene = make_scene()
    first = services.set_limit(
        organization=scene.tree.unit, kind="per_gift", amount=1, source="a", valid_from=date(2026, 1, 1), actor=None
    )
    with pytest.raises(InvalidInput):
        services.set_limit(
            organization=scene.tree.unit,
            kind="per_gift",
            amount=2,
            source="b",
            valid_from=date(2026, 1, 1),
            actor=None,
        )
    second = services.set_limit(
        organization=scene.tree.unit, kind="per_gift", amount=2, source="b", valid_from=date(2026, 3, 1), actor=None
    )
    first.refresh_from_db()
    assert first.valid_to == date(2026, 3, 1)
    held = [limit.pk for limit in planning.limits(scene.programme, date(2026, 2, 28)) if limit.organization_id]
    assert held == [first.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        AmountLimit.objects.filter(pk=first.pk).update(valid_to=None)
    services.end_limit(second, on=date(2026, 4, 1), actor=None)
    assert not [limit for limit in planning.limits(scene.programme, date(2026, 4, 1)) if limit.organization_id]


def test_an_audience_of_another_unit_is_refused() -> None:
    scene = make_scene()
    foreign = make_audience(scene.tree.sibling, frozen=True)
    with pytest.raises(InvalidInput):
        services.choose_audience(scene.programme, foreign, actor=None)
