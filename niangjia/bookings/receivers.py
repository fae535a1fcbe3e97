"""What bookings hear of: hand-overs, and people who log out."""

from typing import Any

from django.contrib.auth.signals import user_logged_out

from niangjia.bookings import services
from niangjia.bookings.models import Booking
from niangjia.bookings.queries import SOURCE
from niangjia.members.models import Member
from niangjia.vouchers.models import Voucher
from niangjia.vouchers.signals import redeemed, redemption_undone


def collect(sender: object, *, voucher: Voucher, held: Booking, actor: Any, **_more: object) -> None:
    if voucher.kind == SOURCE:
        services.mark_collected(held, actor=actor)


def uncollect(sender: object, *, voucher: Voucher, held: Booking, actor: Any, reason: str, **_more: object) -> None:
    if voucher.kind == SOURCE:
        services.mark_not_collected(held, actor=actor, reason=reason)


def revoke(sender: object, *, user: Any, **_more: object) -> None:
    """A pass that somebody left on a borrowed phone ends with the log-out."""
    member = Member.objects.filter(user_id=user.pk).first() if user is not None else None
    if member is not None:
        services.revoke_passes(member.pk)


def listen() -> None:
    redeemed.connect(collect)
    redemption_undone.connect(uncollect)
    user_logged_out.connect(revoke)
