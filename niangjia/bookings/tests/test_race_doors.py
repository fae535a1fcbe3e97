"""Races between processes, and of the services against the lane, each with its guard and, as the control, without."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

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
from niangjia.bookings.tests.races import Scratch, scratch, together
from niangjia.core import states
from niangjia.core.ids import uuid7
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

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


# Two processes ---------------------------------------------------------------------------------------------------
PROCESS = """
import asyncio, json, sys
import django
django.setup()
from django.db import connection
name, schema = sys.argv[1:]
connection.settings_dict["NAME"] = name
from niangjia.bookings.lane import batches, database
from niangjia.bookings.tests.client import LaneClient
offer, tokens = json.loads(sys.stdin.readline())
there = database._address
database._address = lambda: there() | {"server_settings": {"search_path": schema + ",public"}}
batches.BATCH = 20  # many small batches, so that the two meet
with LaneClient() as lane:
    lane.post(offer, None)  # awake
    print("ready", flush=True)
    sys.stdin.readline()
    async def storm():
        return await asyncio.gather(*(lane.ask(offer, token) for token in tokens))
    answers = lane.run(storm())
print(json.dumps([[a.status_code, a.json().get("number")] for a in answers]))
"""


class Process:
    """A lane in a process of its own, on the tables of a schema; it begins when told to."""

    def __init__(self, offer: Offer, tokens: list[str], schema: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PROCESS, str(connection.settings_dict["NAME"]), schema],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
                "DATABASE_URL": settings.DATABASE_URL,
            },
        )
        self.tell(json.dumps([str(offer.pk), tokens]))

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ready(self) -> bool:
        assert self.process.stdout
        return self.process.stdout.readline() == "ready\n"

    def answers(self) -> list[list[Any]]:
        said, complaint = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, complaint
        found: list[list[Any]] = json.loads(said)
        return found


@contextmanager
def processes(offer: Offer, orders: list[list[str]], schema: str) -> Iterator[list[Process]]:
    started = [Process(offer, tokens, schema) for tokens in orders]
    try:
        yield started
    finally:
        for one in started:
            one.process.kill()
            one.process.communicate()


def two_processes(unit: Organization, **guards: bool) -> tuple[tuple[int, int, int], set[Any]]:
    """Rows, distinct numbers and distinct members; and who was told two different numbers.

    All people ask at both processes at the same time and in the same order.
    """
    offer, people = crowd(unit, 240, 200)
    tokens = [token(offer, member) for member in people]
    with scratch(**guards) as copy, processes(offer, [tokens, tokens], Scratch.name) as both:
        assert all([one.ready() for one in both])  # each is asked, also when the first is not  # noqa: C419
        for one in both:
            one.tell("go")
        first, second = (one.answers() for one in both)
        rows = copy.rows()
    told = zip(people, first, second, strict=True)
    confused = {member for member, one, other in told if one[1] and other[1] and one[1] != other[1]}
    return (len(rows), len({number for number, _ in rows}), len({member for _, member in rows})), confused


def test_two_processes_sell_every_piece_once(unit: Organization) -> None:
    assert two_processes(unit) == ((200, 200, 200), set())


def test_control_without_lock_and_constraints_two_processes_sell_pieces_twice(unit: Organization) -> None:
    (rows, numbers, members), _confused = two_processes(unit, lock=False, constraints=False)
    assert numbers < rows
    assert members < rows


# Cancelling against booking --------------------------------------------------------------------------------------
def cancel_while_another_books(unit: Organization, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """The cancellation has read the stock and written nothing; now another books, or waits until it has."""
    offer, people = crowd(unit, 2, 2)
    read, booked = threading.Event(), threading.Event()

    def slowly(*arguments: Any, **more: Any) -> None:
        states.advance(*arguments, **more)
        read.set()
        booked.wait(1)

    monkeypatch.setattr("niangjia.bookings.services.bookings.advance", slowly)
    with LaneClient() as lane:
        assert lane.post(offer, token(offer, people[0])).status_code == 201
        booking = Booking.objects.get(offer=offer)

        def book() -> int:
            read.wait(10)
            status = lane.post(offer, token(offer, people[1])).status_code
            booked.set()
            return status

        cancelled, status = together([lambda: services.cancel_booking(booking, actor=None, at=timezone.now()), book])
    assert (cancelled.status, status) == ("cancelled", 201)
    return offer


def test_a_cancellation_and_a_booking_at_once_count_both(unit: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    stock = OfferStock.objects.get(offer=cancel_while_another_books(unit, monkeypatch))
    assert (stock.remaining, stock.next_number) == (1, 3)
    assert list(differences()) == []


def test_control_without_the_lock_the_booking_is_forgotten_and_its_piece_sold_again(
    unit: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    stock = OfferStock.objects.get(offer=cancel_while_another_books(unit, monkeypatch))
    assert (stock.remaining, stock.next_number) == (2, 2)
    assert {one.subject.rpartition("/")[2] for one in differences()} >= {"pieces", "numbers"}
