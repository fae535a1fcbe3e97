"""Reports: who may do what in which state, and that a locked figure stays, whoever tries."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast, person
from niangjia.insights import services
from niangjia.insights.models import Indicator, Lock, Period, PeriodState, PeriodValue
from niangjia.insights.permissions import APPROVE, REPORT, VIEW
from niangjia.insights.queries import periods
from niangjia.insights.rates import Share
from niangjia.insights.tests.register import cover, make_employer, recorded_on
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
LAST_YEAR = date(timezone.localdate().year - 1, 12, 31)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def made(tree: Tree, state: PeriodState) -> Period:
    period = services.open_period(tree.unit, timezone.localdate(), actor=None)
    if state != PeriodState.OPEN:
        period = services.submit_period(period, actor=None)
    return services.approve_period(period, actor=None) if state == PeriodState.APPROVED else period


VERBS: dict[str, Callable[[Period, User | None], Period]] = {
    "submit": lambda period, actor: services.submit_period(period, actor=actor),
    "approve": lambda period, actor: services.approve_period(period, actor=actor),
    "return": lambda period, actor: services.return_period(period, reason="人数有误", actor=actor),
    "correct": lambda period, actor: services.correct_period(period, reason="补登", actor=actor),
}
ALLOWED = {("submit", "open"), ("approve", "submitted"), ("return", "submitted"), ("correct", "approved")}


@pytest.mark.parametrize("state", PeriodState)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_fits_one_state(tree: Tree, verb: str, state: PeriodState) -> None:
    period = made(tree, state)
    before = (Period.objects.values().get(), PeriodValue.objects.count(), Entry.objects.count())
    if (verb, state.value) in ALLOWED:
        VERBS[verb](period, None)
        return
    with pytest.raises(DomainError):
        VERBS[verb](period, None)
    assert (Period.objects.values().get(), PeriodValue.objects.count(), Entry.objects.count()) == before


@pytest.mark.parametrize(
    ("verb", "state", "may"),
    [
        ("submit", PeriodState.OPEN, {"officer", "above"}),
        ("approve", PeriodState.SUBMITTED, {"above"}),
        ("return", PeriodState.SUBMITTED, {"above"}),
        ("correct", PeriodState.APPROVED, {"officer", "above"}),
    ],
)
def test_the_unit_reports_and_the_unit_above_approves(
    tree: Tree, verb: str, state: PeriodState, may: set[str]
) -> None:
    period = made(tree, state)
    found = set()
    for who, user in make_cast(tree, VIEW, REPORT, APPROVE):
        try:
            with transaction.atomic():
                VERBS[verb](period, user)
                found.add(who)
                transaction.set_rollback(True)
        except NotPermitted:
            pass
    assert found == may


def test_nobody_approves_what_she_submitted_herself(tree: Tree) -> None:
    above = holder(REPORT, APPROVE, at=tree.district)
    period = services.submit_period(services.open_period(tree.unit, LAST_YEAR, actor=above), actor=above)
    with pytest.raises(NotPermitted):
        services.approve_period(period, actor=above)
    assert not periods.may_approve(above, period)
    colleague = holder(APPROVE, at=tree.district)
    assert periods.may_approve(colleague, period)
    assert services.approve_period(period, actor=colleague).state == PeriodState.APPROVED


def test_at_the_root_a_colleague_approves(tree: Tree) -> None:
    one, other = holder(REPORT, APPROVE, at=tree.city), holder(APPROVE, at=tree.city)
    period = services.submit_period(services.open_period(tree.city, LAST_YEAR, actor=one), actor=one)
    with pytest.raises(NotPermitted):
        services.approve_period(period, actor=one)
    assert list(periods.approvable(other)) == [period]
    services.approve_period(period, actor=other)


def test_a_day_to_come_is_not_reported_and_none_twice(tree: Tree) -> None:
    with pytest.raises(InvalidInput):
        services.open_period(tree.unit, timezone.localdate() + timedelta(days=1), actor=None)
    made(tree, PeriodState.APPROVED)
    with pytest.raises(InvalidInput):
        services.open_period(tree.unit, timezone.localdate(), actor=None)
    assert Period.objects.count() == 1


def test_last_years_record_is_corrected_and_both_figures_stand(tree: Tree) -> None:
    """The locked figure, the same read again by what was known then, and the corrected one."""
    then = LAST_YEAR + timedelta(days=5)
    with recorded_on(LAST_YEAR - timedelta(days=100)):
        late = make_employer(tree.unit, on=LAST_YEAR - timedelta(days=100))
        make_employer(tree.unit, covered=True, on=LAST_YEAR - timedelta(days=100))
    with recorded_on(then):
        period = services.submit_period(services.open_period(tree.unit, LAST_YEAR, actor=None), actor=None)
        period = services.approve_period(period, actor=None)
    cover(late, tree.unit, on=LAST_YEAR - timedelta(days=30))
    found = {one.name: one for one in periods.reported(period)}["百人以上企业建会率"]
    assert (found.kept, found.then, found.since) == (Share(1, 2), Share(1, 2), Share(2, 2))
    assert found.differs
    correction = services.correct_period(period, reason="12月建会补登", actor=None)
    correction = services.submit_period(correction, actor=None)
    told = {one.name: one for one in periods.reported(correction)}["百人以上企业建会率"]
    assert (told.before, told.kept, told.differs) == (Share(1, 2), Share(2, 2), False)
    assert (correction.version, correction.supersedes, correction.ends_on) == (2, period, LAST_YEAR)
    assert period.values.get(indicator__code="unionised-100").counted == 1


def test_a_report_keeps_the_definition_it_was_read_with(tree: Tree) -> None:
    make_employer(tree.unit, workers=30)
    period = made(tree, PeriodState.APPROVED)
    indicator = Indicator.objects.get(code="unionised-25")
    narrower = {"subject": "employer", "of": "number", "where": {"size": [3, 4]}}
    services.change_indicator(
        indicator, numerator={**narrower, "where": {"size": [3, 4], "state": [1, 2]}}, denominator=narrower, actor=None
    )
    value = period.values.get(indicator=indicator)
    assert (value.version, value.over, value.denominator) == (1, 1, indicator.denominator)
    [found] = [one for one in periods.reported(period) if one.name == value.name]
    assert found.since == Share(0, 1)


def written(statement: str) -> int:
    """Somebody writes past the services; how many rows she reached."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        reached = int(cursor.rowcount)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return reached


