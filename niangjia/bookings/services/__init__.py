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
from niangjia.bookings.services.rehearsing import (
    RehearsalRefused,
    RehearsalUnderWay,
    begin_rehearsal,
    break_off_rehearsal,
    finish_rehearsal,
    give_up_lost,
    plan_rehearsal,
    require_quiet,
    require_size,
    start_rehearsal,
)
from niangjia.bookings.services.sealing import seal_bookings

__all__ = [
    "AlreadyBooked",
    "CancelRefused",
    "NotEligible",
    "OfferRefused",
    "RehearsalRefused",
    "RehearsalUnderWay",
    "SoldOut",
    "begin_rehearsal",
    "book_assisted",
    "break_off_rehearsal",
    "cancel_booking",
    "change_offer",
    "close_offer",
    "create_offer",
    "expire_bookings",
    "finish_rehearsal",
    "free_protected_share",
    "give_up_lost",
    "issue_pass",
    "mark_collected",
    "mark_not_collected",
    "plan_rehearsal",
    "publish_offer",
    "require_quiet",
    "require_size",
    "return_gift",
    "revoke_passes",
    "seal_bookings",
    "start_rehearsal",
    "tend_offers",
]
