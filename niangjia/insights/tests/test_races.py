"""Two at once, on connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from niangjia.core.errors import DomainError
from niangjia.identity.tests.factories import holder
from niangjia.insights import services
from niangjia.insights.models import Lock, Period, PeriodState
from niangjia.insights.permissions import APPROVE, REPORT
from niangjia.insights.tests.register import make_employer
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tree() -> Tree:
    tree = make_tree()
    make_employer(tree.unit, covered=True)
    return tree


def both(*acts: Callable[[], object]) -> list[str]:
    """What each came to when all began together."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            gate.wait(10)
            act()
        except DomainError:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_a_day_is_begun_once(tree: Tree) -> None:
    today, officer = timezone.localdate(), holder(REPORT, at=tree.unit)
    begin = lambda: services.open_period(tree.unit, today, actor=officer)  # noqa: E731 (the same, twice)
    assert both(begin, begin) == ["done", "refused"]
    assert Period.objects.count() == 1


def test_approved_or_given_back_but_not_both(tree: Tree) -> None:
    period = services.submit_period(services.open_period(tree.unit, timezone.localdate(), actor=None), actor=None)
    above = holder(APPROVE, at=tree.district)
    came = both(
        lambda: services.approve_period(period, actor=above),
        lambda: services.return_period(period, reason="有误", actor=above),
    )
    assert came == ["done", "refused"]
    period.refresh_from_db()
    locked = Lock.objects.filter(period=period).exists()
    assert locked == (period.state == PeriodState.APPROVED) == period.values.exists()


def test_one_correction_of_one_report(tree: Tree) -> None:
    period = services.submit_period(services.open_period(tree.unit, timezone.localdate(), actor=None), actor=None)
    period = services.approve_period(period, actor=None)
    correct = lambda: services.correct_period(period, reason="补登", actor=None)  # noqa: E731
    assert both(correct, correct) == ["done", "refused"]
    assert Period.objects.count() == 2
