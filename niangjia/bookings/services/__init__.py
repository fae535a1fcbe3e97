"""Every write about offers and bookings, but for what the lane books itself.

Locks are taken in one order everywhere: the offer's stock row, the booking, the voucher, the item of the ledger.
"""

from niangjia.bookings.services.bookings import (
    AlreadyBooked,
    CancelRefused,
    NotEligible,
    SoldOut,
    book_assisted,
    cancel_booking,
    expire_bookings,
    mark_collected,
    mark_not_collected,
    return_gift,
)
from niangjia.bookings.services.offers import (
    OfferRefused,
    change_offer,
    close_offer,
    create_offer,
    free_protected_share,
    publish_offer,
    tend_offers,
)
from niangjia.bookings.services.passes import issue_pass, revoke_passes
from niangjia.bookings.services.sealing import seal_bookings

__all__ = [
    "AlreadyBooked",
    "CancelRefused",
    "NotEligible",
    "OfferRefused",
    "SoldOut",
    "book_assisted",
    "cancel_booking",
    "change_offer",
    "close_offer",
    "create_offer",
    "expire_bookings",
    "free_protected_share",
    "issue_pass",
    "mark_collected",
    "mark_not_collected",
    "publish_offer",
    "return_gift",
    "revoke_passes",
    "seal_bookings",
    "tend_offers",
]
