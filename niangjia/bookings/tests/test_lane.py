"""What the lane promises under stress: nothing sold twice, nobody answered wrongly, no request left hanging."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from niangjia.bookings import passes, services
from niangjia.bookings.lane import batches, database, door
from niangjia.bookings.models import Booking, Offer, OfferStock
from niangjia.bookings.queries import differences
from niangjia.bookings.tests.client import LaneClient
from niangjia.bookings.tests.factories import list_people, make_audience, make_buyer, make_offer
from niangjia.bookings.tests.races import scratch
from niangjia.core.ids import uuid7
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db(transaction=True)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 (what is waited for sets no event)
        await asyncio.sleep(0)


async def until_locked(lane: LaneClient) -> None:
    """Until a call of the lane waits for a row that somebody else holds."""
    query = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND application_name = 'niangjia lane' AND datname = current_database()"
    )
    while not (await lane.door.lanes.connections.row(query))["n"]:  # noqa: ASYNC110 (nor here)
        await asyncio.sleep(0.01)


@pytest.fixture
def unit(transactional_db: None) -> Organization:
    return make_tree().unit


def crowd(unit: Organization, count: int, capacity: int, **fields: Any) -> tuple[Offer, list[str]]:
    """An offer and the passes of so many people on its list; the people are mere keys, which is all the lane knows."""
    people = [uuid7() for _ in range(count)]
    audience = make_audience(unit)
    list_people(audience, people, path=unit.path)
    offer = make_offer(unit, audience, capacity=capacity, **fields)
    return offer, [token(offer, member) for member in people]


def token(offer: Offer, member: UUID) -> str:
    return passes.sign(member, offer.pk, epoch=0, expires=4_000_000_000)


def assert_sound(offer: Offer, *, taken: int) -> None:
    """Rows = stock taken = distinct members = running numbers without gap or repeat = what the ledger says."""
    rows = list(Booking.objects.filter(offer=offer).order_by("number"))
    assert [row.number for row in rows] == list(range(1, taken + 1))
    assert len({row.member_id for row in rows}) == taken
    stock = OfferStock.objects.get(offer=offer)
    assert (stock.remaining, stock.next_number) == (offer.capacity - taken, taken + 1)
    assert list(differences()) == []


def test_tables_that_were_never_analysed_are_read_by_index(unit: Organization) -> None:
    """The plan that a fresh table invites (hash joins over everything) cost the prototype two thirds of its speed."""
    offer, tokens = crowd(unit, 600, 250)
    people = [UUID(bytes=found.member) for one in tokens if (found := passes.read(one))]
    with scratch() as copy:
        answers = [copy.book(offer.pk, people[:300]), copy.book(offer.pk, people[300:])]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT relname, seq_scan, idx_scan FROM pg_stat_user_tables"
                " WHERE schemaname = 'control' AND analyze_count + autoanalyze_count = 0"
            )
            scans = {name: (sequential, indexed) for name, sequential, indexed in cursor.fetchall()}
    assert answers == [list(range(1, 251)) + [0] * 50, [0] * 300]
    assert scans["audiences_audienceentry"] == (0, 600)
    assert scans["bookings_passepoch"][0] == 0
    assert scans["bookings_booking"] == (0, 600)


def test_first_come_first_served_within_a_process(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 600, 600)
    answers = lane.post_all(offer, tokens)
    assert [answer.json()["number"] for answer in answers] == list(range(1, 601))


def test_a_member_who_asks_often_at_once_has_one_booking(unit: Organization, lane: LaneClient) -> None:
    offer, (pass_of_one, other) = crowd(unit, 2, 5)
    answers = lane.post_all(offer, [pass_of_one] * 10 + [other] + [pass_of_one] * 3)
    assert Counter(answer.status_code for answer in answers) == {201: 14}  # one answer for all who shared the request
    assert len({answer.json()["booking"] for answer in answers}) == 2
    assert_sound(offer, taken=2)


def test_an_old_and_a_new_pass_of_one_member_are_told_apart(unit: Organization, lane: LaneClient) -> None:
    offer, _tokens = crowd(unit, 0, 5)
    buyer = make_buyer(unit)
    assert offer.audience is not None
    list_people(offer.audience, [buyer.member.pk], path=unit.path)
    old = services.issue_pass(offer, buyer.member)
    services.revoke_passes(buyer.member.pk, offer=offer)
    new = services.issue_pass(offer, buyer.member)
    answers = lane.post_all(offer, [old, new, old, new])
    assert [answer.status_code for answer in answers] == [401, 201, 401, 201]
    assert_sound(offer, taken=1)


def test_one_who_goes_away_takes_nobody_with_him(unit: Organization, lane: LaneClient) -> None:
    offer, (pass_of_one,) = crowd(unit, 1, 5)

    async def leave_and_stay() -> tuple[bool, int]:
        leaving = asyncio.ensure_future(lane.ask(offer, pass_of_one))
        staying = asyncio.ensure_future(lane.ask(offer, pass_of_one))
        await until(lambda: lane.door.lanes.crowd.waiting == 2)
        leaving.cancel()
        answer = await staying
        return leaving.cancelled() or leaving.cancelling() > 0, answer.status_code

    assert lane.run(leave_and_stay()) == (True, 201)
    assert lane.door.lanes.crowd.waiting == 0
    assert_sound(offer, taken=1)


def test_the_queue_is_bounded(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 60, 60)
    lane.post(offer, tokens[0])
    lane.door.lanes.crowd.limit = 20
    answers = lane.post_all(offer, tokens)
    codes = Counter(answer.status_code for answer in answers)
    assert codes[503] == 40
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.json()["type"].endswith("/overloaded")
    assert int(refused.headers["retry-after"]) >= 1
    lane.door.lanes.crowd.limit = 100
    again = Counter(answer.status_code for answer in lane.post_all(offer, tokens))
    assert again == {200: 20, 201: 40}
    assert_sound(offer, taken=60)


def test_a_poison_row_harms_nobody_else(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 20, 20)
    poison = passes.read(tokens[7])
    assert poison is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_booking ADD CONSTRAINT poison"
            f" CHECK (member_id <> '{UUID(bytes=poison.member)}') NOT VALID"
        )
    try:
        answers = lane.post_all(offer, tokens)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT poison")
    assert [answer.status_code for answer in answers] == [201] * 7 + [503] + [201] * 12
    assert answers[7].json()["type"].endswith("/failed")
    assert_sound(offer, taken=19)
    assert lane.post(offer, tokens[7]).status_code == 201


def test_a_closing_reaches_those_who_wait(unit: Organization, lane: LaneClient) -> None:
    """The offer is closed while the batch waits for the row: the later statement sees it."""
    offer, tokens = crowd(unit, 5, 5)

    async def storm() -> list[int]:
        asked = [asyncio.ensure_future(lane.ask(offer, one)) for one in tokens]
        await until_locked(lane)
        closing.commit()
        return [(await answer).status_code for answer in asked]

    with psycopg.connect(**_dsn()) as closing:
        closing.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [offer.pk])
        closing.execute("UPDATE bookings_offer SET status = 'closed' WHERE id = %s", [offer.pk])
        assert lane.run(storm()) == [410] * 5
    assert not Booking.objects.exists()


def test_who_waits_too_long_for_the_row_is_sent_away(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, tokens = crowd(unit, 3, 3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION bookings_book_batch SET lock_timeout = '50ms'")
    try:
        with psycopg.connect(**_dsn()) as holder:
            holder.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [offer.pk])
            answers = lane.post_all(offer, tokens)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER FUNCTION bookings_book_batch SET lock_timeout = '4s'")
    assert {(a.status_code, a.json()["type"].rpartition("/")[2]) for a in answers} == {(503, "overloaded")}
    assert {answer.status_code for answer in lane.post_all(offer, tokens)} == {201}


def test_no_answer_in_time_is_unknown_and_asking_again_is_safe(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, tokens = crowd(unit, 3, 3)
    lane.post(offer, tokens[0])
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    with psycopg.connect(**_dsn()) as holder:
        holder.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [offer.pk])
        answers = lane.post_all(offer, tokens[1:])
    assert {(a.status_code, a.json()["type"].rpartition("/")[2]) for a in answers} == {(503, "outcome-unknown")}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    monkeypatch.undo()
    again = [answer.status_code for answer in lane.post_all(offer, tokens)]
    assert again[0] == 200
    assert set(again) <= {200, 201}  # the call that was given up may have committed after all
    assert_sound(offer, taken=3)


def test_a_killed_backend_costs_nobody_a_booking(unit: Organization, lane: LaneClient) -> None:
    """Its answer is "unknown"; asked again, each has exactly one booking, under the number that was said first."""
    offer, tokens = crowd(unit, 40, 40)
    lane.post(offer, tokens[0])

    async def storm() -> list[Any]:
        asked = [asyncio.ensure_future(lane.ask(offer, one)) for one in tokens]
        await until_locked(lane)
        holder.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'niangjia lane' AND datname = current_database()"
        )
        return [await answer for answer in asked]

    with psycopg.connect(**_dsn()) as holder:
        holder.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [offer.pk])
        first = lane.run(storm())
    assert {answer.status_code for answer in first} <= {200, 503}
    assert Counter(answer.status_code for answer in first)[503] >= 39
    again = lane.post_all(offer, tokens)
    assert Counter(answer.status_code for answer in again) == {200: 1, 201: 39}
    assert_sound(offer, taken=40)


def test_without_a_database_everybody_is_told_at_once(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, tokens = crowd(unit, 3, 3)
    with monkeypatch.context() as broken:
        broken.setattr(database, "_address", lambda: {"host": "/nowhere", "user": "x", "database": "x"})
        for _twice in range(2):  # the connection fails, then it is not even tried
            for answer in lane.post_all(offer, tokens):
                assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "unavailable")
    lane.door.lanes.connections._retry_at = 0
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [201] * 3


def test_a_cut_short_wait_for_the_standby_is_unknown(unit: Organization, lane: LaneClient) -> None:
    """PostgreSQL answers such a commit with success and a warning; the standby may not have it."""
    offer, tokens = crowd(unit, 1, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION warn() RETURNS void LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING 'canceling wait for synchronous replication' USING ERRCODE = '57014'; END $$"
        )
    try:

        async def warned() -> None:
            with pytest.raises(database.Unknown):
                await lane.door.lanes.connections.row("SELECT warn()")

        lane.run(warned())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION warn()")
    assert lane.post(offer, tokens[0]).status_code == 201


def test_a_slow_body_does_not_hang(unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch) -> None:
    offer, _tokens = crowd(unit, 1, 1)
    monkeypatch.setattr(door, "BODY_PATIENCE", 0.05)

    async def never() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/book/{offer.pk}",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }
    lane.run(lane.door(scope, never, send))
    assert sent[0]["status"] == 303
    assert dict(sent[0]["headers"])[b"location"].endswith(b"outcome=invalid-request")


def test_whoever_waits_is_answered_before_the_process_ends(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 50, 50)
    lane.post(offer, tokens[0])

    async def storm() -> list[int]:
        asked = [asyncio.ensure_future(lane.ask(offer, one)) for one in tokens]
        await until(lambda: lane.door.lanes.crowd.waiting > 0)
        await lane.door.close()
        return [(await answer).status_code for answer in asked]

    codes = Counter(lane.run(storm()))
    assert set(codes) <= {200, 201, 503}
    assert codes[201] >= 1
    assert codes[201] == Booking.objects.count() - 1
    assert lane.post(offer, tokens[0]).status_code == 503


def test_batches_are_no_larger_than_they_may_be(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 7)
    offer, tokens = crowd(unit, 100, 60)
    assert Counter(answer.status_code for answer in lane.post_all(offer, tokens)) == {201: 60, 409: 40}
    assert_sound(offer, taken=60)


def test_beyond_what_is_worth_remembering_the_database_is_asked(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "REMEMBERED", 3)
    offer, tokens = crowd(unit, 10, 5)
    lane.post_all(offer, tokens)
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [200] * 5 + [409] * 5
    assert next(iter(lane.door.lanes.by_path.values()))._refusal is None


def test_the_memory_is_loaded_anew_after_every_change(unit: Organization, lane: LaneClient) -> None:
    """Sold out, a cancellation, another buyer at another process: here, too, the newcomer is known at the end."""
    offer, tokens = crowd(unit, 3, 1)
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [201, 409, 409]
    services.cancel_booking(Booking.objects.get(), actor=None, at=timezone.now())
    with LaneClient() as other:
        assert other.post(offer, tokens[1]).status_code == 201
    found = next(iter(lane.door.lanes.by_path.values()))
    found._refuse_until = 0.0  # a quarter of a second later
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [401, 200, 409]
    assert [answer.status_code for answer in lane.post_all(offer, tokens)] == [401, 200, 409]


def _dsn() -> dict[str, Any]:
    parts = psycopg.conninfo.conninfo_to_dict(settings.DATABASE_URL)
    return parts | {"dbname": connection.settings_dict["NAME"]}
