"""What the chain over bookings is made of, and whether it is whole."""

import hashlib
from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from django.db import connection

from niangjia.bookings.models import BookingSeal

# A line for each booking, by number, of everything about it that is for good. The database writes it: in the minute of
# an opening there are tens of thousands, and each made a row of ours costs as much as it had cost to book.
CONTENT = """COPY (
    SELECT id, offer_id, member_id, number, channel, protected, extract(epoch FROM booked_at), helper_id
    FROM bookings_booking WHERE offer_id = %s AND number BETWEEN %s AND %s ORDER BY number
) TO STDOUT"""


def digest_of(offer: UUID, first: int, last: int, before: bytes) -> bytes:
    """SHA-256 over the link before and the lines of the bookings with these numbers."""
    digest = hashlib.sha256(before)
    with connection.cursor() as cursor, cursor.copy(CONTENT, [offer, first, last]) as lines:
        for block in lines:
            digest.update(block)
    return digest.digest()


def broken() -> Iterator[str]:
    """Sealed stretches in which a booking was edited, removed, added or renumbered; one query per stretch."""
    for _offer, seals in groupby(BookingSeal.objects.select_related("offer").iterator(), lambda seal: seal.offer_id):
        before, expected = b"", 1
        for seal in seals:
            kept = bytes(seal.digest)
            if seal.first != expected or digest_of(seal.offer_id, seal.first, seal.last, before) != kept:
                yield f"{seal.offer} ({seal.offer_id}): {seal.first}–{seal.last}"
            before, expected = kept, seal.last + 1