@pytest.mark.parametrize(
    ("case", "statement"),
    [
        ("the figure", "UPDATE insights_periodvalue SET counted = counted + 1"),
        ("its denominator", "UPDATE insights_periodvalue SET over = 7"),
        ("its definition", "UPDATE insights_periodvalue SET denominator = '{}'"),
        ("its measure", "UPDATE insights_periodvalue SET measure = '别的'"),
        ("the figure removed", "DELETE FROM insights_periodvalue"),
        ("the period opened", "UPDATE insights_period SET state = 'open', known_at = NULL, approved_at = NULL"),
        ("the period given back", "UPDATE insights_period SET state = 'submitted', approved_at = NULL"),
        ("a lock for another figure", "UPDATE insights_lock SET digest = 'x'"),
    ],
)
def test_the_database_holds_what_is_locked(tree: Tree, case: str, statement: str) -> None:
    made(tree, PeriodState.APPROVED)
    before = list(PeriodValue.objects.values_list("counted", "over", "measure"))
    with pytest.raises(IntegrityError), transaction.atomic():
        written(statement)
    assert list(PeriodValue.objects.values_list("counted", "over", "measure")) == before, case
    assert Period.objects.get().state == PeriodState.APPROVED


def test_before_it_is_locked_the_same_statement_goes_through(tree: Tree) -> None:
    """The control: without locks the statements above change figures."""
    made(tree, PeriodState.SUBMITTED)
    assert written("UPDATE insights_periodvalue SET counted = counted + 1") == Indicator.objects.count()
    assert not Lock.objects.exists()


def test_who_may_approve_finds_it_in_the_inbox(tree: Tree) -> None:
    made(tree, PeriodState.SUBMITTED)
    above, officer = holder(APPROVE, at=tree.district), holder(APPROVE, at=tree.unit)
    assert [item.count for item in periods.waiting(above)] == [1]
    assert periods.waiting(officer) == []
    assert periods.waiting(person()) == []


def test_what_was_returned_is_read_anew(tree: Tree) -> None:
    period = made(tree, PeriodState.SUBMITTED)
    period = services.return_period(period, reason="漏报一家", actor=None)
    assert (period.state, period.values.count(), period.known_at) == (PeriodState.OPEN, 0, None)
    make_employer(tree.unit, covered=True)
    values: Any = services.submit_period(period, actor=None).values
    assert values.get(indicator__code="unionised-100").counted == 1


def test_a_reason_is_asked_for(tree: Tree) -> None:
    period = made(tree, PeriodState.APPROVED)
    with pytest.raises(InvalidInput):
        services.correct_period(period, reason=" ", actor=None)
    with pytest.raises(InvalidTransition):
        services.submit_period(period, actor=None)
    services.correct_period(period, reason="补登", actor=None)
    with pytest.raises(DomainError):
        services.correct_period(period, reason="再补登", actor=None)
    assert Period.objects.count() == 2
