"""The work list: who may give an employer to whom, what a talk is, and when it is won."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.coverage import queries, services
from niangjia.coverage.models import Employer
from niangjia.coverage.permissions import MANAGE, VIEW
from niangjia.coverage.worklist import Mood, Side, Talk, Task, TaskState
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast, person
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
RATE = "unionised-100"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def employer(tree: Tree) -> Employer:
    return services.create_employer(organization=tree.unit, name="青桐公司", workers=150, actor=None)


@pytest.fixture
def officer(tree: Tree) -> User:
    return holder(VIEW, MANAGE, at=tree.unit, name="周静宜")


def assign(employer: Employer, officer: User, **changes: Any) -> Task:
    fields: dict[str, Any] = {"indicator": RATE, "officer": officer, "due_on": timezone.localdate(), "actor": None}
    return services.assign_task(employer, **(fields | changes))


def talk(task: Task, **changes: Any) -> Talk:
    fields: dict[str, Any] = {
        "side": Side.EMPLOYER, "on": timezone.localdate(), "who": "人事经理", "mood": Mood.WILLING, "actor": None,
    }  # fmt: skip
    return services.record_talk(task, **(fields | changes))


def test_who_manages_the_employer_gives_it_to_an_officer(tree: Tree, employer: Employer, officer: User) -> None:
    done = set()
    for who, user in make_cast(tree, MANAGE):
        try:
            assign(employer, officer, actor=user)
            done.add(who)
            Task.objects.all().delete()
        except NotPermitted:
            assert not Task.objects.exists(), who
    assert done == {"officer", "above"}


def test_only_who_may_change_the_employer_is_an_officer_for_it(tree: Tree, employer: Employer, officer: User) -> None:
    above, elsewhere = holder(MANAGE, at=tree.district), holder(MANAGE, at=tree.sibling)
    reader = holder(VIEW, at=tree.unit)
    assert set(queries.officers(employer)) == {officer, above}
    for user in (elsewhere, reader, person()):
        with pytest.raises(InvalidInput) as refused:
            assign(employer, user)
        assert refused.value.field == "officer"
    assert not Task.objects.exists()


def covered(employer: Employer, tree: Tree) -> None:
    services.cover(employer, by=tree.primary, actor=None)


@pytest.mark.parametrize(
    ("case", "prepare", "changes"),
    [
        ("covered already", covered, {}),
        ("closed", lambda one, tree: services.close_employer(one, on=timezone.localdate(), actor=None), {}),
        ("an unknown rate", lambda one, tree: None, {"indicator": "nothing"}),
        ("a day that is over", lambda one, tree: None, {"due_on": timezone.localdate() - timedelta(days=1)}),
    ],
)
def test_what_cannot_be_worked_on_is_refused(
    tree: Tree, employer: Employer, officer: User, case: str, prepare: Callable[[Employer, Tree], Any], changes: Any
) -> None:
    prepare(employer, tree)
    with pytest.raises(DomainError):
        assign(employer, officer, **changes)
    assert not Task.objects.exists(), case


def test_an_employer_is_worked_on_once_for_a_rate(employer: Employer, officer: User) -> None:
    task = assign(employer, officer)
    with pytest.raises(DomainError):
        assign(employer, officer)
    assign(employer, officer, indicator="unionised-all")
    services.end_task(task, state=TaskState.GIVEN_UP, outcome="已迁出", actor=None)
    assert assign(employer, officer) != task


def test_the_officer_and_who_manages_the_employer_write_talks_down(
    tree: Tree, employer: Employer, officer: User
) -> None:
    task = assign(employer, officer)
    for who, user in [*make_cast(tree, VIEW, MANAGE), ("given", officer)]:
        if who in {"officer", "above", "given"}:
            talk(task, actor=user)
            continue
        with pytest.raises(NotPermitted):
            talk(task, actor=user)
    assert task.talks.count() == 3
    assert Entry.objects.filter(action="coverage.task.talk").count() == 3


@pytest.mark.parametrize(
    ("changes", "field"), [({"who": " "}, "who"), ({"on": timezone.localdate() + timedelta(days=1)}, "on")]
)
def test_a_talk_has_a_day_that_has_come_and_somebody(
    employer: Employer, officer: User, changes: dict[str, Any], field: str
) -> None:
    task = assign(employer, officer)
    with pytest.raises(InvalidInput) as refused:
        talk(task, **changes)
    assert (refused.value.field, Talk.objects.count()) == (field, 0)


def test_won_is_what_the_register_says(tree: Tree, employer: Employer, officer: User) -> None:
    task = assign(employer, officer)
    with pytest.raises(DomainError):
        services.end_task(task, state=TaskState.WON, outcome="", actor=officer)
    assert Task.objects.get().state == TaskState.OPEN
    covered(employer, tree)
    ended = services.end_task(task, state=TaskState.WON, outcome="已建会", actor=officer)
    assert (ended.state, ended.ended_on) == (TaskState.WON, timezone.localdate())
    with pytest.raises(DomainError):
        talk(task)
    with pytest.raises(DomainError):
        services.end_task(task, state=TaskState.GIVEN_UP, outcome="又不建了", actor=None)


def test_giving_up_wants_a_reason(employer: Employer, officer: User) -> None:
    task = assign(employer, officer)
    with pytest.raises(InvalidInput):
        services.end_task(task, state=TaskState.GIVEN_UP, outcome=" ", actor=None)
    assert Task.objects.get().state == TaskState.OPEN


def test_what_is_due_stands_in_the_officers_inbox(employer: Employer, officer: User) -> None:
    today = timezone.localdate()
    task = assign(employer, officer, due_on=today + timedelta(days=3))
    assert queries.due(officer, today) == []
    assert [item.count for item in queries.due(officer, today + timedelta(days=3))] == [1]
    assert queries.due(person(), today + timedelta(days=9)) == []
    services.end_task(task, state=TaskState.GIVEN_UP, outcome="已迁出", actor=None)
    assert queries.due(officer, today + timedelta(days=9)) == []


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_officer_is_given_an_employer_talks_and_ends_it(tree: Tree, employer: Employer, officer: User) -> None:
    client = client_of(officer)
    fields = {"indicator": RATE, "officer": officer.pk, "due_on": timezone.localdate()}
    assert client.post(reverse("coverage:task-new", args=[employer.pk]), fields).status_code == 302
    task = Task.objects.get()
    text = client.get(reverse("coverage:task", args=[task.pk])).content.decode()
    assert "用人单位一方" in text
    assert "职工一方" in text
    said = {"side": "workers", "on": timezone.localdate(), "who": "职工代表", "mood": "willing", "note": "愿意参加"}
    assert client.post(reverse("coverage:talk-new", args=[task.pk]), said).status_code == 302
    text = client.get(reverse("coverage:task", args=[task.pk])).content.decode()
    assert "愿意参加" in text
    end = reverse("coverage:task-end", args=[task.pk])
    assert client.post(end, {"state": "won"}).status_code == 422
    covered(employer, tree)
    assert client.post(end, {"state": "won"}).status_code == 302
    assert Task.objects.get().state == TaskState.WON


def test_the_list_says_what_is_overdue_and_costs_the_same_for_three_as_for_one(tree: Tree, officer: User) -> None:
    client, counts = client_of(officer), []
    for number in range(3):
        one = services.create_employer(organization=tree.unit, name=f"青桐{number}公司", actor=None)
        task = assign(one, officer)
        talk(task)
        if number == 1:
            continue
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("coverage:task-list")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    Task.objects.filter(employer__name="青桐0公司").update(due_on=timezone.localdate() - timedelta(days=1))
    assert "其中 1 家逾期" in client.get(reverse("coverage:task-list")).content.decode()
