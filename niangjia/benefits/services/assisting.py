"""Acting for a person without a phone, from the share that is kept for this."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.benefits.models import Programme
from niangjia.benefits.services.handing import require_unserved
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, Offer
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidTransition
from niangjia.core.transactions import whole
from niangjia.members.models import Member
from niangjia.vouchers import services as vouchers
from niangjia.vouchers.models import Redemption, ServicePoint


@whole
def book_for(programme: Programme, member: Member, *, actor: Actor | None, at: datetime) -> Booking:
    """Book for ``member``; whether she is eligible, and whether the share has one left, is asked as for everybody."""
    offer = Offer.objects.filter(pk=programme.pk).first()
    if offer is None:
        raise InvalidTransition(_("“%(name)s” has nothing to be booked.") % {"name": programme})
    require_unserved(programme, member)
    booking = bookings.book_assisted(offer, member, actor=actor)
    told: dict[str, Any] = {"person": member.name, "helper": str(actor or ""), "number": booking.number}
    audit.record(actor, "benefits.programme.book_for", programme, **told)
    return booking


@whole
def hand_out_now(
    programme: Programme, member: Member, *, point: ServicePoint | None, actor: Actor | None, at: datetime
) -> tuple[Booking, Redemption]:
    """Book for ``member`` and hand the gift over in the same breath."""
    booking = book_for(programme, member, actor=actor, at=at)
    voucher = vouchers.ensure_voucher(booking.pk)
    if voucher is None:
        raise RuntimeError("A booking that was just made has no voucher.")
    redemption = vouchers.redeem(voucher, actor=actor, point=point, at=at)
    told: dict[str, Any] = {"person": member.name, "helper": str(actor or ""), "number": booking.number}
    audit.record(actor, "benefits.programme.hand_out_now", programme, **told)
    return booking, redemption
