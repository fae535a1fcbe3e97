"""Standing in line for the gift of a programme: the draw, the waiting list, and the answer when one is kept."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from niangjia.benefits.models import Programme
from niangjia.benefits.services.handing import require_unserved
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, Entry, EntryState, Offer
from niangjia.core.errors import InvalidTransition
from niangjia.core.transactions import whole
from niangjia.members.models import Member


@whole
def join_line(programme: Programme, member: Member, *, actor: Any, at: datetime) -> Entry:
    """Enter the draw or stand on the waiting list: the member herself, or a helper for a person without a phone."""
    offer = Offer.objects.filter(pk=programme.pk).first()
    if offer is None:
        raise InvalidTransition(_("“%(name)s” has nothing to be booked.") % {"name": programme})
    require_unserved(programme, member)
    return bookings.join(offer, member, actor=actor, at=at)


@whole
def accept_gift(programme: Programme, entry: Entry, *, actor: Any, at: datetime) -> Booking:
    """Take the gift that is kept, unless the person has been served offline meanwhile."""
    if entry.state == EntryState.OFFERED:  # asking again after one has accepted is no second gift
        require_unserved(programme, entry.member)
    return bookings.accept(entry, actor=actor, at=at)
