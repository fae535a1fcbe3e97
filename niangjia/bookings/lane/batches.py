"""One lane per offer: what arrives while a batch commits is the next batch.

Correctness lies in the SQL function alone; batching is only speed. There is no timer, and no task while nobody waits.
"""

import asyncio
import random
import time
from collections.abc import Callable
from itertools import chain
from typing import Any
from uuid import UUID

import structlog
from asyncpg.pgproto import pgproto

from niangjia.bookings.lane.database import Busy, Connections, Rejected, Unavailable, Unknown, new_keys
from niangjia.bookings.lane.outcomes import (
    BY_DRAW,
    CLOSED,
    FAILED,
    LIMIT,
    NOT_ELIGIBLE,
    REVOKED,
    SOLD_OUT,
    UNAVAILABLE,
    UNKNOWN,
    UNKNOWN_PROGRAMME,
    Booked,
    Outcome,
    Refused,
)

log = structlog.get_logger()

BOOK = "SELECT * FROM bookings_book_batch($1, $2, $3, $4, $5)"
HOLDERS = """SELECT coalesce(array_agg(uuid_send(member)), '{}') AS members FROM (
    SELECT member_id AS member FROM bookings_booking
    WHERE offer_id = $1 AND status IN ('booked', 'collected', 'expired')
    UNION SELECT member_id FROM bookings_passepoch WHERE scope_id = $1 LIMIT $2) AS found"""
BATCH = 256
FRESH = 0.25  # seconds for which "nothing left" or "closed" is believed without asking
REMEMBERED = 50_000  # bookings of one offer that are worth remembering; beyond, every request asks the database
STEP = 5_000  # people in line for whom one second more is asked
SIGHT = 0.5  # seconds for which the places in line are believed without counting anew
SAME_MEMBER = 16  # requests of one member that may wait at once
GONE = -2147483647
NOT_LISTED = -2147483646
LIMITED = -2147483645

Sink = Callable[[Outcome], None]
Waiting = dict[bytes, list[Sink]]


