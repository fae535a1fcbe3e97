"""Races with real connections. Each has a control: with the guard taken away the same test must see the fault."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from niangjia.bookings import passes, services
from niangjia.bookings.models import Booking, Offer, OfferStock
from niangjia.bookings.queries import differences
from niangjia.bookings.tests.client import LaneClient
from niangjia.bookings.tests.factories import list_people, make_audience, make_offer
from niangjia.bookings.tests.races import scratch, together
from niangjia.core import states
from niangjia.core.errors import DomainError
from niangjia.core.ids import uuid7
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import services as vouchers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit(transactional_db: None) -> Organization:
    return make_tree().unit


def crowd(unit: Organization, count: int, capacity: int) -> tuple[Offer, list[UUID]]:
    people = [uuid7() for _ in range(count)]
    audience = make_audience(unit)
    list_people(audience, people, path=unit.path)
    return make_offer(unit, audience, capacity=capacity), people


def token(offer: Offer, member: UUID) -> str:
    return passes.sign(member, offer.pk, epoch=0, expires=4_000_000_000)


def sound(offer: Offer, taken: int) -> bool:
    rows = list(Booking.objects.filter(offer=offer).order_by("number"))
    return (
        [row.number for row in rows] == list(range(1, taken + 1))
        and len({row.member_id for row in rows}) == taken
        and list(differences()) == []
    )


# Many buyers, few pieces -----------------------------------------------------------------------------------------
def storm_of_batches(unit: Organization, **guards: bool) -> tuple[int, int, int]:
    """How many rows, distinct numbers and distinct members come of eight connections that want six times too much."""
    offer, people = crowd(unit, 60, 10)
    with scratch(**guards) as copy:
        parts = [people[n : n + 6] for n in range(0, 48, 6)]
        together([lambda part=part: copy.book(offer.pk, part) for part in parts])  # type: ignore[misc]
        rows = copy.rows()
    return len(rows), len({number for number, _ in rows}), len({member for _, member in rows})


def test_no_more_is_booked_than_there_is(unit: Organization) -> None:
    assert storm_of_batches(unit) == (10, 10, 10)


def test_the_lock_alone_suffices(unit: Organization) -> None:
    assert storm_of_batches(unit, constraints=False) == (10, 10, 10)


def test_the_constraints_alone_suffice(unit: Organization) -> None:
    """Without the lock calls fail and are rolled back, but nothing wrong is stored."""
    rows, numbers, members = storm_of_batches(unit, lock=False)
    assert rows == numbers == members <= 10


def test_control_without_both_too_much_is_booked(unit: Organization) -> None:
    rows, numbers, _members = storm_of_batches(unit, lock=False, constraints=False)
    assert rows > 10
    assert numbers < rows


# One member at many doors ----------------------------------------------------------------------------------------
def double_submit(unit: Organization, **guards: bool) -> tuple[int, Counter[Any]]:
    offer, (member,) = crowd(unit, 1, 10)
    with scratch(**guards) as copy:
        answers = together([lambda: copy.book(offer.pk, [member])] * 8)
        return len(copy.rows()), Counter(a[0] if isinstance(a, list) else type(a).__name__ for a in answers)


def test_a_member_at_eight_doors_has_one_booking(unit: Organization) -> None:
    assert double_submit(unit) == (1, {1: 1, -1: 7})


def test_the_constraint_holds_one_booking_without_the_lock(unit: Organization) -> None:
    rows, answers = double_submit(unit, lock=False)
    assert rows == 1
    assert answers[psycopg.errors.UniqueViolation.__name__] > 0


def test_control_without_both_a_member_books_twice(unit: Organization) -> None:
    rows, _answers = double_submit(unit, lock=False, constraints=False)
    assert rows > 1


# Two processes ---------------------------------------------------------------------------------------------------
PROCESS = """
import json, sys
from collections import Counter
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from niangjia.bookings.tests.client import LaneClient
offer, tokens = json.load(sys.stdin)
with LaneClient() as lane:
    async def storm():
        import asyncio
        return await asyncio.gather(*(lane.ask(offer, token) for token in tokens))
    answers = lane.run(storm())
