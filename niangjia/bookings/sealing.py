"""What the chain over bookings is made of."""

import hashlib
import json

from niangjia.bookings.models import Booking


def digest_of(bookings: list[Booking], before: bytes) -> bytes:
    """SHA-256 over the link before and, in the order of their numbers, everything of these bookings that is for good."""
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
