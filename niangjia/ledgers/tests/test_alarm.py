"""A difference in the stock is found by itself every minute, and the officer cannot overlook it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from niangjia.audit.models import Entry
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.jobs.queue import put, run_waiting
from niangjia.ledgers import checks
from niangjia.ledgers.checks import Difference
from niangjia.ledgers.models import Account, StockEntry
from niangjia.ledgers.permissions import VIEW
from niangjia.ledgers.services import verify_stock
from niangjia.ledgers.tests.factories import make_item
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
ALARM = "库存账对不上"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def home(client: Client) -> str:
    return client.get("/staff/").content.decode()


def test_the_watch_runs_by_itself_once_a_minute() -> None:
    (periodic,) = [
        one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "ledgers.verify_stock"
    ]
    schedule = periodic.croniter
    schedule.set_current(NOW)
    assert [schedule.get_next(datetime) - NOW for _ in range(3)] == [timedelta(minutes=n) for n in (1, 2, 3)]


def test_a_row_written_past_the_services_is_alarmed_and_settled(tree: Tree) -> None:
    """A real fault, the real job, the officer's page and the history; then the row goes, and so does the alarm."""
    item = make_item(tree.unit, bought=3)
    client = Client()
    client.force_login(holder(VIEW, at=tree.unit))
    put("ledgers.verify_stock")
    run_waiting()
    assert ALARM not in home(client)
    wrong = StockEntry.objects.create(
        organization=tree.unit, organization_path=tree.unit.path, item=item, origin=Account.HELD,
        destination=Account.LOST, quantity=5, actor_name="x",
    )  # fmt: skip
    put("ledgers.verify_stock")
    run_waiting()
    page = home(client)
    assert page.index('role="alert"') < page.index(ALARM) < page.index("干果礼盒：“在库”为 -2。应为 0，实为 -2。")
    assert Entry.objects.filter(action="ledgers.finding.open").count() == 1
    wrong.delete()
    put("ledgers.verify_stock")
    run_waiting()
    assert ALARM not in home(client)
    assert Entry.objects.filter(action="ledgers.finding.settle").count() == 1


@pytest.fixture
def differing(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> list[Difference]:
    """What the only check finds: a list that the test fills."""
    found: list[Difference] = []

    def check() -> Iterator[Difference]:
        return iter(found)

    monkeypatch.setattr(checks, "registered", {"tests.check": check})
    return found


def difference(number: int, tree: Tree) -> Difference:
    return Difference(f"offer-{number}/booked", f"第 {number} 号不符。", 3, 2, tree.unit.path)


def test_the_alarm_is_for_whoever_sees_that_stock(tree: Tree, differing: list[Difference]) -> None:
    differing.append(difference(1, tree))
    verify_stock(at=NOW)
    seen = {}
    for who, user in make_cast(tree, VIEW):
        client = Client()
        client.force_login(user)
        seen[who] = ALARM in home(client)
    assert seen == {"member": False, "officer": True, "above": True, "elsewhere": False, "nobody": False}


def test_many_differences_ask_no_more_of_the_page_than_one(tree: Tree, differing: list[Difference]) -> None:
    client = Client()
    client.force_login(holder(VIEW, at=tree.unit))
    asked = []
    for count in (1, 3, 7):
        differing[:] = [difference(number, tree) for number in range(count)]
        verify_stock(at=NOW)
        with CaptureQueriesContext(connection) as queries:
            page = home(client)
        asked.append(len(queries))
        assert page.count("号不符。") == min(count, 5)
        assert ("还有其他差异" in page) == (count > 5)
    assert len(set(asked)) == 1
