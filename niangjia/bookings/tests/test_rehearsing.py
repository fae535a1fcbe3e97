"""When a rehearsal may begin, who may ask for one, and what is kept of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.bookings import services
from niangjia.bookings.models import Booking
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.bookings.rehearsed import Check, Rehearsal, RehearsalStatus
from niangjia.bookings.tests.factories import make_audience, make_buyer, make_offer
from niangjia.core.errors import InvalidInput, InvalidTransition, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.identity.tests.factories import make_cast
from niangjia.jobs.models import Job
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

NOW = timezone.now()
FIGURES = {"cores": 2, "settled_ms": 812, "wait_p99_ms": 640, "gone_ms": 101, "booked": 50, "safe_rate": 4_100}


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def plan(tree: Tree, **more: Any) -> Rehearsal:
    known: dict[str, Any] = {
        "programme_id": uuid7(), "organization": tree.unit, "title": "送温暖", "capacity": 50, "members": 300,
        "seconds": 2, "actor": None, "at": NOW,
    }  # fmt: skip
    return services.plan_rehearsal(**(known | more))


def opening(tree: Tree, minutes: float, *, booked: float | None = None, closed: bool = False, **more: Any) -> None:
    """An offer that opens in so many minutes; in it somebody booked so many minutes ago."""
    buyer = make_buyer(tree.unit)
    closes_at = NOW - timedelta(seconds=1) if closed else NOW + timedelta(days=1)
    moments = {"opens_at": NOW + timedelta(minutes=minutes), "closes_at": closes_at}
    offer = make_offer(tree.unit, make_audience(tree.unit, buyer.member), **(moments | more))
    if booked is not None:
        Booking.objects.create(
            offer=offer, member=buyer.member, number=1, organization=tree.unit, organization_path=tree.unit.path,
            booked_at=NOW - timedelta(minutes=booked),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "more", "possible_in"),
    [
        (31, {}, None),
        (29, {}, 39),
        (1, {}, 11),
        (-1, {}, 9),
        (-11, {}, None),
        (-60, {"booked": 1}, 9),
        (-60, {"booked": 9}, 1),
        (-60, {"booked": 11}, None),
        (-60, {"booked": 1, "closed": True}, None),
        (5, {"published": False}, None),
    ],
    ids=str,
)
def test_people_who_book_or_soon_will_come_before_a_rehearsal(
    tree: Tree, minutes: float, more: dict[str, Any], possible_in: float | None
) -> None:
    opening(tree, minutes, **more)
    if possible_in is None:
        assert plan(tree).status == RehearsalStatus.WAITING
        return
    with pytest.raises(services.RehearsalRefused) as refused:
        plan(tree)
    possible_at = datetime.fromisoformat(refused.value.context["possible_at"])
    assert possible_at == NOW + timedelta(minutes=possible_in)
    assert str(timezone.localtime(possible_at).minute).zfill(2) in str(refused.value)
    assert not Rehearsal.objects.exists()


def test_an_opening_anywhere_counts_for_it_is_one_machine(tree: Tree) -> None:
    opening(tree, 10)
    with pytest.raises(services.RehearsalRefused, match="2026 年送温暖"):
        plan(tree, organization=tree.elsewhere)


def test_only_who_offers_gifts_there_may_rehearse(tree: Tree) -> None:
    for who, user in make_cast(tree, MANAGE):
        if who in {"officer", "above"}:
            services.break_off_rehearsal(plan(tree, actor=user), at=NOW)
        else:
            with pytest.raises(NotPermitted):
                plan(tree, actor=user)
    assert Rehearsal.objects.count() == 2


@pytest.mark.parametrize("permission", [VIEW, MANAGE])
def test_results_are_seen_by_those_who_look_after_bookings_there(tree: Tree, permission: str) -> None:
    one = plan(tree)
    seen = {who: list(Rehearsal.objects.visible_to(user)) for who, user in make_cast(tree, permission)}
    assert seen == {"member": [], "officer": [one], "above": [one], "elsewhere": [], "nobody": []}


@pytest.mark.parametrize("size", [{"members": 0}, {"members": 200_001}, {"seconds": 1}, {"seconds": 121}], ids=str)
def test_its_size_has_bounds(tree: Tree, size: dict[str, int]) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan(tree, **size)
    assert [refused.value.field] == list(size)
    assert not Rehearsal.objects.exists()


def test_there_is_one_at_a_time_whoever_asks(tree: Tree) -> None:
    one = plan(tree)
    with pytest.raises(services.RehearsalUnderWay):
        plan(tree, organization=tree.elsewhere)
    services.break_off_rehearsal(one, at=NOW)
    assert plan(tree).status == RehearsalStatus.WAITING


def test_a_job_runs_it_and_its_starter_watches(tree: Tree) -> None:
    officer = make_cast(tree, MANAGE).officer
    known = {"programme_id": uuid7(), "organization": tree.unit, "title": "送温暖", "capacity": 50, "protected": 5}
    one = services.start_rehearsal(**known, members=300, seconds=2, result_url="/there/", actor=officer, at=NOW)
    job = Job.objects.visible_to(officer).get()
    assert (one.job, job.task, job.result_url, job.label) == (job, "ops.rehearse", "/there/", "“送温暖”开放演练")
    assert one.pieces == 45


def test_it_is_begun_once_and_ends_once(tree: Tree) -> None:
    one = services.begin_rehearsal(plan(tree))
    with pytest.raises(InvalidTransition):
        services.begin_rehearsal(one)
    done = services.finish_rehearsal(one, at=NOW, **FIGURES, faults=[])
    with pytest.raises(InvalidTransition):
        services.break_off_rehearsal(done, at=NOW)
    assert Rehearsal.objects.get().safe_rate == 4_100


def test_it_stands_in_the_history_with_what_came_out(tree: Tree) -> None:
    officer = make_cast(tree, MANAGE).officer
    fault = {"check": Check.STOCK, "expected": 50, "found": 49}
    services.finish_rehearsal(services.begin_rehearsal(plan(tree, actor=officer)), at=NOW, **FIGURES, faults=[fault])
    entries = Entry.objects.filter(action__startswith="bookings.rehearsal").order_by("id")
    assert [(entry.action.rpartition(".")[2], entry.actor_name) for entry in entries] == [
        ("start", "天桥干部"),
        ("finish", "天桥干部"),
    ]
    assert entries[1].data == {"safe_rate": 4_100, "settled_ms": 812, "faults": [fault]}


def test_one_that_is_done_has_its_figures(tree: Tree) -> None:
    one = plan(tree)
    with pytest.raises(IntegrityError, match="rehearsal_done_has_its_figures"), transaction.atomic():
        Rehearsal.objects.filter(pk=one.pk).update(status=RehearsalStatus.DONE)


@pytest.mark.parametrize(
    ("running", "minutes", "given_up"), [(True, 1, 1), (False, 1, 0), (False, 31, 1)], ids=["runs", "waits", "waited"]
)
def test_what_nobody_runs_any_more_is_given_up(tree: Tree, running: bool, minutes: int, given_up: int) -> None:
    one = plan(tree)
    if running:
        services.begin_rehearsal(one)
    assert services.give_up_lost(at=NOW + timedelta(minutes=minutes)) == given_up
    assert Rehearsal.objects.get().is_over == bool(given_up)


def test_it_says_in_words_what_came_out(tree: Tree) -> None:
    one = services.begin_rehearsal(plan(tree, capacity=1_250, protected=50, members=20_000))
    more = {"limit_ms": 200, "processes": 1, "connections": 256}
    done = services.finish_rehearsal(one, at=NOW, **(FIGURES | more))
    assert done.sentences() == [
        "本机每秒约可受理 4,100 人，其中 99% 的人在 0.2 秒内得到答复。",
        "1,200 份预计 0.2 秒内订完。",
        "20,000 人同时到来，全部得到答复约需 0.9 秒，这也是最长的等待。",
        "事后核对：没有人重复预订，没有超出份数，没有遗失任何一笔预订。",
    ]
    assert "在同一台机器上运行" in done.remark()


def test_a_fault_is_said_instead_of_the_all_clear(tree: Tree) -> None:
    one = services.begin_rehearsal(plan(tree))
    faults = [{"check": check.value, "expected": 2, "found": 1} for check in Check]
    done = services.finish_rehearsal(one, at=NOW, **FIGURES, limit_ms=200, faults=faults)
    assert not any("没有遗失" in sentence for sentence in done.sentences())
    assert len(set(done.faults_in_words())) == len(Check)
    assert "应为 2，实为 1" in done.faults_in_words()[0]
