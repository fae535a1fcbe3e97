"""A crowd of phones that ask until they are answered, and the ledger of what they were told.

The client knows nothing of the product but the address, the passes and the status codes.
"""

import asyncio
import json
import random
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self, cast

import psycopg
import uvloop

CONNECTIONS = 64
PER_SECOND = 2_500  # how fast the crowd arrives; what is lost meanwhile comes back on top
PATIENCE = 90.0  # for everybody together, on a busy machine
ANSWER = 10.0  # for one answer; the lane itself waits five seconds for the database
ANSWERED = {200, 201, 409}


@dataclass(frozen=True)
class Booked:
    """What a phone was told and keeps: this member has this number."""

    member: str
    number: int
    booking: str


@dataclass
class Ledger:
    """Everything that was said to the crowd. Written by the storm's thread alone, read by the test's."""

    booked: list[Booked] = field(default_factory=list)
    booked_at: list[float] = field(default_factory=list)
    sold_out: set[str] = field(default_factory=set)
    open: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)

    def acknowledged_in(self, seconds: float) -> int:
        """How many bookings were acknowledged within the last so many seconds."""
        end = len(self.booked_at)
        return end - bisect_left(self.booked_at, time.monotonic() - seconds, 0, end)


@dataclass(frozen=True)
class Verdict:
    """How far the ledger and the table disagree: all zero, or something was lost, oversold or said wrongly."""

    missing: int = 0  # acknowledged, but not in the table under that number
    oversold: int = 0
    repeated: int = 0  # one number for two members, or two for one, in the table or in what was said
    refused_yet_booked: int = 0
    unanswered: int = 0


def judge(ledger: Ledger, capacity: int, rows: Sequence[tuple[str, int, str]]) -> Verdict:
    """Compare what was said with the rows: member, number and key of each booking."""
    told = {(one.member, one.number, one.booking) for one in ledger.booked}
    return Verdict(
        missing=len(told - set(rows)),
        oversold=max(0, len(rows) - capacity),
        repeated=sum(
            len(pairs) - len({pair[side] for pair in pairs})
            for pairs in ({one[:2] for one in told}, [row[:2] for row in rows])
            for side in (0, 1)
        ),
        refused_yet_booked=len(ledger.sold_out & {member for member, _number, _key in rows}),
        unanswered=ledger.open.total(),
    )


def rows_of(url: str, offer: str) -> list[tuple[str, int, str]]:
    """The bookings as they stand in the database."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT member_id::text, number, id::text FROM bookings_booking WHERE offer_id = %s", [offer]
        ).fetchall()


class Line(asyncio.Protocol):
    """One keep-alive connection with one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) >= length and self.answer is not None and not self.answer.done():
            self.buffer = b""
            self.answer.set_result((int(head[9:12]), body))

    def connection_lost(self, reason: Exception | None) -> None:
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(reason or ConnectionResetError())

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        if self.transport is None:
            raise ConnectionResetError
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        try:
            async with asyncio.timeout(ANSWER):
                return await self.answer
        except TimeoutError:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class Storm:
    """Everybody asks; every tenth at two phones at once. Runs in a thread of its own until all are answered."""

    def __init__(self, port: int, offer: str, people: Sequence[str], passes: Sequence[str]) -> None:
        self.ledger = Ledger()
        self.port = port
        crowd = list(zip(people, passes, strict=True))
        crowd = [each for number, one in enumerate(crowd) for each in ([one] if number % 10 else [one, one])]
        self.ledger.open.update(member for member, _token in crowd)
        self._queue = iter(crowd)
        self._head = f"POST /book/{offer} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer "
        self._lines: list[Line] = []
        self._asked = 0
        self._begun = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._begun = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._thread.join(PATIENCE + ANSWER)

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def strike(self, blow: Callable[[], None], *, at_least: int) -> int:
        """Do ``blow`` as soon as so many bookings were acknowledged within a second; how many were before it."""
        best = 0
        while (rate := self.ledger.acknowledged_in(1.0)) < at_least:
            best = max(best, rate)
            assert not self.over, (
                f"This machine is too slow or too busy: {best} bookings were acknowledged in its best second, and"
                f" only from {at_least} on does this test mean anything. Answers: {dict(self.ledger.others)}"
            )
            time.sleep(0.02)
        before = len(self.ledger.booked)
        blow()
        return before

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._storm())

    async def _storm(self) -> None:
        phones = [asyncio.create_task(self._phone()) for _ in range(CONNECTIONS)]
        _done, late = await asyncio.wait(phones, timeout=PATIENCE)
        for phone in late:
            phone.cancel()
        for line in self._lines:
            line.hang_up()
        await asyncio.sleep(0.2)  # a loop with open connections is not closed

    async def _phone(self) -> None:
        """Takes the next person when her time has come, and asks for her until there is an answer."""
        line = Line()
        for member, token in self._queue:
            self._asked += 1
            early = self._begun + self._asked / PER_SECOND - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            request = f"{self._head}{token}\r\nContent-Length: 0\r\n\r\n".encode()
            while True:
                try:
                    if line.transport is None:
                        line = await self._call()
                    status, body = await line.ask(request)
                except (OSError, TimeoutError) as error:
                    self.ledger.others[type(error).__name__] += 1
                else:
                    if status in ANSWERED:
                        break
                    self.ledger.others[f"{status} {json.loads(body)['type'].rpartition('/')[2]}"] += 1
                await asyncio.sleep(random.uniform(0.05, 0.4))
            self._note(member, status, body)

    async def _call(self) -> Line:
        _transport, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self.port)
        self._lines.append(line)
        return line

    def _note(self, member: str, status: int, body: bytes) -> None:
        self.ledger.open[member] -= 1
        if status == 409:
            self.ledger.sold_out.add(member)
            return
        said = json.loads(body)
        self.ledger.booked.append(Booked(member, said["number"], said["booking"]))
        self.ledger.booked_at.append(time.monotonic())