class Lane:
    """The queue of one offer in this process. A request is sixteen bytes of member and four of epoch.

    Who asks leaves a sink, which is called with the outcome, once; it must not raise, and may belong to somebody who
    has gone away meanwhile.
    """

    def __init__(self, key: UUID, crowd: "Crowd", connections: Connections) -> None:
        self.key = key
        self.offer = key.bytes
        self.used = 0.0
        self.refusals: dict[str, int] = {}
        self.left: int | None = None  # pieces, at last sight
        self._crowd = crowd
        self._connections = connections
        self._waiting: Waiting = {}
        self._settling: Waiting = {}
        self._places: dict[bytes, int] = {}
        self._places_until = 0.0
        self._runner: asyncio.Task[None] | None = None
        self._refusal: Refused | None = None
        self._refuse_until = 0.0
        self._holders: set[bytes] = set()
        self._holders_version: int | None = None

    @property
    def idle(self) -> bool:
        return self._runner is None

    def ask(self, who: bytes, sink: Sink) -> Outcome | None:
        """The outcome if it is known at once; else nothing, and ``sink`` will hear it."""
        self.used = now = time.monotonic()
        if self._refusal is not None and now < self._refuse_until and who[:16] not in self._holders:
            return self._refusal
        waiters = self._waiting.get(who)
        if self._crowd.full or (waiters is not None and len(waiters) >= SAME_MEMBER):
            return self._crowd.overloaded(self.left)
        self._crowd.waiting += 1
        if waiters is None:
            self._waiting[who] = [sink]
            if self._runner is None:
                self._runner = self._crowd.loop.create_task(self._run())
        else:
            waiters.append(sink)
        return None

    def place(self, who: bytes) -> int | None:
        """Her number in this line, if she is in it. Counted twice a second at most, however many ask."""
        now = time.monotonic()
        if now >= self._places_until:
            line = chain(self._settling, self._waiting)
            self._places = {each: number for number, each in enumerate(line, start=1)}
            self._places_until = now + SIGHT
        return self._places.get(who)

    async def drain(self) -> None:
        """Wait until nobody waits any more."""
        while self._runner is not None:
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        try:
            while self._waiting:
                self._settling = self._next_batch()
                await self._settle(self._settling)
                self._settling = {}
        except Exception:
            log.exception("the lane stumbled")
        finally:
            self._runner = None
            self._settling = {}
            self._give_up(UNKNOWN)  # nobody, unless something went wrong above

    def _next_batch(self) -> Waiting:
        """The first to come, each member once: an old and a new pass of one member go one after the other."""
        if len(self._waiting) <= BATCH and len({who[:16] for who in self._waiting}) == len(self._waiting):
            batch, self._waiting = self._waiting, {}
            return batch
        batch = {}
        members = set()
        for who in list(self._waiting):
            if who[:16] not in members:
                members.add(who[:16])
                batch[who] = self._waiting.pop(who)
                if len(batch) == BATCH:
                    break
        return batch

    async def _settle(self, batch: Waiting) -> None:
        try:
            row, keys = await self._book(list(batch))
        except Unavailable:
            self._answer_all(batch, UNAVAILABLE)
            self._give_up(UNAVAILABLE)
        except Unknown:
            self._answer_all(batch, UNKNOWN)
            self._give_up(UNAVAILABLE)
        except Busy:
            self._answer_all(batch, self._crowd.overloaded(self.left))
            self._give_up(self._crowd.overloaded(self.left))
        except Rejected:
            await self._settle_singly(batch)
        except BaseException:
            self._answer_all(batch, UNKNOWN)
            raise
        else:
            # Said once the next batch is on its way, so that the database works while this process writes.
            self._crowd.loop.call_soon(self._answer, batch, row, keys)
            await self._remember(row)

    async def _settle_singly(self, batch: Waiting) -> None:
        """One row of the batch is poison: the others shall not suffer for it."""
        if len(batch) == 1:
            self._answer_all(batch, FAILED)
            return
        for who, sinks in batch.items():
            await self._settle({who: sinks})

    async def _book(self, whos: list[bytes]) -> tuple[Any, list[Any]]:
        entry, *keys = new_keys(len(whos) + 1)
        members = [pgproto.UUID(who[:16]) for who in whos]
        epochs = [int.from_bytes(who[16:], "big") for who in whos]
        return await self._connections.row(BOOK, self.key, entry, keys, members, epochs), keys

    def _answer(self, batch: Waiting, row: Any, keys: list[Any]) -> None:
        refusal = self._general(row)
        self.left = row["left_over"]
        answers = row["answers"] or [0] * len(batch)
        before = row["keys"]
        for index, (sinks, answer) in enumerate(zip(batch.values(), answers, strict=True)):
            outcome: Outcome
            if answer > 0:
                outcome = Booked(201, answer, str(keys[index]))
            elif answer == 0:
                outcome = refusal
            elif answer == GONE:
                outcome = REVOKED
            elif answer == NOT_LISTED:
                outcome = NOT_ELIGIBLE
            elif answer == LIMITED:
                outcome = LIMIT
            else:
                outcome = Booked(200, -answer, str(before[index]))
            self._resolve(sinks, outcome)

    def _general(self, row: Any) -> Refused:
        """What is said to whom the offer as a whole refuses."""
        if row["state"] == 1:
            return UNKNOWN_PROGRAMME
        if row["state"] == 2:
            return Refused("not-yet-open", wait=row["wait"])
        return {3: CLOSED, 4: BY_DRAW}.get(row["state"], SOLD_OUT)

    async def _remember(self, row: Any) -> None:
        """Refuse the next quarter of a second without asking, but for those who hold a booking or an old pass."""
        self._refusal = None
        if (
            row["state"] == 1
            or (row["state"] == 0 and row["left_over"] > 0)
            or (row["state"] == 2 and row["wait"] < 2)
        ):
            return
        if row["at_version"] != self._holders_version:
            try:
                found = await self._connections.row(HOLDERS, self.key, REMEMBERED + 1)
            except (Unavailable, Unknown, Busy, Rejected):
                return
            if len(found["members"]) > REMEMBERED:
                return
            self._holders = set(found["members"])
            self._holders_version = row["at_version"]
        self._refusal = self._general(row)
        self._refuse_until = time.monotonic() + FRESH

    def _give_up(self, outcome: Refused) -> None:
        """Answer all who wait and were not sent."""
        batch, self._waiting = self._waiting, {}
        self._answer_all(batch, outcome)

    def _answer_all(self, batch: Waiting, outcome: Outcome) -> None:
        for sinks in batch.values():
            self._resolve(sinks, outcome)

    def _resolve(self, sinks: list[Sink], outcome: Outcome) -> None:
        self._crowd.waiting -= len(sinks)
        for sink in sinks:
            sink(outcome)


class Crowd:
    """How many wait in all lanes of this process, and how many may."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = 0
        self.closed = False
        self.loop = asyncio.get_running_loop()

    @property
    def full(self) -> bool:
        return self.closed or self.waiting >= self.limit

    def overloaded(self, left: int | None = None) -> Refused:
        """Later the more there are, and not everybody at the same moment."""
        least = 1 + self.waiting // STEP
        wait = least + random.randint(0, least)  # noqa: S311 (no secret: it spreads those who ask again)
        return Refused("overloaded", wait=wait, waiting=self.waiting, left=left)
