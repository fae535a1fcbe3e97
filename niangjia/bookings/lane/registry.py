"""The lanes of this process: made for offers that exist, forgotten when idle: no address fills the memory."""

import asyncio
import time
from uuid import UUID

import structlog

from niangjia.bookings.lane.batches import Crowd, Lane
from niangjia.bookings.lane.database import Busy, Connections, Rejected, Unavailable, Unknown
from niangjia.bookings.lane.outcomes import UNAVAILABLE, UNKNOWN_PROGRAMME, Refused

log = structlog.get_logger()

PREFIX = "/book/"
LANES = 1_000
STRANGERS = 1_000  # addresses remembered to lead nowhere
STRANGE = 1.0  # seconds for which that is believed
LOOKUPS = 1_000  # addresses that may wait to be looked up
EVERY = 3.0  # seconds between two writings of the refusals

KNOWN = """SELECT coalesce(array_agg(uuid_send(id)), '{}') AS offers
    FROM bookings_offer WHERE id = ANY($1) AND status <> 'draft'"""
COUNT = """WITH counted AS (
    INSERT INTO bookings_refusalcount AS r (offer_id, reason, count)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])
    ON CONFLICT (offer_id, reason) DO UPDATE SET count = r.count + excluded.count RETURNING 1)
    SELECT count(*) FROM counted"""


class Lanes:
    """Finds or makes the lane of an offer, and keeps what concerns them all."""

    def __init__(self, limit: int) -> None:
        self.crowd = Crowd(limit)
        self.connections = Connections()
        self.by_path: dict[str, Lane] = {}
        self._strangers: dict[UUID, float] = {}
        self._asked: dict[UUID, list[asyncio.Future[Lane | Refused]]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._counts: dict[tuple[UUID, str], int] = {}
        self._counting: asyncio.Task[None] | None = None

    async def find(self, offer: UUID) -> Lane | Refused:
        """The lane, or the refusal: there is no such offer, or it cannot be looked up now."""
        lane = self.by_path.get(f"{PREFIX}{offer}")
        if lane is not None:
            return lane
        if self._strangers.get(offer, 0.0) > time.monotonic():
            return UNKNOWN_PROGRAMME
        if self.crowd.full or len(self._asked) >= LOOKUPS:
            return self.crowd.overloaded()
        future: asyncio.Future[Lane | Refused] = self.crowd.loop.create_future()
        self._asked.setdefault(offer, []).append(future)
        if self._asking is None:
            self._asking = self.crowd.loop.create_task(self._look_up())
        return await future

    async def _look_up(self) -> None:
        """One query at a time for all addresses that came meanwhile."""
        try:
            while self._asked:
                asked, self._asked = self._asked, {}
                found = await self._existing(list(asked))
                for offer, futures in asked.items():
                    answer = found if isinstance(found, Refused) else self._meet(offer, known=offer.bytes in found)
                    for future in futures:
                        if not future.done():
                            future.set_result(answer)
        except Exception:
            log.exception("the lane could not look up programmes")
        finally:
            self._asking = None
            self._abandon()

    def _abandon(self) -> None:
        """Nobody is left waiting, whatever went wrong."""
        asked, self._asked = self._asked, {}
        for future in (future for futures in asked.values() for future in futures):
            if not future.done():
                future.set_result(UNAVAILABLE)

    async def _existing(self, offers: list[UUID]) -> set[bytes] | Refused:
        try:
            row = await self.connections.row(KNOWN, offers)
        except (Unavailable, Unknown, Busy, Rejected):
            return UNAVAILABLE
        return set(row["offers"])

    def _meet(self, offer: UUID, *, known: bool) -> Lane | Refused:
        if not known:
            while len(self._strangers) >= STRANGERS:
                del self._strangers[next(iter(self._strangers))]
            self._strangers[offer] = time.monotonic() + STRANGE
            return UNKNOWN_PROGRAMME
        path = f"{PREFIX}{offer}"
        if path not in self.by_path:
            self._make_room()
            self.by_path[path] = Lane(offer, self.crowd, self.connections)
        return self.by_path[path]

    def _make_room(self) -> None:
        if len(self.by_path) < LANES:
            return
        idle = sorted((lane for lane in self.by_path.values() if lane.idle), key=lambda lane: lane.used)
        for lane in idle[: LANES // 10]:
            self._collect(lane)
            del self.by_path[f"{PREFIX}{lane.key}"]

    # Refusals -----------------------------------------------------------------------------------------------------
    def count(self, lane: Lane, reason: str) -> None:
        """Remember a refusal for the report."""
        lane.refusals[reason] = lane.refusals.get(reason, 0) + 1
        if self._counting is None and not self.crowd.closed:
            self._counting = self.crowd.loop.create_task(self._write_later())

    def _collect(self, lane: Lane) -> None:
        for reason, count in lane.refusals.items():
            key = (lane.key, reason)
            self._counts[key] = self._counts.get(key, 0) + count
        lane.refusals = {}

    async def _write_later(self) -> None:
        try:
            await asyncio.sleep(EVERY)
            await self.write_counts()
        finally:
            self._counting = None

    async def write_counts(self) -> None:
        """Add what was counted to the table; what cannot be written now is kept for the next time."""
        for lane in self.by_path.values():
            self._collect(lane)
        counts, self._counts = self._counts, {}
        if not counts:
            return
        offers = [offer for offer, _reason in counts]
        reasons = [reason for _offer, reason in counts]
        try:
            await self.connections.row(COUNT, offers, reasons, list(counts.values()))
        except (Unavailable, Unknown, Busy, Rejected):
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count

    async def close(self, patience: float) -> None:
        """Take nobody in any more, answer those who wait, write the counts, let the connections go."""
        self.crowd.closed = True
        busy = [asyncio.ensure_future(lane.drain()) for lane in self.by_path.values() if not lane.idle]
        if busy:
            await asyncio.wait(busy, timeout=patience)
        if self._counting is not None:
            self._counting.cancel()
        await self.write_counts()
        await self.connections.close()
