"""The whole contract of ``POST /book/{programme}``: every status, its type, and what it has changed."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from django.contrib.auth.signals import user_logged_out
from django.utils import timezone

from niangjia.bookings import passes, services
from niangjia.bookings.models import Booking, Offer, RefusalCount
from niangjia.bookings.queries import differences
from niangjia.bookings.tests.client import LaneClient, ServerClient
from niangjia.bookings.tests.factories import Buyer, make_audience, make_buyer, make_offer
from niangjia.ledgers.models import StockEntry
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


class World:
    """An offer of two pieces, three people on its list, one considered and found not eligible, one stranger to it."""

    def __init__(self) -> None:
        self.tree: Tree = make_tree()
        names = ("王一", "王二", "王三", "赵不符")
        self.one, self.two, self.three, self.ineligible = (make_buyer(self.tree.primary, name) for name in names)
        self.stranger = make_buyer(self.tree.sibling, "陈外")
        people = (self.one.member, self.two.member, self.three.member)
        self.audience = make_audience(self.tree.unit, *people, ineligible=(self.ineligible.member,))
        self.offer = self.make_offer()

    def make_offer(self, **fields: Any) -> Offer:
        return make_offer(self.tree.unit, self.audience, **({"capacity": 2} | fields))

    def token(self, buyer: Buyer, offer: Offer | None = None) -> str:
        return services.issue_pass(offer or self.offer, buyer.member)


@pytest.fixture(params=[LaneClient, ServerClient], ids=["in the web server", "on its own port"])
def lane(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[LaneClient]:
    """Both doors keep the same contract."""
    del transactional_db
    with request.param() as client:
        yield client


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


def test_booking_and_asking_again(world: World, lane: LaneClient) -> None:
    token = world.token(world.one)
    first = lane.post(world.offer, token)
    assert first.status_code == 201
    booking = Booking.objects.get()
    said = {
        "status": "booked",
        "number": 1,
        "booking": str(booking.pk),
        "voucher": f"/vouchers/{booking.pk}/",
    }
    assert first.json() == said
    assert first.headers["location"] == said["voucher"]
    assert first.headers["cache-control"] == "no-store"
    assert (booking.member_id, booking.offer_id, booking.number) == (world.one.member.pk, world.offer.pk, 1)
    assert (booking.status, booking.channel, booking.organization_path) == ("booked", "online", world.tree.unit.path)
    assert booking.pk.version == 7
    entry = StockEntry.objects.get(destination="booked")
    assert (entry.origin, entry.quantity, entry.purpose_id) == ("allotted", 1, world.offer.pk)
    again = lane.post(world.offer, token)
    assert (again.status_code, again.json()) == (200, said | {"status": "already-booked"})
    assert Booking.objects.count() == 1
    assert list(differences()) == []


def test_sold_out_and_the_winners_keep_their_answer(world: World, lane: LaneClient) -> None:
    answers = lane.post_all(world.offer, [world.token(buyer) for buyer in (world.one, world.two, world.three)])
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    for _twice in range(2):  # asked of the database, then of the memory
        answers = lane.post_all(world.offer, [world.token(buyer) for buyer in (world.one, world.two, world.three)])
        assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert {booking.number for booking in Booking.objects.all()} == {1, 2}


def test_a_cancelled_piece_is_there_for_the_next_under_a_new_number(world: World, lane: LaneClient) -> None:
    lane.post_all(world.offer, [world.token(world.one), world.token(world.two)])
    assert lane.post(world.offer, world.token(world.three)).status_code == 409
    booking = Booking.objects.get(number=1)
    services.cancel_booking(booking, actor=None, at=timezone.now())
    deadline = time.monotonic() + 5
    while (answer := lane.post(world.offer, world.token(world.three))).status_code == 409:
        assert time.monotonic() < deadline, "the memory of being sold out does not end"
    assert (answer.status_code, answer.json()["number"]) == (201, 3)
    assert list(differences()) == []


def changed(token: str) -> str:
    middle = len(token) // 2
    return f"{token[:middle]}{'A' if token[middle] != 'A' else 'B'}{token[middle + 1 :]}"


def expired(world: World) -> str:
    return passes.sign(world.one.member.pk, world.offer.pk, epoch=0, expires=int(time.time()) - 1)


def logged_out(world: World) -> str:
    token = world.token(world.one)
    user_logged_out.send(type(world.one.user), request=None, user=world.one.user)
    return token


def cancelled(world: World) -> str:
    token = world.token(world.one)
    booking = services.book_assisted(world.offer, world.one.member, actor=None)
    services.cancel_booking(booking, actor=world.one.user, at=timezone.now())
    return token


def draft(world: World) -> tuple[Offer, str]:
    offer = world.make_offer(published=False)
    return offer, world.token(world.one, offer)


def opened(world: World, at: Any, closes: timedelta = 3 * HOUR) -> tuple[Offer, str]:
    offer = world.make_offer(opens_at=at, closes_at=timezone.now() + closes)
    return offer, world.token(world.one, offer)


def closed(world: World) -> tuple[Offer, str]:
    services.close_offer(world.offer, actor=None)
    return world.offer, world.token(world.one)


REFUSALS: list[tuple[str, int, str, Callable[[World], tuple[Any, str | None]]]] = [
    ("not on the list", 403, "not-eligible", lambda w: (w.offer, w.token(w.stranger))),
    ("considered, not eligible", 403, "not-eligible", lambda w: (w.offer, w.token(w.ineligible))),
    ("no pass", 401, "no-pass", lambda w: (w.offer, None)),
    ("an empty pass", 401, "bad-pass", lambda w: (w.offer, "")),
    ("a pass of our length", 401, "bad-pass", lambda w: (w.offer, "A" * passes.LENGTH)),
    ("no base64", 401, "bad-pass", lambda w: (w.offer, "!" * passes.LENGTH)),
    ("one character changed", 401, "bad-pass", lambda w: (w.offer, changed(w.token(w.one)))),
    ("expired", 401, "expired-pass", lambda w: (w.offer, expired(w))),
    ("revoked by logging out", 401, "revoked-pass", lambda w: (w.offer, logged_out(w))),
    ("revoked by cancelling", 401, "revoked-pass", lambda w: (w.offer, cancelled(w))),
    ("for another programme", 401, "other-programme", lambda w: (w.offer, w.token(w.one, w.make_offer()))),
    ("an unknown programme", 404, "unknown-programme", lambda w: (uuid4(), w.token(w.one))),
    ("an unknown programme, no pass", 404, "unknown-programme", lambda _: (uuid4(), None)),
    ("no programme at all", 404, "unknown-programme", lambda w: ("1", w.token(w.one))),
    ("a draft", 404, "unknown-programme", draft),
    ("not yet open", 425, "not-yet-open", lambda w: opened(w, timezone.now() + HOUR)),
    ("closed by the clock", 410, "closed", lambda w: opened(w, timezone.now() - 2 * HOUR, closes=-HOUR)),
    ("closed by the officer", 410, "closed", closed),
]


@pytest.mark.parametrize(("status", "name", "prepare"), [c[1:] for c in REFUSALS], ids=[c[0] for c in REFUSALS])
def test_a_refusal_is_a_problem_document_and_changes_nothing(
    world: World, lane: LaneClient, status: int, name: str, prepare: Callable[[World], tuple[Any, str | None]]
) -> None:
    offer, token = prepare(world)
    before = (Booking.objects.live().count(), StockEntry.objects.count())
    for language, title in (("zh-CN,zh;q=0.9,en;q=0.8", 0), ("en-GB", 1)):
        answer = lane.post(offer, token, headers={"accept-language": language})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        document = answer.json()
        assert set(document) == {"type", "title", "status", "detail"}
        assert document["type"].endswith(f"/problems/{name}")
        assert document["status"] == status
        assert document["detail"].isascii() == bool(title)
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
        if status == 425:
            assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert (Booking.objects.live().count(), StockEntry.objects.count()) == before


def test_only_post_books(world: World, lane: LaneClient) -> None:
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = lane.post(world.offer, world.token(world.one), method=method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST"), method
    assert not Booking.objects.exists()


UNREADABLE: list[tuple[str, dict[str, Any]]] = [
    ("a body beside the bearer", {"content": b"x"}),
    ("json beside the bearer", {"json": {"pass": "x"}}),
    ("a chunked body", {"headers": {"transfer-encoding": "chunked"}}),
]


def test_what_cannot_be_read_is_422(world: World, lane: LaneClient) -> None:
    for case, more in UNREADABLE:
        answer = lane.post(world.offer, world.token(world.one), **more)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "invalid-request"), case
    assert not Booking.objects.exists()


def test_other_schemes_are_no_pass(world: World, lane: LaneClient) -> None:
    answer = lane.post(world.offer, None, headers={"authorization": f"Basic {world.token(world.one)}"})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (401, "no-pass")
    lower = lane.post(world.offer, None, headers={"authorization": f"bearer {world.token(world.one)}"})
    assert lower.status_code == 201


def test_a_slash_at_the_end_and_capitals_are_the_same_programme(world: World, lane: LaneClient) -> None:
    token = world.token(world.one)
    assert lane.post(f"{world.offer.pk}/", token).status_code == 201
    assert lane.post(str(world.offer.pk).upper(), token).status_code == 200
    assert len(lane.door.lanes.by_path) == 1


# By form ---------------------------------------------------------------------------------------------------------
def sent(answer: httpx.Response, offer: Offer) -> str:
    """The outcome that the redirection names."""
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    parts = urlsplit(answer.headers["location"])
    assert parts.path == f"/programmes/{offer.pk}/booked/"
    return parse_qs(parts.query)["outcome"][0]


def test_a_form_is_sent_on_to_a_page_that_says_the_same(world: World, lane: LaneClient) -> None:
    def form(buyer: Buyer) -> str:
        return sent(lane.post(world.offer, data={"pass": world.token(buyer)}), world.offer)

    outcomes = [form(buyer) for buyer in (world.one, world.one, world.stranger, world.two, world.three)]
    assert outcomes == ["booked", "already-booked", "not-eligible", "booked", "sold-out"]
    assert sent(lane.post(world.offer, data={"pass": "x"}), world.offer) == "bad-pass"


FORMS: list[tuple[str, dict[str, Any]]] = [
    ("no field", {"data": {"other": "x"}}),
    ("two fields", {"data": {"pass": ["a", "b"]}}),
    ("too long", {"data": {"pass": "x" * 5_000}}),
    ("too many fields", {"data": {f"f{n}": "x" for n in range(50)}}),
    ("not text", {"content": b"pass=\xff%ff", "headers": {"content-type": "application/x-www-form-urlencoded"}}),
]


def test_a_wrong_form_is_told_so(world: World, lane: LaneClient) -> None:
    for case, more in FORMS:
        outcome = sent(lane.post(world.offer, None, **more), world.offer)
        assert outcome in {"invalid-request", "bad-pass"}, case
    assert not Booking.objects.exists()


ORIGINS: list[tuple[dict[str, str], bool]] = [
    ({}, True),
    ({"origin": "http://testserver"}, True),
    ({"origin": "http://localhost:8000"}, True),  # SITE_URL, when a proxy has changed the host
    ({"origin": "http://testserver", "sec-fetch-site": "same-origin"}, True),
    ({"origin": "https://evil.example"}, False),
    ({"origin": "null"}, False),
    ({"origin": "http://testserver.evil.example"}, False),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "same-site"}, False),
]


def test_a_form_of_another_site_books_nothing(world: World, lane: LaneClient) -> None:
    for headers, ours in ORIGINS:
        offer = world.make_offer()
        answer = lane.post(offer, None, data={"pass": world.token(world.one, offer)}, headers=headers)
        assert sent(answer, offer) == ("booked" if ours else "foreign-origin"), headers
        assert Booking.objects.filter(offer=offer).exists() == ours


# What is kept ----------------------------------------------------------------------------------------------------
def test_refusals_are_counted_for_the_report(world: World, lane: LaneClient) -> None:
    lane.post_all(world.offer, [world.token(world.one), world.token(world.two)])
    for _thrice in range(3):
        lane.post(world.offer, world.token(world.three))
    lane.post(world.offer, world.token(world.one))
    lane.post(world.offer, None)
    lane.post(world.offer, None, method="GET")
    lane.run(lane.door.lanes.write_counts())
    lane.post(world.offer, world.token(world.three))
    lane.run(lane.door.lanes.write_counts())
    assert dict(RefusalCount.objects.values_list("reason", "count")) == {"sold-out": 4, "no-pass": 1}


def test_unknown_addresses_do_not_fill_the_memory(
    world: World, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("niangjia.bookings.lane.registry.STRANGERS", 10)
    for _many in range(50):
        assert lane.post(uuid4(), world.token(world.one)).status_code == 404
    lanes = lane.door.lanes
    assert (len(lanes.by_path), len(lanes._strangers), len(lanes._asked)) == (0, 10, 0)


def test_idle_lanes_make_room_and_lose_no_count(
    world: World, lane: LaneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("niangjia.bookings.lane.registry.LANES", 10)
    offers = [world.make_offer(capacity=1) for _ in range(12)]
    for offer in offers:
        lane.post(offer, world.token(world.one))  # a pass for the first offer
    assert len(lane.door.lanes.by_path) <= 10
    lane.run(lane.door.lanes.write_counts())
    assert RefusalCount.objects.filter(reason="other-programme", count=1).count() == 12


def test_a_published_draft_is_found_soon(world: World, lane: LaneClient) -> None:
    offer, token = draft(world)
    assert lane.post(offer, token).status_code == 404
    services.publish_offer(offer, actor=None)
    deadline = time.monotonic() + 5
    while (answer := lane.post(offer, token)).status_code == 404:
        assert time.monotonic() < deadline
    assert answer.status_code == 201
