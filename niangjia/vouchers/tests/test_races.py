"""Two helpers scan the same code at the same moment: one hands over. The controls take the guards away."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections
from django.db.models import QuerySet

from niangjia.core import states
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import services, sources
from niangjia.vouchers.models import Redemption, Voucher
from niangjia.vouchers.tests.factories import KIND, Shelf

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
CONSTRAINT = "redemption_hands_over_once_and_undoes_once_per_turn"


@pytest.fixture
def voucher(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Voucher:
    shelf = Shelf(make_tree().unit)
    monkeypatch.setattr(sources, "registered", {KIND: shelf.resolve})
    return shelf.voucher()


def scan_twice(voucher: Voucher) -> list[Any]:
    """What both helpers get, started at once."""
    gate = threading.Barrier(2)
    found: list[Any] = [None, None]

    def scan(number: int) -> None:
        gate.wait(5)
        try:
            found[number] = services.redeem(voucher, actor=None, point=None, at=NOW)
        except (services.AlreadyRedeemed, IntegrityError) as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=scan, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(type(one).__name__ for one in found)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes the row locks away and lets both read before either writes."""

    def take_away() -> None:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
        gate = threading.Barrier(2)

        def meet(*arguments: Any, **more: Any) -> None:
            with suppress(threading.BrokenBarrierError):
                gate.wait(5)
            states.advance(*arguments, **more)

        monkeypatch.setattr("niangjia.vouchers.services.advance", meet)

    return take_away


def test_one_of_two_hands_over(voucher: Voucher) -> None:
    assert scan_twice(voucher) == ["AlreadyRedeemed", "Redemption"]
    assert Redemption.objects.count() == 1


def test_without_the_lock_the_constraint_still_holds(voucher: Voucher, unlocked: Callable[[], None]) -> None:
    unlocked()
    assert scan_twice(voucher) == ["IntegrityError", "Redemption"]
    assert Redemption.objects.count() == 1


def test_control_without_both_it_is_handed_over_twice(voucher: Voucher, unlocked: Callable[[], None]) -> None:
    unlocked()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE vouchers_redemption DROP CONSTRAINT {CONSTRAINT}")
    try:
        assert scan_twice(voucher) == ["Redemption", "Redemption"]
        assert Redemption.objects.count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE vouchers_redemption")
            cursor.execute(
                f"ALTER TABLE vouchers_redemption ADD CONSTRAINT {CONSTRAINT} UNIQUE (voucher_id, turn, kind)"
            )
