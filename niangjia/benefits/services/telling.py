"""Letters to members: a booking is confirmed, a cancellation is confirmed, collection is about to end."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.benefits.models import Programme
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, BookingStatus, Channel
from niangjia.core.access import Actor
from niangjia.core.transactions import whole
from niangjia.members.models import Member
from niangjia.notices import services as notices
from niangjia.ui import formats

BATCH = 5_000
BEFORE_THE_END = timedelta(days=1)


def _page(programme: Programme) -> str:
    return reverse("benefits:member-programme", args=[programme.pk])


def tell_booked() -> int:
    """Confirm to everybody what was booked online since the last time: the lane itself writes no letters."""
    return sum(_tell_booked(programme) for programme in Programme.objects.running())


@whole
def _tell_booked(programme: Programme) -> int:
    """Numbers are given in order under one lock, so that below a committed one none is still to come."""
    held = Programme.objects.select_for_update(of=["self"], skip_locked=True).filter(pk=programme.pk).first()
    if held is None:
        return 0
    fresh = list(
        Booking.objects.filter(offer=held.pk, number__gt=held.told_number)
        .order_by("number")
        .values_list("number", "channel", "status", "member__user")[:BATCH]
    )
    if not fresh:
        return 0
    held.told_number = fresh[-1][0]
    held.save(update_fields=["told_number"])
    users = [user for _number, channel, status, user in fresh if _to_be_told(channel, status, user)]
    return notices.tell_many(
        users,
        title=_("You have booked: %(name)s") % {"name": held.name},
        body=_("Collection: %(period)s. Your number and your code stand on the page of the programme.")
        % {"period": formats.period(held.collect_from, held.collect_until)},
        link=_page(held),
    )


def _to_be_told(channel: str, status: str, user: object) -> bool:
    """Whoever was booked for at a desk has a letter already."""
    return user is not None and channel == Channel.ONLINE and status == BookingStatus.BOOKED


def remind_collectors(*, at: datetime) -> int:
    """The day before collection ends, once: a letter to those who have booked and not yet collected."""
    due = Programme.objects.running().filter(
        reminded_at=None, collect_until__gt=at, collect_until__lte=at + BEFORE_THE_END
    )
    return sum(_remind(programme, at) for programme in due)


@whole
def _remind(programme: Programme, at: datetime) -> int:
    held = Programme.objects.select_for_update(of=["self"], skip_locked=True).filter(pk=programme.pk, reminded_at=None)
    for found in held:
        found.reminded_at = at
        found.save(update_fields=["reminded_at"])
        waiting = Booking.objects.filter(offer=found.pk, status=BookingStatus.BOOKED, member__user__isnull=False)
        count = notices.tell_many(
            waiting.values_list("member__user", flat=True),
            title=_("Please collect your gift: %(name)s") % {"name": found.name},
            body=_("It can be collected until %(moment)s. If you cannot come, a colleague may collect it for you.")
            % {"moment": formats.moment(found.collect_until)},
            link=_page(found),
        )
        audit.record(None, "benefits.programme.remind", found, people=count)
        return count
    return 0


@whole
def cancel_own(booking: Booking, member: Member, *, actor: Actor, at: datetime) -> Booking:
    """The member gives the gift back for others, and has it in writing."""
    cancelled = bookings.cancel_booking(booking, actor=actor, at=at)
    programme = Programme.objects.get(pk=cancelled.offer_id)
    if member.user:
        notices.tell(
            member.user,
            title=_("Your booking is cancelled: %(name)s") % {"name": programme.name},
            body=_("Number %(number)s was cancelled on %(moment)s.")
            % {"number": cancelled.number, "moment": formats.moment(at)},
            link=_page(programme),
        )
    return cancelled
