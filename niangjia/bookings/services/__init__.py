"""Every write about offers and bookings, but for what the lane books itself.

Locks are taken in one order everywhere: the offer's stock row, the booking, the voucher, tallies of limits, the
item of the ledger.
"""

from niangjia.bookings.services.allocation import (
    AllocationFixed,
    AllocationPlan,
    SharePlan,
    default_method,
    plan_allocation,
)
from niangjia.bookings.services.bookings import (
    book_assisted,
    cancel_booking,
    expire_bookings,
    mark_collected,
    mark_not_collected,
    release_uncollected,
    return_gift,
)
from niangjia.bookings.services.draws import (
    VALUE_MOST,
    DrawRefused,
    blinded,
    close_entries,
    enter_value,
    note_export,
    run_draw,
)
from niangjia.bookings.services.entries import EntryRefused, accept, join, lapse_entries, leave
from niangjia.bookings.services.limits import (
    allow_beyond_limit,
    count_handout,
    create_limit,
    raise_limit,
    uncount_handout,
)
from niangjia.bookings.services.offers import (
    OfferRefused,
    change_offer,
    close_offer,
    create_offer,
    free_protected_share,
    free_share,
    publish_offer,
    tend_offers,
)
from niangjia.bookings.services.passes import issue_pass, revoke_passes
from niangjia.bookings.services.refusals import (
    AlreadyBooked,
    CancelRefused,
    LimitReached,
    NotEligible,
    NotOpen,
    SoldOut,
)
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
    "VALUE_MOST",
    "AllocationFixed",
    "AllocationPlan",
    "AlreadyBooked",
    "CancelRefused",
    "DrawRefused",
    "EntryRefused",
    "LimitReached",
    "NotEligible",
    "NotOpen",
    "OfferRefused",
    "RehearsalRefused",
    "RehearsalUnderWay",
    "SharePlan",
    "SoldOut",
    "accept",
    "allow_beyond_limit",
    "begin_rehearsal",
    "blinded",
    "book_assisted",
    "break_off_rehearsal",
    "cancel_booking",
    "change_offer",
    "close_entries",
    "close_offer",
    "count_handout",
    "create_limit",
    "create_offer",
    "default_method",
    "enter_value",
    "expire_bookings",
    "finish_rehearsal",
    "free_protected_share",
    "free_share",
    "give_up_lost",
    "issue_pass",
    "join",
    "lapse_entries",
    "leave",
    "mark_collected",
    "mark_not_collected",
    "note_export",
    "plan_allocation",
    "plan_rehearsal",
    "publish_offer",
    "raise_limit",
    "release_uncollected",
    "require_quiet",
    "require_size",
    "return_gift",
    "revoke_passes",
    "run_draw",
    "seal_bookings",
    "start_rehearsal",
    "tend_offers",
    "uncount_handout",
]
