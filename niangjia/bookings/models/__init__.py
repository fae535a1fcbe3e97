"""The tables of bookings: offers, bookings, how pieces are allocated, and who waits for one."""

from niangjia.bookings.models.allocation import (
    Allocation,
    Claimant,
    Limit,
    Pack,
    Share,
    Tally,
    Who,
    subject_of,
)
from niangjia.bookings.models.bookings import (
    BOOKING_TRANSITIONS,
    LIVE,
    Booking,
    BookingQuerySet,
    BookingSeal,
    BookingStatus,
    Channel,
    PassEpoch,
    RefusalCount,
)
from niangjia.bookings.models.counting import CountedHandout, Exemption
from niangjia.bookings.models.entries import (
    ENTRY_TRANSITIONS,
    STANDING,
    Draw,
    Entry,
    EntryState,
)
from niangjia.bookings.models.offers import (
    OFFER_TRANSITIONS,
    Method,
    Offer,
    OfferStatus,
    OfferStock,
)
from niangjia.bookings.placing import SHARES

__all__ = [
    "BOOKING_TRANSITIONS",
    "ENTRY_TRANSITIONS",
    "LIVE",
    "OFFER_TRANSITIONS",
    "SHARES",
    "STANDING",
    "Allocation",
    "Booking",
    "BookingQuerySet",
    "BookingSeal",
    "BookingStatus",
    "Channel",
    "Claimant",
    "CountedHandout",
    "Draw",
    "Entry",
    "EntryState",
    "Exemption",
    "Limit",
    "Method",
    "Offer",
    "OfferStatus",
    "OfferStock",
    "Pack",
    "PassEpoch",
    "RefusalCount",
    "Share",
    "Tally",
    "Who",
    "subject_of",
]
