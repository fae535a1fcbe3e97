"""The lane's own server over real sockets: it reads HTTP strictly, answers in order, and lets nobody hold it up."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Self

import pytest

from niangjia.bookings import passes
from niangjia.bookings.lane import server as own
from niangjia.bookings.models import Booking, Offer
from niangjia.bookings.tests.client import ServerClient
from niangjia.bookings.tests.factories import list_people, make_audience, make_offer
from niangjia.core.ids import uuid7
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lane(transactional_db: None) -> Iterator[ServerClient]:
    del transactional_db
    with ServerClient() as client:
        yield client


@pytest.fixture
def offer(transactional_db: None) -> Offer:
    del transactional_db
    unit = make_tree().unit
    audience = make_audience(unit)
    list_people(audience, PEOPLE, path=unit.path)
    return make_offer(unit, audience, capacity=3)


PEOPLE = [uuid7() for _ in range(5)]


def request(offer: Offer, number: int, *more: str, line: str = "POST /book/{offer} HTTP/1.1") -> bytes:
    """One person's request, as bytes."""
    token = passes.sign(PEOPLE[number], offer.pk, epoch=0, expires=4_000_000_000)
    lines = [line.format(offer=offer.pk), "Host: localhost", f"Authorization: Bearer {token}", *more, "", ""]
    return "\r\n".join(lines).encode()


class Line:
    """A bare connection."""

    def __init__(self, lane: ServerClient) -> None:
        self.socket = socket.create_connection(("127.0.0.1", lane.port), timeout=20)
        self.seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)
            time.sleep(0.02)

    def answer(self) -> int:
        """The status of the next answer; nought when the server has gone."""
        while b"\r\n\r\n" not in self.seen:
            more = self.socket.recv(65_536)
            if not more:
                return 0
            self.seen += more
        head, _mark, rest = self.seen.partition(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: "))
        while len(rest) < length:
            rest += self.socket.recv(65_536)
        self.seen = rest[length:]
        return int(head[9:12])

    def ends(self) -> bool:
        return not self.seen and self.socket.recv(1) == b""


def test_one_connection_serves_one_after_another(lane: ServerClient, offer: Offer) -> None:
    with Line(lane) as line:
        found = []
        for number in (0, 1, 0, 2, 3):
            line.send(request(offer, number))
            found.append(line.answer())
    assert found == [201, 201, 200, 201, 409]


def test_a_request_may_arrive_in_pieces(lane: ServerClient, offer: Offer) -> None:
    whole = request(offer, 0)
    with Line(lane) as line:
        line.send(whole[:9], whole[9:60], whole[60:-2], whole[-2:])
        assert line.answer() == 201


def test_what_comes_before_the_answer_waits_for_it(lane: ServerClient, offer: Offer) -> None:
    """In one piece of data only the first is read: two readers of one stream never disagree about where it ends."""
    with Line(lane) as line:
        line.send(request(offer, 0) + request(offer, 1))
        assert line.answer() == 201
        assert line.ends()
    assert Booking.objects.filter(offer=offer).count() == 1


@pytest.mark.parametrize(
    ("case", "data", "status"),
    [
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 422),
        ("a second length", b"POST /book/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 422),
        ("two ends", b"POST /x HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 422),
        ("a broken header", b"POST /book/x HTTP/1.1\r\nHost localhost\r\n\r\n", 422),
        ("an upgrade", b"GET /book/x HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", 404),
        ("a head without end", b"POST /book/x HTTP/1.1\r\nX: " + b"a" * 40_000, 422),
        ("another address", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_request_for_it_is_refused(lane: ServerClient, case: str, data: bytes, status: int) -> None:
    del case
    with Line(lane) as line:
        line.send(data)
        assert line.answer() == status
        if status == 422:
            assert line.ends()


def test_a_body_beside_the_pass_is_not_read_as_a_request(lane: ServerClient, offer: Offer) -> None:
    inner = request(offer, 1)
    with Line(lane) as line:
        line.send(request(offer, 0, f"Content-Length: {len(inner)}") + inner)
        assert line.answer() == 422
    assert not Booking.objects.filter(offer=offer).exists()


def test_who_wants_to_close_is_let_go(lane: ServerClient, offer: Offer) -> None:
    with Line(lane) as line:
        line.send(request(offer, 0, "Connection: close"))
        assert (line.answer(), line.ends()) == (201, True)
    with Line(lane) as line:
        line.send(request(offer, 1, line="POST /book/{offer} HTTP/1.0"))
        assert (line.answer(), line.ends()) == (201, True)


def test_who_says_nothing_is_let_go(lane: ServerClient, offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "HEAD_PATIENCE", 0.1)
    monkeypatch.setattr(own, "IDLE_PATIENCE", 0.1)
    with Line(lane) as slow, Line(lane) as idle:
        slow.send(request(offer, 0)[:30])
        time.sleep(0.2)
        lane.loop.call_soon_threadsafe(_sweep, lane)
        assert slow.ends()
        assert idle.ends()


def _sweep(lane: ServerClient) -> None:
    for connection in list(lane.server.connections):
        connection.sweep(time.monotonic())


def test_there_are_only_so_many_connections(lane: ServerClient, offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "CONNECTIONS", 1)
    with Line(lane) as first:
        first.send(request(offer, 0))
        assert first.answer() == 201
        with Line(lane) as second:
            assert (second.answer(), second.ends()) == (503, True)
        first.send(request(offer, 0))
        assert first.answer() == 200


def test_who_goes_away_takes_nobody_along(lane: ServerClient, offer: Offer) -> None:
    """The booking of who hung up is made all the same, and who asks again hears of it."""
    with Line(lane) as line:
        line.send(request(offer, 2))
        assert line.answer() == 201
        for number in (0, 1):
            with Line(lane) as other:
                other.socket.sendall(request(offer, number))
        while Booking.objects.filter(offer=offer).count() < 3:
            time.sleep(0.01)
        line.send(request(offer, 0))
        assert line.answer() == 200


def test_closing_answers_those_who_wait(offer: Offer) -> None:
    """Once it closes nobody is taken in, and everybody who was gets an answer."""
    with ServerClient() as lane:
        lines = [Line(lane) for _ in range(4)]
        for number, line in enumerate(lines):
            line.socket.sendall(request(offer, number))
        closing = threading.Timer(0.05, lambda: lane.run(lane.server.close()))
        closing.start()
        answers = sorted(line.answer() for line in lines)
        closing.join()
        assert set(answers) <= {0, 201, 409, 503}
        for line in lines:
            line.socket.close()
        with pytest.raises(OSError, match=r"refused|reset"):
            Line(lane)
