"""What is said when something breaks under the lane. Every trouble has one answer, and asking again is always safe.

| trouble | answer | shown in |
|---|---|---|
| a poison row in a batch | 503 failed for that one, 201 for the others | test_lane |
| an unknown programme, no programme at all | 404 unknown-programme | test_contract |
| a pass for another programme | 401 other-programme | test_contract |
| a pass used again; after cancelling | 200 with the same number; 401 revoked-pass | test_contract |
| the programme is closed while requests wait | 410 closed | test_lane |
| the clock of the server jumps | what opens or closes goes by the database's | here |
| statement_timeout, a cancelled backend | 503 outcome-unknown | here |
| a killed backend | 503 outcome-unknown | test_lane |
| the line is cut, before or after the commit | 503 outcome-unknown | here |
| the standby may not have it | 503 outcome-unknown | test_lane |
| somebody holds the row for too long | 503 overloaded | test_lane |
| the queue is full | 503 overloaded | test_lane |
| there is no database | 503 unavailable | test_lane, tests/failures |
| the disk is full | 503 outcome-unknown or unavailable | tests/failures |
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from niangjia.bookings import passes, services, workers
from niangjia.bookings.lane import database
from niangjia.bookings.models import Booking, Offer, OfferStock
from niangjia.bookings.queries import differences
from niangjia.bookings.services.refusals import NotOpen
from niangjia.bookings.tests.client import LaneClient
from niangjia.bookings.tests.factories import list_people, make_audience, make_buyer, make_offer
from niangjia.bookings.tests.races import dsn
from niangjia.bookings.tests.test_lane import until_locked
from niangjia.core.ids import uuid7
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit(transactional_db: None) -> Organization:
    return make_tree().unit


def crowd(unit: Organization, count: int, **fields: Any) -> tuple[Offer, list[str]]:
    """An offer of one piece for each, and the passes."""
    people = [uuid7() for _ in range(count)]
    audience = make_audience(unit)
    list_people(audience, people, path=unit.path)
    offer = make_offer(unit, audience, capacity=count, **fields)
    return offer, [token(offer, member) for member in people]


def token(offer: Offer, member: UUID) -> str:
    return passes.sign(member, offer.pk, epoch=0, expires=4_000_000_000)


def assert_unknown(answers: list[httpx.Response]) -> None:
    """Told that nobody knows, and when to ask again."""
    assert {(a.status_code, a.json()["type"].rpartition("/")[2]) for a in answers} == {(503, "outcome-unknown")}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)


def assert_each_has_one(offer: Offer) -> None:
    rows = list(Booking.objects.filter(offer=offer))
    assert sorted(row.number for row in rows) == list(range(1, offer.capacity + 1))
    assert len({row.member_id for row in rows}) == offer.capacity
    assert OfferStock.objects.get(offer=offer).remaining == 0
    assert list(differences()) == []


# The database gives up -------------------------------------------------------------------------------------------
@contextmanager
def row_held(offer: Offer) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(**dsn()) as holder:
        holder.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [offer.pk])
        yield holder


def test_a_statement_timeout_is_unknown_and_asking_again_books_once(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 5)
    name = sql.Identifier(connection.settings_dict["NAME"])
    with psycopg.connect(**dsn(), autocommit=True) as raw:
        raw.execute(sql.SQL("ALTER DATABASE {} SET statement_timeout = '200ms'").format(name))
        try:
            with row_held(offer):
                assert_unknown(lane.post_all(offer, tokens))
        finally:
            raw.execute(sql.SQL("ALTER DATABASE {} RESET statement_timeout").format(name))
    assert not Booking.objects.exists()
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [201] * 5
    assert_each_has_one(offer)


def test_a_cancelled_backend_is_unknown_and_asking_again_books_once(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 5)

    async def storm() -> list[httpx.Response]:
        asked = [asyncio.ensure_future(lane.ask(offer, one)) for one in tokens]
        await until_locked(lane)
        holder.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name = 'niangjia lane' AND datname = current_database()"
        )
        return [await answer for answer in asked]

    with row_held(offer) as holder:
        assert_unknown(lane.run(storm()))
    assert not Booking.objects.exists()
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [201] * 5
    assert_each_has_one(offer)


# The line is cut -------------------------------------------------------------------------------------------------
class Line:
    """A relay between the lane and PostgreSQL that can be cut with a statement under way.

    ``cut`` is "" (it relays), "before" (what the lane sends never arrives) or "after" (it arrives and commits, and the
    answer never gets back).
    """

    READY = b"Z\x00\x00\x00\x05I"  # the end of an answer: the statement's own transaction is over

    def __init__(self) -> None:
        self.cut = ""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = dsn()
        host, port = str(there["host"]), int(there.get("port") or 5432)
        if host.startswith("/"):
            up, down = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            up, down = await asyncio.open_connection(host, port)
        pipes = [asyncio.create_task(self._pipe(*ends)) for ends in ((reader, down, "before"), (up, writer, "after"))]
        self._tasks.update(pipes)
        await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        for end in (down, writer):
            end.close()

    async def _pipe(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, cut: str) -> None:
        while data := await source.read(65_536):
            if self.cut != cut:
                to.write(data)
                await to.drain()
            elif cut == "before" or data.endswith(self.READY):
                return


@pytest.fixture
def line(lane: LaneClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    relay = Line()
    lane.run(relay.open())
    there = database._address
    through = {"host": "127.0.0.1", "port": relay.port, "ssl": False}
    monkeypatch.setattr(database, "_address", lambda: there() | through)
    yield relay
    lane.run(lane.door.close())
    lane.run(relay.close())


@pytest.mark.parametrize(("cut", "stored", "again"), [("before", 1, 201), ("after", 5, 200)])
def test_a_line_that_is_cut_is_unknown_and_asking_again_gives_one_booking(
    unit: Organization, lane: LaneClient, line: Line, cut: str, stored: int, again: int
) -> None:
    """Whether it had committed or not: the client hears the same, and in the end has the same."""
    offer, tokens = crowd(unit, 5)
    assert lane.post(offer, tokens[0]).status_code == 201
    line.cut = cut
    assert_unknown(lane.post_all(offer, tokens[1:]))
    assert Booking.objects.count() == stored
    line.cut = ""
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [200] + [again] * 4
    assert_each_has_one(offer)


# The clock jumps -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-3), timedelta(days=2)])
def test_what_opens_or_closes_goes_by_the_clock_of_the_database(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    running = crowd(unit, 1)
    over = crowd(unit, 1, opens_at=now - 3 * hour, closes_at=now - hour)
    coming = crowd(unit, 1, opens_at=now + hour)
    seconds, moment = time.time, timezone.now
    monkeypatch.setattr(time, "time", lambda: seconds() + jump.total_seconds())
    monkeypatch.setattr(timezone, "now", lambda: moment() + jump)

    assert [lane.post(offer, tokens[0]).status_code for offer, tokens in (running, over, coming)] == [201, 410, 425]
    buyer = make_buyer(unit)
    for (offer, _tokens), code in ((over, "closed"), (coming, "not-yet-open")):
        with pytest.raises(NotOpen) as refused:
            services.book_assisted(offer, buyer.member, actor=None)
        assert refused.value.code == code
    workers.tend_offers()
    statuses = [Offer.objects.get(pk=offer.pk).status for offer, _tokens in (running, over, coming)]
    assert statuses == ["published", "closed", "published"]
    assert Booking.objects.get().status == "booked"
