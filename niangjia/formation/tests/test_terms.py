"""Terms and posts, the reminder, the postponement, the day that the union above sets."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.formation import queries, services
from niangjia.formation.models import Post, PostKind, Postponement, Renewal, RuleName, Term
from niangjia.formation.permissions import APPROVE, MANAGE, VIEW
from niangjia.formation.services import Band, PostPlan
from niangjia.formation.tests.factories import DAY, EVERYTHING, make_renewal, make_term
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.jobs.queue import functions
from niangjia.members.tests.factories import make_member
from niangjia.notices.models import Message
from niangjia.org import services as units
from niangjia.org.tests.factories import Tree, make_organization, make_tree
from niangjia.papers.models import Paper

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 3, 1)  # the end of the term that the factory makes


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


ACTS: dict[str, Callable[[Tree, Term, Actor | None], object]] = {
    "request": lambda t, term, a: services.request_renewal(term, planned_on=DAY, on=DAY, actor=a),
    "post": lambda t, term, a: services.add_post(
        term, plan=PostPlan(kind="member", name="新委员"), valid_from=DAY, actor=a
    ),
    "leave": lambda t, term, a: services.end_post(term.posts.all()[0], on=DAY, reason="退休", actor=a),
    "postpone": lambda t, term, a: services.ask_postponement(
        term, until=date(2026, 8, 1), reason="搬迁", on=DAY, actor=a
    ),
    "record": lambda t, term, a: services.record_term(t.sibling, starts_on=DAY, years=5, posts=[], on=DAY, actor=a),
    "deadline": lambda t, term, a: services.set_deadline(term, deadline=date(2026, 9, 1), on=DAY, actor=a),
}


def state() -> tuple[Any, ...]:
    counts = tuple(model._default_manager.count() for model in (Term, Post, Renewal, Postponement, Paper, Message))
    return (
        *counts,
        list(Term.objects.order_by("pk").values_list("deadline_on", "due_on")),
        list(Post.objects.order_by("pk").values_list("valid_to", flat=True)),
    )


@pytest.mark.parametrize("verb", ACTS)
def test_a_refused_actor_changes_nothing(verb: str, tree: Tree) -> None:
    term = make_term(tree.primary)
    cast = make_cast(tree, *EVERYTHING)
    own, reader = holder(*EVERYTHING, at=tree.primary), holder(VIEW, at=tree.district)
    refused = [cast.member, cast.nobody, cast.elsewhere, reader, *([own] if verb in {"deadline", "record"} else [])]
    before = state()
    for user in refused:
        with pytest.raises(NotPermitted):
            ACTS[verb](tree, term, user)
        assert state() == before
    ACTS[verb](tree, term, cast.above)
    assert state() != before


# Terms and posts --------------------------------------------------------------------------------------------------
def test_a_union_has_one_running_term(tree: Tree) -> None:
    make_term(tree.primary)
    with pytest.raises(services.TermRunning):
        make_term(tree.primary)
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(
            organization=tree.primary, organization_path=tree.primary.path, starts_on=DAY, years=3,
            until=DAY + timedelta(days=9), due_on=DAY + timedelta(days=9),
        )  # fmt: skip
    with pytest.raises(InvalidInput):
        services.record_term(tree.sibling, starts_on=DAY, years=3, posts=[], on=DAY - timedelta(days=1), actor=None)


def test_a_term_begins_with_one_chair(tree: Tree) -> None:
    two = [PostPlan(kind=PostKind.CHAIR, name=name) for name in ("甲", "乙")]
    with pytest.raises(InvalidInput) as refused:
        services.record_term(tree.primary, starts_on=DAY, years=3, posts=two, on=DAY, actor=None)
    assert refused.value.field == "posts"
    assert not Term.objects.exists()


def test_a_name_that_one_member_has_is_linked_to_her(tree: Tree) -> None:
    known = make_member(tree.primary, name="何主席")
    for _twice in range(2):
        make_member(tree.primary, name="吕委员")
    make_member(tree.sibling, name="何主席")
    term = make_term(tree.primary)
    assert dict(term.posts.values_list("name", "member")) == {"何主席": known.pk, "吕委员": None}


def test_there_is_one_chair_at_a_time(tree: Tree) -> None:
    term = make_term(tree.primary)
    chair = term.posts.get(kind=PostKind.CHAIR)
    plan = PostPlan(kind=PostKind.CHAIR, name="新主席")
    with pytest.raises(InvalidInput) as refused:
        services.add_post(term, plan=plan, valid_from=DAY, actor=None)
    assert refused.value.field == "kind"
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            organization=term.organization, organization_path=term.organization_path, term=term,
            kind=PostKind.CHAIR, name="新主席", valid_from=DAY,
        )  # fmt: skip
    services.end_post(chair, on=DAY, reason="调离", actor=None)
    services.add_post(term, plan=plan, valid_from=DAY, actor=None)
    on = {day: [post.name for post in Post.objects.on(day).filter(kind="chair")] for day in (date(2025, 1, 1), DAY)}
    assert on == {date(2025, 1, 1): ["何主席"], DAY: ["新主席"]}
    with pytest.raises(DomainError):
        services.end_post(chair, on=DAY, reason="再次", actor=None)


def test_a_post_is_left_after_it_was_taken_and_with_reasons(tree: Tree) -> None:
    post = make_term(tree.primary).posts.all()[0]
    for on, reason in ((date(2020, 1, 1), "调离"), (DAY, " ")):
        with pytest.raises(InvalidInput):
            services.end_post(post, on=on, reason=reason, actor=None)
    assert Post.objects.get(pk=post.pk).valid_to is None


# The reminder -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("case", "before", "told"), [("91 days before", 91, 0), ("90 days before", 90, 1), ("long overdue", -400, 1)]
)
def test_the_reminder_goes_out_in_time(case: str, before: int, told: int, tree: Tree) -> None:
    make_term(tree.primary)
    officer = holder(VIEW, MANAGE, at=tree.primary)
    assert services.remind_terms(on=UNTIL - timedelta(days=before)) == told, case
    assert Message.objects.filter(user=officer).count() == told


def test_it_goes_out_once_and_again_after_a_postponement(tree: Tree) -> None:
    term = make_term(tree.primary)
    holder(VIEW, MANAGE, at=tree.primary)
    assert [services.remind_terms(on=UNTIL) for _twice in range(2)] == [1, 0]
    asked = services.ask_postponement(term, until=date(2026, 8, 1), reason="搬迁", on=UNTIL, actor=None)
    services.decide_postponement(asked, grant=True, on=UNTIL, actor=None)
    assert [services.remind_terms(on=day) for day in (UNTIL, date(2026, 7, 1))] == [0, 1]


def test_who_is_at_it_or_closed_is_not_reminded(tree: Tree) -> None:
    make_renewal(make_term(tree.primary))
    closed = make_organization(tree.sibling)
    make_term(closed)
    units.close_organization(closed, on=date(2026, 1, 1), actor=None)
    assert services.remind_terms(on=UNTIL) == 0


def test_the_days_are_those_of_the_rule(tree: Tree) -> None:
    make_term(tree.primary)
    day = UNTIL - timedelta(days=120)
    services.set_rule(RuleName.REMIND_DAYS, [Band(least=180)], valid_from=day, source="市总通知", actor=None)
    assert [services.remind_terms(on=day - timedelta(days=1)), services.remind_terms(on=day)] == [0, 1]


def test_the_job_reminds(tree: Tree) -> None:
    term = make_term(tree.primary, starts_on=date(2020, 1, 1))
    functions["formation.remind"]()
    term.refresh_from_db()
    assert term.reminded_on


# Postponement and deadline ----------------------------------------------------------------------------------------
def test_a_granted_postponement_moves_the_day_and_a_denied_one_does_not(tree: Tree) -> None:
    for unit, grant, due in ((tree.primary, True, date(2026, 8, 1)), (make_organization(tree.unit), False, UNTIL)):
        term = make_term(unit)
        asked = services.ask_postponement(term, until=date(2026, 8, 1), reason="搬迁", on=DAY, actor=None)
        with pytest.raises(DomainError):
            services.ask_postponement(term, until=date(2026, 9, 1), reason="再次", on=DAY, actor=None)
        services.decide_postponement(asked, grant=grant, reason="" if grant else "不足", on=DAY, actor=None)
        term.refresh_from_db()
        assert (term.until, term.due_on) == (UNTIL, due)
        with pytest.raises(InvalidTransition):
            services.decide_postponement(asked, grant=True, on=DAY, actor=None)


def test_only_the_union_above_decides_on_a_postponement(tree: Tree) -> None:
    asked = services.ask_postponement(
        make_term(tree.primary), until=date(2026, 8, 1), reason="搬迁", on=DAY, actor=None
    )
    own, keeper = holder(*EVERYTHING, at=tree.primary), holder(VIEW, MANAGE, at=tree.unit)
    before = state()
    for user in (own, keeper, holder(*EVERYTHING, at=tree.sibling)):
        with pytest.raises(NotPermitted):
            services.decide_postponement(asked, grant=True, on=DAY, actor=user)
    with pytest.raises(InvalidInput) as refused:
        services.decide_postponement(asked, grant=False, reason=" ", on=DAY, actor=None)
    assert refused.value.field == "reason"
    assert state() == before
    services.decide_postponement(asked, grant=True, on=DAY, actor=holder(VIEW, APPROVE, at=tree.unit))


def test_the_longest_overdue_stand_first_and_closed_units_nowhere(tree: Tree) -> None:
    late, later = make_term(tree.primary), make_term(make_organization(tree.unit), starts_on=date(2021, 1, 1))
    make_term(make_organization(tree.unit), starts_on=date(2026, 1, 1))
    closed = make_organization(tree.unit)
    make_term(closed, starts_on=date(2020, 1, 1))
    units.close_organization(closed, on=date(2026, 1, 2), actor=None)
    assert list(queries.by_due_day(Term.objects.overdue(DAY))) == [later, late]


def test_a_day_is_set_once_the_re_election_is_overdue(tree: Tree) -> None:
    term = make_term(tree.primary)
    with pytest.raises(DomainError) as early:
        services.set_deadline(term, deadline=date(2026, 6, 1), on=UNTIL - timedelta(days=1), actor=None)
    assert early.value.code == "not-overdue"
    with pytest.raises(InvalidInput):
        services.set_deadline(term, deadline=DAY, on=DAY, actor=None)
    services.set_deadline(term, deadline=date(2026, 6, 1), on=DAY, actor=None)
    term.refresh_from_db()
    assert term.deadline_on == date(2026, 6, 1)
