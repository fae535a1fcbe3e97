"""Changing people and their membership."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.dispatch import Signal

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.members import services
from niangjia.members.models import LIVE_STATES, MEMBER_TRANSITIONS, Member, MemberState
from niangjia.members.permissions import CHANGE, REVEAL
from niangjia.members.services import AlreadyRegistered
from niangjia.members.signals import member_left, member_transferred
from niangjia.members.tests.factories import TODAY, make_id_number, make_member
from niangjia.org import services as org
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


class Ear:
    """Hears one signal for one test."""

    def __init__(self, signal: Signal) -> None:
        self.heard: list[dict[str, Any]] = []
        signal.connect(self._hear, weak=False, dispatch_uid=id(self))
        self._signal = signal

    def _hear(self, sender: object, **news: Any) -> None:
        self.heard.append({name: value for name, value in news.items() if name != "signal"})

    def close(self) -> None:
        self._signal.disconnect(dispatch_uid=id(self))


@pytest.fixture
def listen(request: pytest.FixtureRequest) -> Callable[[Signal], Ear]:
    def make(signal: Signal) -> Ear:
        ear = Ear(signal)
        request.addfinalizer(ear.close)
        return ear

    return make


def test_a_change_is_named_in_history_without_sealed_values() -> None:
    tree = make_tree()
    officer = holder(CHANGE, at=tree.unit)
    member = make_member(tree.unit, name="李红", phone="13900000001")
    changed = services.change_member(
        member, name="李虹", phone="13900000002", home_address="永安路1号", on=TODAY, actor=officer
    )
    changed = Member.objects.get(pk=changed.pk)
    assert (changed.name, changed.name_bigrams, changed.phone) == ("李虹", ["李虹"], "13900000002")
    assert changed.household is not None
    entry = Entry.objects.about(member).get(action="members.member.change")
    assert entry.data["name"] == ["李红", "李虹"]
    assert set(entry.data) == {"name", "phone", "household"}
    assert "13900000002" not in str(entry.data)


def test_a_new_id_number_brings_birth_date_and_sex() -> None:
    member = make_member(make_tree().unit)
    number = make_id_number(born=date(1999, 9, 9), sex="m")
    services.change_member(member, id_number=number, on=TODAY, actor=None)
    member = Member.objects.get(pk=member.pk)
    assert (member.birth_on, member.sex, member.id_tail) == (date(1999, 9, 9), "m", number[-4:])


def test_the_same_values_again_leave_no_history() -> None:
    member = make_member(make_tree().unit, phone="13900000001")
    services.change_member(
        member, phone="139 0000 0001", id_number=str(member.id_number), name="王小明", on=TODAY, actor=None
    )
    assert not Entry.objects.filter(action="members.member.change").exists()


def test_another_persons_id_number_is_refused() -> None:
    unit = make_tree().unit
    member, other = make_member(unit), make_member(unit)
    with pytest.raises(AlreadyRegistered):
        services.change_member(member, id_number=str(other.id_number), on=TODAY, actor=None)
    assert Member.objects.get(pk=member.pk).id_tail == member.id_tail


def test_only_those_who_may_change_the_person_do() -> None:
    tree = make_tree()
    member = make_member(tree.primary)
    for who, user in make_cast(tree, CHANGE, REVEAL):
        if who in {"officer", "above"}:
            assert services.change_member(member, name=f"改名{who}", on=TODAY, actor=user).name == f"改名{who}"
            assert services.reveal_member(member, reason="核对", actor=user)["id_number"] == member.id_number
            continue
        before = Entry.objects.count()
        attempts: list[Callable[[], object]] = [
            lambda: services.change_member(member, name="不行", on=TODAY, actor=user),  # noqa: B023
            lambda: services.change_state(member, MemberState.RETAINED, on=TODAY, reason="", actor=user),  # noqa: B023
            lambda: services.transfer_member(member, to=tree.sibling, on=TODAY, reason="", actor=user),  # noqa: B023
            lambda: services.reveal_member(member, reason="好奇", actor=user),  # noqa: B023
        ]
        for attempt in attempts:
            with pytest.raises(NotPermitted):
                attempt()
        assert Entry.objects.count() == before, who


@pytest.mark.parametrize(("before", "after"), list(product(MemberState, MemberState)))
def test_states_change_along_the_edges_only(before: MemberState, after: MemberState) -> None:
    member = make_member(make_tree().unit, state=before)
    if after in MEMBER_TRANSITIONS[before]:
        services.change_state(member, after, on=TODAY, reason="依章程", actor=None)
        assert Member.objects.get().state == after
        assert [(s.state, s.valid_from, s.valid_to) for s in member.memberships.all()] == [
            (before, date(2020, 3, 1), TODAY),
            (after, TODAY, None),
        ]
    else:
        with pytest.raises(InvalidTransition):
            services.change_state(member, after, on=TODAY, reason="", actor=None)
        assert Member.objects.get().state == before
        assert member.memberships.count() == 1


@pytest.mark.parametrize("after", sorted(MEMBER_TRANSITIONS[MemberState.ACTIVE]))
def test_who_leaves_is_announced_and_who_stays_is_not(after: MemberState, listen: Callable[[Signal], Ear]) -> None:
    ear = listen(member_left)
    member = make_member(make_tree().unit)
    services.change_state(member, after, on=TODAY, reason="", actor=None)
    assert [news["state"] for news in ear.heard] == ([] if after in LIVE_STATES else [after])


def test_a_transfer_closes_one_membership_and_opens_the_next(listen: Callable[[Signal], Ear]) -> None:
    tree = make_tree()
    officer = holder(CHANGE, at=tree.district)
    moved, left = listen(member_transferred), listen(member_left)
    member = make_member(tree.unit)
    services.transfer_member(member, to=tree.sibling, on=TODAY, reason="换了工作", actor=officer)
    member = Member.objects.get()
    assert (member.organization, member.organization_path) == (tree.sibling, tree.sibling.path)
    assert [(s.organization, s.valid_from, s.valid_to) for s in member.memberships.all()] == [
        (tree.unit, date(2020, 3, 1), TODAY),
        (tree.sibling, TODAY, None),
    ]
    assert moved.heard == [{"member": member, "origin": tree.unit, "destination": tree.sibling, "on": TODAY}]
    assert left.heard == []
    assert Entry.objects.get(action="members.member.transfer").data["destination"] == "BJ-XC-TRT"


def test_a_transfer_needs_the_right_at_both_ends() -> None:
    tree = make_tree()
    member = make_member(tree.unit)
    for actor in (holder(CHANGE, at=tree.unit), holder(CHANGE, at=tree.sibling)):
        with pytest.raises(NotPermitted):
            services.transfer_member(member, to=tree.sibling, on=TODAY, reason="", actor=actor)
    assert Member.objects.get().organization == tree.unit


def test_a_transfer_that_makes_no_sense_is_refused() -> None:
    tree = make_tree()
    member, gone = make_member(tree.unit), make_member(tree.unit, state=MemberState.WITHDRAWN)
    org.close_organization(tree.elsewhere, on=TODAY, actor=None)
    tree.elsewhere.refresh_from_db()
    cases: list[tuple[str, Member, Any, date]] = [
        ("to where she is", member, tree.unit, TODAY),
        ("to a closed union", member, tree.elsewhere, TODAY),
        ("of an ended membership", gone, tree.sibling, TODAY),
        ("before the membership began", member, tree.sibling, date(2020, 2, 29)),
    ]
    for case, who, to, on in cases:
        with pytest.raises(DomainError):
            services.transfer_member(who, to=to, on=on, reason="", actor=None)
        assert Member.objects.filter(organization=tree.unit).count() == 2, case


def test_moves_on_one_day_leave_no_overlap() -> None:
    tree = make_tree()
    member = make_member(tree.unit)
    for to in (tree.sibling, tree.unit, tree.sibling):
        services.transfer_member(member, to=to, on=TODAY, reason="", actor=None)
    services.transfer_member(member, to=tree.unit, on=TODAY + timedelta(days=1), reason="", actor=None)
    assert [s.organization for s in member.memberships.all() if s.holds_on(TODAY)] == [tree.sibling]


def test_a_look_at_the_full_number_needs_a_reason_and_is_recorded() -> None:
    tree = make_tree()
    officer = holder(REVEAL, at=tree.unit)
    member = make_member(tree.unit, phone="13900000007", home_address="永安路1号")
    with pytest.raises(InvalidInput):
        services.reveal_member(member, reason="  ", actor=officer)
    assert not Entry.objects.filter(action="members.member.reveal").exists()
    shown = services.reveal_member(member, reason="本人来电核对", actor=officer)
    assert shown == {"id_number": member.id_number, "phone": "13900000007", "address": "永安路1号"}
    entry = Entry.objects.get(action="members.member.reveal")
    assert (entry.actor_id, entry.data) == (officer.pk, {"reason": "本人来电核对"})
