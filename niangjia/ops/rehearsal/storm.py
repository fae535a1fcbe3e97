"""The crowd: a process of its own that asks as members' phones do, and takes down every answer.

``python -m niangjia.ops.rehearsal.storm FOLDER`` reads ``order.json`` there, says how far it is line by line, and
leaves ``answers.json``. Each person asks until there is a final answer. A wait counts from the moment when the person
came, also while no connection was free, and while this process itself was too slow.
"""

import asyncio
import gc
import heapq
import json
import os
import random
import signal
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

import uvloop

from niangjia.bookings import passes
from niangjia.ops.children import die_with_parent

AGAIN = {0, 425, 503}  # after these, and after a broken connection, the page asks again (benefits/book.js)
MOST = 20  # times at most
ANSWERED = {200, 201, 409}  # what somebody on the list must hear in the end
LAST_CALL = 60.0  # seconds after which nobody is waited for any more
LIFETIME = 3_600
TICK = 0.001
MEND = 0.1


@dataclass
class Order:
    """What the crowd is to do: all at once in one offer, or, with a first ``rate``, search the safe one in several.

    ``probe`` is an offer of one piece, with which it is seen beforehand that the lane works.
    """

    port: int
    probe: str
    offers: list[str]
    first_member: int
    members: int
    connections: int
    early: int = 0
    rate: float = 0.0
    seconds: float = 0.0
    limit_ms: int = 0


@dataclass
class Answers:
    """What came of it. ``booked`` are member and number of every 200 and 201, by offer; waits in milliseconds."""

    booked: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    early: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    gone_ms: float = 0.0
    turned_away: int = 0
    unanswered: int = 0
    steps: list[dict[str, Any]] = field(default_factory=list)


class Person:
    """Somebody who asks for one offer until there is an answer."""

    __slots__ = ("attempts", "body", "came", "done", "gone", "index", "request", "status")

    def __init__(self, index: int, request: bytes, came: float) -> None:
        self.index, self.request, self.came = index, request, came
        self.attempts = 0
        self.status = 0
        self.body = b""
        self.done = 0.0
        self.gone = False


class Line(asyncio.Protocol):
    """A connection that is kept open, with one question on it at a time."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.person: Person | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.crowd.rest(self)

    def ask(self, person: Person) -> None:
        self.person = person
        self.transport.write(person.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, gap, body = self.buffer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return
        self.buffer = b""
        person, self.person = self.person, None
        if person is not None:
            self.crowd.hear(person, int(head[9:12]), head, body)
        self.crowd.rest(self)

    def connection_lost(self, exc: Exception | None) -> None:
        person, self.person = self.person, None
        self.crowd.lose(self, person)


def _header(head: bytes, name: bytes) -> bytes:
    _before, found, rest = head.lower().partition(b"\r\n" + name + b": ")
    return rest.partition(b"\r\n")[0] if found else b""


def _length(head: bytes) -> int:
    return int(_header(head, b"content-length") or 0)


class Crowd:
    """So many connections, the people who wait for one, and those who ask again later."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.loop = asyncio.get_running_loop()
        self.waiting: deque[Person] = deque()
        self.later: list[tuple[float, int, Person]] = []
        self.free: list[Line] = []
        self.open = 0
        self.left = 0
        self.turned_away = 0
        self.quiet = asyncio.Event()

    async def gather(self) -> None:
        """Open the connections; broken ones are opened again."""
        missing = self.order.connections - self.open
        made = await asyncio.gather(*(self._connect() for _number in range(missing)), return_exceptions=True)
        self.open += sum(not isinstance(one, BaseException) for one in made)

    async def _connect(self) -> None:
        await self.loop.create_connection(lambda: Line(self), "127.0.0.1", self.order.port)

    def rest(self, line: Line) -> None:
        if self.waiting:
            line.ask(self.waiting.popleft())
        else:
            self.free.append(line)

    def come(self, person: Person) -> None:
        if self.free:
            self.free.pop().ask(person)
        else:
            self.waiting.append(person)

    def hear(self, person: Person, status: int, head: bytes, body: bytes) -> None:
        if person.gone:
            return
        if status == 503:
            self.turned_away += 1
        if status in AGAIN:
            self._ask_later(person, status, min(int(_header(head, b"retry-after") or 1), 30), body)
        else:
            self._settle(person, status, body)

    def lose(self, line: Line, person: Person | None) -> None:
        self.open -= 1
        if line in self.free:
            self.free.remove(line)
        if person is not None and not person.gone:
            self._ask_later(person, 0, 1, b"")

    def _ask_later(self, person: Person, status: int, told: int, body: bytes) -> None:
        """As the page does: what the answer says, and a chance delay that doubles up to eight seconds."""
        pause = told + random.random() * min(2**person.attempts, 8)  # noqa: S311 (no secret)
        person.attempts += 1
        if person.attempts >= MOST:
            self._settle(person, status, body)
        else:
            heapq.heappush(self.later, (self.loop.time() + pause, person.index, person))

    def _settle(self, person: Person, status: int, body: bytes) -> None:
        person.status, person.body, person.done = status, body, self.loop.time()
        self.left -= 1
        if not self.left:
            self.quiet.set()

    # The clock ----------------------------------------------------------------------------------------------------
    async def serve(self, people: list[Person]) -> None:
        """Let everybody come at the moment of ``came``, in this order, and wait until all have an answer."""
        self.left, number = len(people), 0
        self.quiet.clear()
        last_call = people[-1].came + LAST_CALL
        told = mended = self.loop.time()
        while not self.quiet.is_set() and (now := self.loop.time()) < last_call:
            while number < len(people) and people[number].came <= now:
                self.come(people[number])
                number += 1
            while self.later and self.later[0][0] <= now:
                self.come(heapq.heappop(self.later)[2])
            if self.open < self.order.connections and now - mended > MEND:
                mended = now
                await self.gather()
            if now - told > 1:
                told = now
                say(done=len(people) - self.left, total=len(people))
            await asyncio.sleep(TICK if number < len(people) or self.later else 0.02)
        self.waiting.clear()
        self.later.clear()
        for person in people:
            person.gone = True  # a late answer is nobody's any more


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 (our parent listens)


