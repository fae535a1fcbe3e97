"""What somebody is told who has asked for a booking, beside what the programme's page shows.

Where she stands decides. The counter's answer, which came along in an address that anybody can type, adds only what no
record can tell, and only where she may still book.
"""

from typing import NamedTuple

from django.contrib import messages
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from niangjia.benefits.queries.members import Standing


class Said(NamedTuple):
    level: int
    text: str | Promise


MADE = Said(messages.SUCCESS, _("Your booking is made."))
BY_STANDING = {
    Standing.BOOKED: Said(messages.INFO, _("You had booked already; this is your booking.")),
    Standing.COLLECTED: Said(messages.INFO, _("You had booked already, and the gift has been collected.")),
    Standing.MISSED: Said(messages.WARNING, _("You had booked already, and the gift was not collected in time.")),
    Standing.LISTED: Said(messages.INFO, _("Nothing was booked: a pack is set aside for you already.")),
    Standing.HANDED_OUT: Said(messages.INFO, _("Nothing was booked: you have been handed your pack already.")),
    Standing.OFFLINE_ONLY: Said(messages.WARNING, _("Nothing was booked: these gifts are handed out on the spot.")),
    Standing.NOT_ELIGIBLE: Said(messages.WARNING, _("You cannot book this one; the reason stands below.")),
    Standing.NOT_YET_OPEN: Said(messages.WARNING, _("Booking has not opened yet.")),
    Standing.SOLD_OUT: Said(messages.WARNING, _("All gifts were booked by the time your request arrived.")),
    Standing.CLOSED: Said(messages.WARNING, _("Booking has closed.")),
    Standing.KEPT: Said(messages.INFO, _("A gift is kept for you already: accept or decline it below.")),
    Standing.WAITING: Said(messages.INFO, _("Nothing was booked: you stand on the waiting list.")),
    Standing.ENTERED: Said(messages.INFO, _("Nothing was booked: you have entered for the draw.")),
    Standing.MAY_ENTER: Said(messages.INFO, _("These gifts are drawn by lot; you need not be fast.")),
    Standing.LIMIT: Said(messages.WARNING, _("A limit is reached; the page says which.")),
    Standing.LAPSED: Said(messages.WARNING, _("Nothing was booked: the time for your answer is over.")),
    Standing.NOT_REACHED: Said(messages.WARNING, _("Nothing was booked: your turn did not come.")),
}

FREE = Said(messages.INFO, _("You have no booking, and a gift is there for you: press the button to book it."))
BUSY = Said(
    messages.WARNING,
    _("Very many people are booking at this moment. Please press the button again: you cannot book twice."),
)
STALE = Said(messages.WARNING, _("This page had been open too long. Please press the button again."))
FAILED = Said(
    messages.WARNING,
    _("This booking did not work. Please press the button again; if it fails once more, ask your union."),
)
STRANGE = Said(messages.WARNING, _("The request did not come from this page. Please press the button here."))
WHILE_OPEN = {
    "booked": FREE,
    "already-booked": FREE,
    "sold-out": FREE,
    "limit": FREE,
    "by-draw": FREE,
    "not-eligible": FREE,
    "not-yet-open": FREE,
    "closed": FREE,
    "unknown-programme": FREE,
    "overloaded": BUSY,
    "outcome-unknown": BUSY,
    "unavailable": BUSY,
    "failed": FAILED,
    "bad-pass": STALE,
    "expired-pass": STALE,
    "revoked-pass": STALE,
    "other-programme": STALE,
    "no-pass": STRANGE,
    "foreign-origin": STRANGE,
    "invalid-request": STRANGE,
    "method-not-allowed": STRANGE,
}


def said(outcome: str, standing: Standing) -> Said | None:
    """Nothing for a name that the counter never gives."""
    if outcome not in WHILE_OPEN:
        return None
    if (outcome, standing) == ("booked", Standing.BOOKED):
        return MADE
    return BY_STANDING.get(standing) or WHILE_OPEN[outcome]