print(json.dumps([[a.status_code, a.json().get("number")] for a in answers]))
"""


def test_two_processes_sell_every_piece_once(unit: Organization) -> None:
    """All people ask at both, in opposite order; each gets one answer twice."""
    offer, people = crowd(unit, 600, 400)
    tokens = [token(offer, member) for member in people]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
        "DATABASE_URL": settings.DATABASE_URL,
    }

    def process(order: list[str]) -> Callable[[], list[list[Any]]]:
        def run() -> list[list[Any]]:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", PROCESS, str(connection_name)],
                input=json.dumps([str(offer.pk), order]),
                capture_output=True,
                text=True,
                check=True,
                env=environment,
            )
            found: list[list[Any]] = json.loads(done.stdout)
            return found

        return run

    connection_name = connection.settings_dict["NAME"]
    forward, backward = together([process(tokens), process(tokens[::-1])])
    numbers = Counter(status for status, _number in forward + backward)
    assert numbers[201] == 400
    assert set(numbers) <= {200, 201, 409}
    for one, other in zip(forward, backward[::-1], strict=True):
        if one[1] and other[1]:
            assert one[1] == other[1]  # the same number from both
    assert sound(offer, 400)


# Cancelling against booking --------------------------------------------------------------------------------------
def test_cancelling_while_others_book_loses_no_piece(unit: Organization) -> None:
    offer, people = crowd(unit, 120, 40)
    with LaneClient() as lane:
        assert {a.status_code for a in lane.post_all(offer, [token(offer, m) for m in people[:40]])} == {201}
    bookings = list(Booking.objects.filter(offer=offer))

    def book(some: list[UUID]) -> list[int]:
        with LaneClient() as lane:
            return [lane.post(offer, token(offer, member)).status_code for member in some]

    def cancel(some: list[Booking]) -> None:
        for booking in some:
            services.cancel_booking(booking, actor=None, at=timezone.now())

    together(
        [
            lambda: book(people[40:80]),
            lambda: book(people[80:]),
            lambda: cancel(bookings[:15]),
            lambda: cancel(bookings[15:30]),
        ]
    )
    stock = OfferStock.objects.get(offer=offer)
    live = Booking.objects.live().filter(offer=offer).count()
    assert Booking.objects.filter(status="cancelled").count() == 30
    assert (stock.remaining + live, stock.next_number - 1) == (40, Booking.objects.count())
    assert list(differences()) == []


def meet_in_the_middle(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Take every row lock away, and hold all at the point where each has read and none has written."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    gate = threading.Barrier(2)
    real = states.advance

    def together_now(*arguments: Any, **more: Any) -> None:
        real(*arguments, **more)
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(2)

    monkeypatch.setattr(module, together_now)


def cancel_two_at_once(unit: Organization) -> tuple[Offer, list[Any]]:
    offer, people = crowd(unit, 2, 2)
    with LaneClient() as lane:
        lane.post_all(offer, [token(offer, member) for member in people])
    first, second = Booking.objects.filter(offer=offer)
    found = together(
        [
            lambda: services.cancel_booking(first, actor=None, at=timezone.now()),
            lambda: services.cancel_booking(second, actor=None, at=timezone.now()),
        ]
    )
    return offer, found


def test_two_cancellations_at_once_put_back_two(unit: Organization) -> None:
    offer, found = cancel_two_at_once(unit)
    assert [type(one) for one in found] == [Booking, Booking]
    assert OfferStock.objects.get(offer=offer).remaining == 2
    assert list(differences()) == []


def test_control_without_the_lock_a_piece_is_lost(unit: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_in_the_middle(monkeypatch, "niangjia.bookings.services.bookings.advance")
    offer, _found = cancel_two_at_once(unit)
    assert OfferStock.objects.get(offer=offer).remaining < 2
    assert f"{offer.pk}/pieces" in {difference.subject for difference in differences()}


def cancel_one_twice(unit: Organization) -> tuple[Offer, list[Any]]:
    offer, people = crowd(unit, 2, 2)
    with LaneClient() as lane:
        lane.post_all(offer, [token(offer, member) for member in people])
    booking = Booking.objects.filter(offer=offer)[0]
    return offer, together([lambda: services.cancel_booking(booking, actor=None, at=timezone.now())] * 2)


def test_one_booking_is_cancelled_once(unit: Organization) -> None:
    offer, found = cancel_one_twice(unit)
    assert sorted(type(one).__name__ for one in found) == ["Booking", "CancelRefused"]
    assert OfferStock.objects.get(offer=offer).remaining == 1
    assert list(differences()) == []


def test_control_without_the_lock_it_is_cancelled_twice(unit: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_in_the_middle(monkeypatch, "niangjia.bookings.services.bookings.advance")
    _offer, found = cancel_one_twice(unit)
    assert [type(one) for one in found] == [Booking, Booking]
    assert list(differences()) != []


# Lapsing against handing over ------------------------------------------------------------------------------------
def lapse_against_hand_over(unit: Organization) -> tuple[Offer, list[Any]]:
    offer, people = crowd(unit, 1, 1)
    with LaneClient() as lane:
        lane.post(offer, token(offer, people[0]))
    booking = Booking.objects.get(offer=offer)
    voucher = vouchers.ensure_voucher(booking.pk)
    assert voucher is not None
    end = offer.collect_until
    assert end is not None
    return offer, together(
        [
            lambda: vouchers.redeem(voucher, actor=None, point=None, at=timezone.now()),
            lambda: services.expire_bookings(offer, actor=None, at=end),
        ]
    )


def test_either_it_is_handed_over_or_it_lapses(unit: Organization) -> None:
    offer, (handed, lapsed) = lapse_against_hand_over(unit)
    booking = Booking.objects.get(offer=offer)
    if booking.status == "collected":
        assert lapsed == 0
    else:
        assert (booking.status, lapsed) == ("expired", 1)
        assert isinstance(handed, DomainError)
    assert list(differences()) == []


def test_control_without_the_lock_it_is_both(unit: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hand-over reads a live booking; before it writes, the booking lapses."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    read, lapsed = threading.Event(), threading.Event()
    real_advance, real_expire = states.advance, services.expire_bookings

    def slowly(*arguments: Any, **more: Any) -> None:
        read.set()
        lapsed.wait(5)
        real_advance(*arguments, **more)

    def after_it(*arguments: Any, **more: Any) -> int:
        read.wait(5)
        try:
            return real_expire(*arguments, **more)
        finally:
            lapsed.set()

    monkeypatch.setattr("niangjia.vouchers.services.advance", slowly)
    monkeypatch.setattr(services, "expire_bookings", after_it)
    monkeypatch.setattr("niangjia.bookings.services.bookings.advance", lambda o, to, *_: setattr(o, "status", to))
    monkeypatch.setattr("niangjia.ledgers.services._require_enough", lambda *_: None)
    _offer, (handed, count) = lapse_against_hand_over(unit)
    assert (isinstance(handed, Exception), count) == (False, 1)
    assert list(differences()) != []
