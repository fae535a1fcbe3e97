"""Whether a rehearsal booked rightly: counted in its tables, and compared with what people were told."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from niangjia.bookings.rehearsed import Check
from niangjia.ops.rehearsal.world import World, member_key

COUNTS = """SELECT o.capacity - s.remaining - s.protected_remaining AS taken, o.capacity - o.protected AS pieces,
    s.next_number - 1 AS given, count(b.id) AS rows, count(DISTINCT b.member_id) AS members,
    count(DISTINCT b.number) AS numbers, coalesce(max(b.number), 0) AS last,
    count(b.id) FILTER (WHERE b.booked_at < o.opens_at) AS early,
    (SELECT coalesce(sum(e.quantity), 0)::bigint FROM ledgers_stockentry e
     WHERE e.purpose_id = o.id AND e.destination = 'booked') AS ledger
    FROM bookings_offer o JOIN bookings_offerstock s ON s.offer_id = o.id
    LEFT JOIN bookings_booking b ON b.offer_id = o.id WHERE o.id = %s GROUP BY o.id, s.offer_id"""
NAMES = ("taken", "pieces", "given", "rows", "members", "numbers", "last", "early", "ledger")
MISSING = """SELECT count(*) FROM unnest(%s::uuid[], %s::integer[]) AS told(member, number)
    LEFT JOIN bookings_booking b ON b.offer_id = %s AND b.member_id = told.member AND b.number = told.number
    WHERE b.id IS NULL"""

Told = Sequence[Sequence[int]]


def faults(world: World, offer: UUID, told: Told | None) -> list[dict[str, Any]]:
    """Every comparison that failed. ``told`` are member and number of everybody who heard of a booking, if known."""
    return [
        {"check": check.value, "expected": expected, "found": found}
        for check, expected, found in _comparisons(world, offer, told)
        if expected != found
    ]


def _comparisons(world: World, offer: UUID, told: Told | None) -> Iterator[tuple[Check, int, int]]:
    row = world.raw.execute(COUNTS, [offer]).fetchone()
    count = dict(zip(NAMES, row or [0] * len(NAMES), strict=True))
    yield Check.STOCK, count["taken"], count["rows"]
    yield Check.OVERSOLD, 0, max(0, count["rows"] - count["pieces"])
    yield Check.MEMBERS, count["rows"], count["members"]
    yield Check.NUMBERS, count["rows"], count["numbers"]
    yield Check.LAST, count["given"], count["last"]
    yield Check.LAST, count["rows"], count["last"]
    yield Check.LEDGER, count["rows"], count["ledger"]
    yield Check.EARLY, 0, count["early"]
    if told is not None:
        members = [member_key(member) for member, _number in told]
        missing = world.raw.execute(MISSING, [members, [number for _member, number in told], offer]).fetchone()
        yield Check.ACKNOWLEDGED, count["rows"], len(told)
        yield Check.MISSING, 0, missing[0] if missing else len(told)
