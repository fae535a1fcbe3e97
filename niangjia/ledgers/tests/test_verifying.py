"""The watch over the stock: what differs is found, kept, shown, and settled when it agrees again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from niangjia.audit.models import Entry
from niangjia.core.ids import uuid7
from niangjia.ledgers import checks, queries
from niangjia.ledgers.checks import Difference
from niangjia.ledgers.models import StockFinding
from niangjia.ledgers.services import verify_stock

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
PURPOSE = uuid7()


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Difference]:
    """What the only check finds: a list that the test changes."""
    differences: list[Difference] = []

    def check() -> Iterator[Difference]:
        return iter(differences)

    monkeypatch.setattr(checks, "registered", {"tests.check": check})
    return differences


def difference(subject: str = "offer/booked") -> Difference:
    return Difference(
        subject, "送温暖：已预订份数。", expected=3, found=2, organization_path="a.b.", purpose_id=PURPOSE
    )


def test_a_difference_is_kept_once_and_settled_when_it_is_gone(found: list[Difference]) -> None:
    assert verify_stock(at=NOW) == []
    found.append(difference())
    for minute in range(3):
        assert verify_stock(at=NOW + timedelta(minutes=minute)) == found
    finding = StockFinding.objects.get()
    assert (finding.first_seen_at, finding.last_seen_at) == (NOW, NOW + timedelta(minutes=2))
    assert list(queries.findings(purpose_id=PURPOSE)) == [finding]
    assert list(queries.findings(purpose_id=uuid7())) == []
    found.clear()
    verify_stock(at=NOW + timedelta(hours=1))
    assert list(queries.findings()) == []
    finding.refresh_from_db()
    assert finding.settled_at == NOW + timedelta(hours=1)
    assert [entry.action for entry in Entry.objects.order_by("id")] == [
        "ledgers.finding.open",
        "ledgers.finding.settle",
    ]
    found.append(difference())
    verify_stock(at=NOW + timedelta(hours=2))
    assert StockFinding.objects.count() == 2


def test_the_command_says_what_differs_and_fails(found: list[Difference]) -> None:
    said = StringIO()
    call_command("stock", "verify", stdout=said)
    assert "1" in said.getvalue()
    found.append(difference())
    with pytest.raises(CommandError) as failed:
        call_command("stock", "verify", stdout=said)
    assert failed.value.returncode == 1
    assert "送温暖：已预订份数。" in said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_all_checks_look_at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one snapshot: what is committed between two checks is seen by neither."""
    levels: list[tuple[str, str]] = []

    def check() -> Iterator[Difference]:
        with connection.cursor() as cursor:
            for setting in ("transaction_isolation", "transaction_read_only"):
                cursor.execute(f"SHOW {setting}")
                levels.append((setting, cursor.fetchone()[0]))
        return iter(())

    monkeypatch.setattr(checks, "registered", {"tests.check": check})
    verify_stock(at=NOW)
    assert levels == [("transaction_isolation", "repeatable read"), ("transaction_read_only", "on")]