# What is to be done -----------------------------------------------------------------------------------------------
def requests_for(order: Order, offer: str, count: int) -> list[bytes]:
    expires = int(time.time()) + LIFETIME
    key = UUID(offer)
    template = b"POST /book/%b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n\r\n"
    return [
        template
        % (offer.encode(), passes.sign(UUID(int=order.first_member + index), key, epoch=0, expires=expires).encode())
        for index in range(count)
    ]


def name_of(person: Person) -> str:
    """The name of the last answer: of a refusal, the end of its type."""
    if person.status in {200, 201}:
        return "booked"
    try:
        return str(json.loads(person.body)["type"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError):
        return "no-answer" if person.status == 0 else f"http-{person.status}"


def booked_by(people: list[Person]) -> list[tuple[int, int]]:
    """Everybody who was told of a booking, with the number."""
    return [(person.index, int(json.loads(person.body)["number"])) for person in people if person.status in {200, 201}]


async def opening(order: Order, crowd: Crowd, answers: Answers) -> None:
    """Some look too early; at the moment itself everybody comes at once."""
    offer = order.offers[0]
    requests = requests_for(order, offer, order.members)
    opens = crowd.loop.time() + _cue() - time.time()
    curious = [Person(index, requests[index], 0.0) for index in range(order.early)]
    if curious:
        answers.early = await look(crowd, curious)
    people = [Person(index, request, opens) for index, request in enumerate(requests)]
    await crowd.serve(people)
    answers.booked[offer] = booked_by(people)
    answers.names = dict(Counter(name_of(person) for person in people))
    answers.waits = [round((person.done - opens) * 1000, 3) for person in people if person.done]
    answers.unanswered = sum(person.status not in ANSWERED for person in people)
    answers.turned_away = crowd.turned_away
    answers.gone_ms = 1000 * max((person.done - opens for person in people if person.status == 201), default=0.0)


async def look(crowd: Crowd, curious: list[Person]) -> dict[str, int]:
    """Ask at once, and once, whatever the answer is."""
    for person in curious:
        person.came, person.attempts = crowd.loop.time(), MOST
    await crowd.serve(curious)
    return dict(Counter(name_of(person) for person in curious))


def _cue() -> float:
    """The moment of the opening, by this machine's clock: our parent says it when we are ready."""
    say(stage="ready")
    return float(sys.stdin.readline())


async def steady(order: Order, crowd: Crowd, answers: Answers) -> None:
    """Search the highest rate at which people can come without having to wait: double it until it is too high, then
    halve what is not yet known."""
    low, high, rate, length = 0.0, 0.0, order.rate, order.seconds / len(order.offers)
    for number, offer in enumerate(order.offers, 1):
        requests = requests_for(order, offer, max(1, int(rate * length)))
        begin = crowd.loop.time() + 0.1
        people = [Person(index, request, begin + index / rate) for index, request in enumerate(requests)]
        say(stage="steady", step=number, steps=len(order.offers), rate=round(rate))
        crowd.turned_away = 0
        await crowd.serve(people)
        step = _step(order, crowd, people, rate)
        low, high = (rate, high) if step["held"] else (low, rate)
        rate = (low + high) / 2 if high else min(2 * rate, order.members / length)
        answers.booked[offer] = booked_by(people)
        answers.unanswered += sum(person.status not in ANSWERED for person in people)
        answers.turned_away += crowd.turned_away
        answers.steps.append(step)


def _step(order: Order, crowd: Crowd, people: list[Person], rate: float) -> dict[str, Any]:
    waits = sorted(person.done - person.came if person.done else LAST_CALL for person in people)
    p99 = 1000 * waits[(len(waits) - 1) * 99 // 100]
    held = p99 <= order.limit_ms and not crowd.turned_away and all(person.status == 201 for person in people)
    return {"rate": int(rate), "p99_ms": round(p99, 1), "refused": crowd.turned_away, "held": held}


async def run(order: Order) -> Answers | None:
    """Nothing when the lane does not even serve two people for one piece."""
    crowd, answers = Crowd(order), Answers()
    await crowd.gather()
    two = [Person(index, request, 0.0) for index, request in enumerate(requests_for(order, order.probe, 2))]
    heard = await look(crowd, two)
    if heard != {"booked": 1, "sold-out": 1}:
        say(stage="broken", heard=heard)
        return None
    await (steady if order.rate else opening)(order, crowd, answers)
    return answers


def main(folder: Path) -> None:
    die_with_parent(signal.SIGKILL)
    order = Order(**json.loads((folder / "order.json").read_text(encoding="utf-8")))
    gc.disable()  # a pause of ours would look like one of the lane's
    answers = uvloop.run(run(order))
    if answers is None:
        sys.exit(1)
    (folder / "answers.json").write_text(json.dumps(asdict(answers)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
