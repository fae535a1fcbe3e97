"""What is said to those who wait: the place in line while a booking is awaited, and the crowd where it is refused."""

import asyncio

import psycopg
import pytest

from niangjia.bookings.lane import batches
from niangjia.bookings.models import RefusalCount
from niangjia.bookings.tests.client import LaneClient
from niangjia.bookings.tests.test_contract import World, changed, expired
from niangjia.bookings.tests.test_lane import _dsn, crowd, until_locked
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest.fixture
def unit(transactional_db: None) -> Organization:
    return make_tree().unit


def queue(lane: LaneClient, offer: object, token: str | None) -> tuple[int, dict[str, object]]:
    answer = lane.post(f"{getattr(offer, 'pk', offer)}/queue", token, method="GET")
    return answer.status_code, answer.json()


def test_each_reads_her_own_place_in_line(
    unit: Organization, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "SIGHT", 0.0)
    offer, tokens = crowd(unit, 5, 9)
    lane.post(offer, tokens[0])
    assert queue(lane, offer, tokens[1]) == (200, {"waiting": 0, "place": None, "left": 8})

    async def look() -> list[tuple[object, object]]:
        asking = [asyncio.create_task(lane.ask(offer, token)) for token in tokens[1:]]
        await until_locked(lane)
        seen = []
        for token in tokens:
            answer = await lane.ask(f"{offer.pk}/queue", token, method="GET")
            assert answer.headers["cache-control"] == "no-store"
            seen.append((answer.json()["place"], answer.json()["waiting"]))
        holder.rollback()
        await asyncio.gather(*asking)
        return seen

    with psycopg.connect(**_dsn()) as holder:
        holder.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [offer.pk])
        assert lane.run(look()) == [(None, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_queue_is_shown_to_whom_the_door_would_let_in(world: World, lane: LaneClient) -> None:
    token = world.token(world.one)
    for status, name, offer, held in (
        (401, "no-pass", world.offer, None),
        (401, "bad-pass", world.offer, changed(token)),
        (401, "expired-pass", world.offer, expired(world)),
        (401, "other-programme", world.offer, world.token(world.one, world.make_offer())),
        (404, "unknown-programme", "1", token),
        (404, "unknown-programme", world.make_offer(published=False), token),
    ):
        answered, document = queue(lane, offer, held)
        assert (answered, str(document["type"]).rpartition("/")[2]) == (status, name)
    assert not RefusalCount.objects.exists()


def test_it_asks_no_database_once_the_programme_is_known(
    world: World, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.token(world.one)
    lane.post(world.offer, token)

    async def closed(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(lane.door.lanes.connections, "row", closed)
    assert queue(lane, world.offer, token) == (200, {"waiting": 0, "place": None, "left": 1})


def test_only_reading_shows_it(world: World, lane: LaneClient) -> None:
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        answer = lane.post(f"{world.offer.pk}/queue", world.token(world.one), method=method)
        assert answer.status_code == 404, method


def test_too_many_are_told_how_many_wait_and_what_is_left(unit: Organization, lane: LaneClient) -> None:
    offer, tokens = crowd(unit, 60, 60)
    lane.post(offer, tokens[0])
    lane.door.lanes.crowd.limit = 20
    refused = [answer for answer in lane.post_all(offer, tokens) if answer.status_code == 503]
    assert len(refused) == 40
    for answer in refused:
        document = answer.json()
        assert set(document) == {"type", "title", "status", "detail", "left", "waiting"}
        assert (document["left"], document["waiting"]) == (59, 20)
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_pause_grows_with_the_crowd_and_differs(lane: LaneClient) -> None:
    async def pauses(waiting: int) -> set[int]:
        crowd = batches.Crowd(1)
        crowd.waiting = waiting
        return {crowd.overloaded().wait for _many in range(200)}

    assert lane.run(pauses(0)) == {1, 2}
    assert lane.run(pauses(4 * batches.STEP)) == {5, 6, 7, 8, 9, 10}
