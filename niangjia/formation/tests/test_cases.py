"""Who may do what with a case, in which state; what is refused changes nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidTransition, NotPermitted
from niangjia.formation import queries, services
from niangjia.formation.models import CASE_TRANSITIONS, CaseStatus, Election, Founding, Post, Renewal, Term
from niangjia.formation.permissions import APPROVE, MANAGE, VIEW
from niangjia.formation.tests.acts import BY_ABOVE, FOUNDING, LATER, RENEWAL, renewal_at, state
from niangjia.formation.tests.factories import (
    DAY,
    EVERYTHING,
    founding_at,
    make_founding,
    make_renewal,
    make_term,
    plan,
    proposal,
)
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.notices.models import Message
from niangjia.org import services as units
from niangjia.org.tests.factories import Tree, make_organization, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


# States -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", CaseStatus)
def test_a_founding_walks_only_the_drawn_edges(status: CaseStatus, tree: Tree) -> None:
    case = founding_at(status, tree.unit)
    for verb, (goal, act) in FOUNDING.items():
        before = state()
        if goal in CASE_TRANSITIONS[status]:
            with transaction.atomic():
                act(case, None)
                assert Founding.objects.get().status == goal, verb
                transaction.set_rollback(True)
        else:
            with pytest.raises(InvalidTransition):
                act(case, None)
        assert state() == before, verb


@pytest.mark.parametrize("status", [one for one in CaseStatus if one not in {"talks", "registered"}])
def test_a_re_election_walks_only_the_drawn_edges(status: CaseStatus, tree: Tree) -> None:
    case = renewal_at(status, tree.primary)
    for verb, (goal, act) in RENEWAL.items():
        before = state()
        if goal in CASE_TRANSITIONS[status]:
            with transaction.atomic():
                act(case, None)
                assert Renewal.objects.get().status == goal, verb
                transaction.set_rollback(True)
        else:
            with pytest.raises(InvalidTransition):
                act(case, None)
        assert state() == before, verb


# Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", FOUNDING)
def test_only_those_who_may_take_a_step_of_a_founding(verb: str, tree: Tree) -> None:
    goal, act = FOUNDING[verb]
    start = next(status for status in CaseStatus if goal in CASE_TRANSITIONS[status])
    case = founding_at(start, tree.unit)
    cast = make_cast(tree, *EVERYTHING)
    others = {
        "member": cast.member,
        "elsewhere": cast.elsewhere,
        "nobody": cast.nobody,
        "below": holder(*EVERYTHING, at=tree.primary),
        "with the other right": holder(VIEW, MANAGE if verb in BY_ABOVE else APPROVE, "org.manage", at=tree.unit),
    }
    for who, user in others.items():
        before = state()
        with pytest.raises(NotPermitted):
            act(case, user)
        assert state() == before, who
    act(case, cast.above)
    assert Founding.objects.get().status == goal


@pytest.mark.parametrize("verb", RENEWAL)
def test_the_union_itself_never_decides_on_its_own_re_election(verb: str, tree: Tree) -> None:
    goal, act = RENEWAL[verb]
    start = next(status for status in CaseStatus if goal in CASE_TRANSITIONS[status] and status != "talks")
    case = renewal_at(start, tree.primary)
    own, above = holder(*EVERYTHING, at=tree.primary), holder(*EVERYTHING, at=tree.unit)
    for who in (holder(*EVERYTHING, at=tree.sibling), *([own] if verb in BY_ABOVE else [])):
        before = state()
        with pytest.raises(NotPermitted):
            act(case, who)
        assert state() == before
    act(case, above if verb in BY_ABOVE else own)
    assert Renewal.objects.get().status == goal


def test_a_union_enters_the_tree_only_by_somebody_who_may_enter_units(tree: Tree) -> None:
    case, approver = founding_at("reported", tree.unit), holder(VIEW, APPROVE, at=tree.unit)
    before = state()
    with pytest.raises(NotPermitted):
        services.confirm_founding(case, on=LATER, actor=approver)
    assert state() == before


def test_cases_are_seen_where_they_are_kept_and_above(tree: Tree) -> None:
    founding, renewal = make_founding(tree.unit), make_renewal(make_term(tree.primary))
    cast = make_cast(tree, VIEW)
    seen = {
        who: (list(Founding.objects.visible_to(user)), list(Renewal.objects.visible_to(user))) for who, user in cast
    }
    assert seen["officer"] == seen["above"] == ([founding], [renewal])
    assert seen["member"] == seen["elsewhere"] == seen["nobody"] == ([], [])


# What a step does -------------------------------------------------------------------------------------------------
def test_an_approved_result_makes_the_unit_its_officers_and_its_term(tree: Tree) -> None:
    officer = holder(*EVERYTHING, at=tree.unit, name="天桥干部")
    case = founding_at("confirmed", tree.unit, actor=officer)
    unit, term = case.unit, Term.objects.get()
    assert unit
    assert (unit.parent, unit.name, unit.code, unit.kind, unit.opened_on) == (
        tree.unit, case.name, case.code, "single", LATER,
    )  # fmt: skip
    held = DAY + timedelta(days=30)
    assert (term.organization, term.starts_on, term.until, term.due_on) == (
        unit, held, held.replace(year=2029), held.replace(year=2029),
    )  # fmt: skip
    assert [(post.kind, post.name, post.valid_from) for post in term.posts.all()][:2] == [
        ("chair", "李主席", held), ("vice_chair", "王副主席", held),
    ]  # fmt: skip
    assert not Post.objects.filter(name="孙落选").exists()
    assert Entry.objects.filter(action="org.organization.create", target_id=unit.pk, actor_id=officer.pk).exists()


def test_the_next_term_ends_the_one_before_with_its_posts(tree: Tree) -> None:
    old = make_term(tree.primary)
    renewal = make_renewal(old)
    for verb in ("approve", "elect", "report", "confirm"):
        RENEWAL[verb][1](renewal, None)
    old.refresh_from_db()
    new = queries.running_term(tree.primary)
    assert new
    assert (old.ended_on, new.starts_on) == (DAY + timedelta(days=30),) * 2
    assert set(old.posts.values_list("valid_to", flat=True)) == {new.starts_on}
    assert set(new.posts.values_list("valid_to", flat=True)) == {None}


def test_an_election_is_written_down_again_until_it_is_reported(tree: Tree) -> None:
    case = founding_at("elected", tree.unit)
    services.record_election(case, plan=plan(attending=41, candidates=[*plan().candidates[:3]]), on=LATER, actor=None)
    election = Election.objects.get()
    assert (election.attending, election.candidates.count()) == (41, 3)


def test_a_refused_application_is_mended_and_filed_again(tree: Tree) -> None:
    case = founding_at("refused", tree.unit)
    assert case.decision == "材料不全"
    services.change_founding(case, proposal=proposal(workers=70), actor=None)
    services.apply_founding(case, on=LATER, actor=None)
    services.approve_case(case, on=LATER, actor=None)
    case.refresh_from_db()
    assert (case.workers, case.applied_on, case.decision) == (70, LATER, "")
    with pytest.raises(services.ProposalFixed):
        services.change_founding(case, proposal=proposal(), actor=None)
    with pytest.raises(services.ProposalFixed):
        services.add_talk(case, side="workers", on=DAY, who="x", outcome="agrees", actor=None)


def test_letters_go_to_who_decides_and_come_back_to_who_keeps_the_case(tree: Tree) -> None:
    own = holder(VIEW, MANAGE, at=tree.primary)
    above = holder(VIEW, APPROVE, at=tree.unit)
    holder(VIEW, APPROVE, at=tree.district)
    renewal = make_renewal(make_term(tree.primary))
    assert list(Message.objects.values_list("user", flat=True)) == [above.pk]
    services.refuse_case(renewal, reason="请先审计", on=DAY, actor=above)
    letter = Message.objects.get(user=own)
    assert (letter.body, letter.link) == ("请先审计", f"/staff/formation/renewals/{renewal.pk}/")


def test_a_unit_with_a_case_under_way_stays_open(tree: Tree) -> None:
    make_founding(tree.sibling)
    with pytest.raises(units.StillNeeded, match="1 项建会或换届正在办理"):
        units.close_organization(tree.sibling, on=DAY, actor=None)


def test_cases_follow_the_unit_that_moves(tree: Tree) -> None:
    term = make_term(tree.primary)
    units.move_organization(tree.primary, to=tree.sibling, actor=None)
    term.refresh_from_db()
    tree.primary.refresh_from_db()
    assert term.organization_path == tree.primary.path
    assert set(Post.objects.values_list("organization_path", flat=True)) == {tree.primary.path}


def test_lists_ask_as_often_for_three_rows_as_for_one(tree: Tree) -> None:
    officer = holder(*EVERYTHING, at=tree.unit)
    make_founding(tree.unit)

    def asked() -> int:
        with connection.execute_wrapper(counter := _Counter()):
            [queries.next_by(case) for case in queries.waiting_foundings(officer)]
            [queries.next_by(case) for case in queries.waiting_renewals(officer)]
        return counter.count

    make_renewal(make_term(tree.primary))
    asked()  # what the officer may do is read once
    one = asked()
    for _number in range(2):
        make_founding(tree.unit)
        make_renewal(make_term(make_organization(tree.unit)))
    assert asked() == one


class _Counter:
    count = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)
