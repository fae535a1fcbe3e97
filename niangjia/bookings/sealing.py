"""What the chain over bookings is made of, and whether it is whole."""

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby

from niangjia.bookings.models import Booking, BookingSeal


def digest_of(bookings: list[Booking], before: bytes) -> bytes:
    """SHA-256 over the link before and, by number, everything of these bookings that is for good."""
    content = [
        [
            str(booking.pk),
            str(booking.offer_id),
            str(booking.member_id),
            booking.number,
            booking.channel,
            booking.protected,
            int(booking.booked_at.timestamp() * 1_000_000),
            str(booking.helper_id),
        ]
        for booking in bookings
    ]
    return hashlib.sha256(before + json.dumps(content, separators=(",", ":")).encode()).digest()


def broken() -> Iterator[str]:
    """Sealed stretches in which a booking was edited, removed, added or renumbered; one query per stretch."""
    for _offer, seals in groupby(BookingSeal.objects.select_related("offer").iterator(), lambda seal: seal.offer_id):
        before, expected = b"", 1
        for seal in seals:
            bookings = Booking.objects.filter(offer=seal.offer_id, number__range=(seal.first, seal.last))
            kept = bytes(seal.digest)
            if seal.first != expected or digest_of(list(bookings.order_by("number")), before) != kept:
                yield f"{seal.offer} ({seal.offer_id}): {seal.first}–{seal.last}"
            before, expected = kept, seal.last + 1
