"""One booking: made at the counter, cancelled, collected, given back, lapsed."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings.models import (
    BOOKING_TRANSITIONS,
    Booking,
    BookingStatus,
    Channel,
    Method,
    Offer,
    OfferStatus,
    OfferStock,
)
from niangjia.bookings.permissions import ASSIST, MANAGE
from niangjia.bookings.placing import ANYBODY
from niangjia.bookings.queries import booking_of, eligible, keeps_a_list, now
from niangjia.bookings.services.entries import call_next
from niangjia.bookings.services.limits import require_within_limits
from niangjia.bookings.services.passes import revoke_passes
from niangjia.bookings.services.pools import charge, free_in, give_up, locked_stock, terms_of, write
from niangjia.bookings.services.refusals import (
    AlreadyBooked,
    CancelRefused,
    LimitReached,
    NotEligible,
    NotOpen,
    SoldOut,
)
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.identity.models import User
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.models import Account
from niangjia.members.models import Member
from niangjia.notices import services as notices
from niangjia.vouchers import services as vouchers
from niangjia.vouchers.models import VoucherStatus

# Who was served late, after a place became free, has at least so long to come.
GRACE = timedelta(hours=48)


@whole
def book_assisted(offer: Offer, member: Member, *, actor: Any) -> Booking:
    """Book for a person without a phone: from the protected share, and from the rest once that is used up."""
    access.require(actor, ASSIST, offer.organization)
    stock, offer = locked_stock(offer.pk)
    moment = now()
    _require_open(offer, moment)
    _require_may_book(offer, member)
    protected, share, quantity = _take(stock, offer, member)
    booking = Booking.objects.create(
        organization=offer.organization,
        organization_path=offer.organization_path,
        offer=offer,
        member=member,
        number=stock.next_number,
        channel=Channel.ASSISTED,
        protected=protected,
        share=share,
        quantity=quantity,
        booked_at=moment,
        helper_id=actor.pk if actor else None,
    )
    stock.next_number += 1
    write(stock)
    ledgers.book(offer.item, purpose_id=offer.pk, quantity=quantity, actor=actor, reference=booking)
    helper = str(actor) if actor else ledgers.SYSTEM
    audit.record(actor, "bookings.booking.assist", booking, person=member.name, helper=helper, protected=protected)
    _tell(
        booking, offer, _("A booking was made for you"), _("%(helper)s booked “%(offer)s” for you, number %(number)s.")
    )
    return booking


def _take(stock: OfferStock, offer: Offer, member: Member) -> tuple[bool, int, int]:
    """Pieces for one person, protected ones first: whether they are, from which share, and how many."""
    mask, quantity = terms_of(offer, member.pk)
    protected = stock.protected_remaining >= quantity
    pools = free_in(stock)
    pool = ANYBODY if protected else pools.place(mask, quantity)
    if pool is None:
        raise SoldOut(
            _("Everything has been booked."), remedy=_("A piece becomes free when somebody cancels. Try again later.")
        )
    if not charge(offer, member.pk, quantity):
        raise LimitReached(
            _("With this gift a limit for the person, the household or the union would be passed."),
            remedy=_("The programme's page names the limits."),
        )
    if protected:
        stock.protected_remaining -= quantity
    else:
        stock.remaining, stock.shares = pools.general, pools.shares
    return protected, pool, quantity


def _require_open(offer: Offer, moment: datetime) -> None:
    if offer.status != OfferStatus.PUBLISHED or moment >= offer.closes_at:
        raise NotOpen(_("Booking has closed."), code="closed")
    if offer.method == Method.DRAW:
        raise NotOpen(
            _("These gifts are drawn by lot."), remedy=_("Enter the person for the draw instead."), code="by-draw"
        )
    if moment < offer.opens_at:
        raise NotOpen(_("Booking opens on %(when)s.") % {"when": vouchers.moment(offer.opens_at)}, code="not-yet-open")


def _require_may_book(offer: Offer, member: Member) -> None:
    existing = booking_of(offer, member)
    if existing is not None:
        raise AlreadyBooked(
            _("%(name)s has booked already, number %(number)s.") % {"name": member, "number": existing.number},
            remedy=_("Each person has one booking."),
            context={"booking": str(existing.pk), "number": existing.number},
        )
    if not eligible(offer, member):
        raise NotEligible(
            _("%(name)s is not on the list of who may book this.") % {"name": member},
            remedy=_("The programme's page says which condition is not met. If it is wrong, correct the record."),
        )


@whole
def cancel_booking(booking: Booking, *, actor: Any, at: datetime, reason: str = "") -> Booking:
    """Give the piece back, exactly once. The member may until the deadline, an officer until it is handed over."""
    own = actor is not None and Member.objects.filter(pk=booking.member_id, user_id=actor.pk).exists()
    if not own:
        access.require(actor, MANAGE, booking.organization)
    stock, offer, booking = _locked(booking)
    if booking.status != BookingStatus.BOOKED:
        raise CancelRefused(
            _("This booking is “%(status)s” and cannot be cancelled.") % {"status": booking.get_status_display()}
        )
    deadline = offer.cancel_until or offer.closes_at
    if own and at >= deadline and not access.can(actor, MANAGE, booking.organization):
        raise CancelRefused(
            _("Bookings could be cancelled until %(when)s.") % {"when": vouchers.moment(deadline)},
            remedy=_("If you cannot come, please tell your union: another person will be glad of it."),
            code="cancel-too-late",
        )
    advance(booking, BookingStatus.CANCELLED, BOOKING_TRANSITIONS)
    booking.cancelled_at = at
    booking.save(update_fields=["status", "cancelled_at"])
    vouchers.withdraw_vouchers([booking.pk])
    still_protected = not (offer.protected_until and at >= offer.protected_until)
    give_up(stock, offer, [booking], keeps_protection=still_protected)
    revoke_passes(booking.member_id, offer=offer)
    ledgers.unbook(
        offer.item, purpose_id=offer.pk, quantity=booking.quantity, actor=actor, reference=booking, reason=reason
    )
    audit.record(actor, "bookings.booking.cancel", booking, reason=reason, number=booking.number)
    call_next(stock, offer, at=at)
    if not own:
        said = _("“%(offer)s”, number %(number)s, was cancelled.")
        _tell(booking, offer, _("Your booking was cancelled"), said, reason)
    return booking


@whole
def mark_collected(booking: Booking, *, actor: Any) -> Booking:
    """The voucher has been handed over, and the booking locked there; the limits are asked once more."""
    require_within_limits(booking)
    advance(booking, BookingStatus.COLLECTED, BOOKING_TRANSITIONS)
    booking.save(update_fields=["status"])
    offer = booking.offer
    ledgers.hand_out(
        offer.item,
        purpose_id=offer.pk,
        quantity=booking.quantity,
        actor=actor,
        reference=booking,
        origin=Account.BOOKED,
    )
    return booking


@whole
def mark_not_collected(booking: Booking, *, actor: Any, reason: str) -> Booking:
    """A mistaken hand-over was undone. Whether the actor may was asked there, where the booking was locked."""
    advance(booking, BookingStatus.BOOKED, BOOKING_TRANSITIONS)
    booking.save(update_fields=["status"])
    offer = booking.offer
    ledgers.take_back(
        offer.item,
        purpose_id=offer.pk,
        quantity=booking.quantity,
        actor=actor,
        reference=booking,
        to=Account.BOOKED,
        reason=reason,
    )
    return booking


@whole
def return_gift(booking: Booking, *, actor: Any, at: datetime, reason: str) -> Booking:
    """The person has brought the gift back. Where people wait for one it goes to the next, else it is held again."""
    access.require(actor, MANAGE, booking.organization)
    stock, offer, booking = _locked(booking)
    advance(booking, BookingStatus.RETURNED, BOOKING_TRANSITIONS)
    booking.save(update_fields=["status"])
    goes_on = offer.status == OfferStatus.PUBLISHED and keeps_a_list(offer)
    ledgers.take_back(
        offer.item,
        purpose_id=offer.pk,
        quantity=booking.quantity,
        actor=actor,
        reference=booking,
        to=Account.ALLOTTED if goes_on else Account.HELD,
        reason=reason,
    )
    give_up(stock, offer, [booking], stays=goes_on)
    audit.record(actor, "bookings.booking.return", booking, reason=reason)
    call_next(stock, offer, at=at)
    return booking


@whole
def expire_bookings(offer: Offer, *, actor: Actor | None, at: datetime) -> int:
    """After the last day of collection: what was not fetched goes back to the programme's allotment."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = locked_stock(offer.pk)
    if offer.collect_until is None or at < offer.collect_until:
        raise DomainError(_("The time of collection is not over."), code="not-over")
    offer.lapsed_at = at
    offer.save(update_fields=["lapsed_at"])
    return _expire(stock, offer, actor=actor, at=at)


@whole
def release_uncollected(offer: Offer, *, actor: Actor | None, at: datetime) -> int:
    """From the announced moment on: what was not fetched goes to the next in line, until collection ends."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = locked_stock(offer.pk)
    count = _expire(stock, offer, actor=actor, at=at, booked_before=at - GRACE)
    call_next(stock, offer, at=at)
    return count


def _expire(
    stock: OfferStock, offer: Offer, *, actor: Actor | None, at: datetime, booked_before: datetime | None = None
) -> int:
    due = Booking.objects.filter(offer=offer, status=BookingStatus.BOOKED)
    due = due.filter(booked_at__lt=booked_before) if booked_before else due
    lapsed = list(due.select_for_update(of=["self"]).order_by("pk"))
    if not lapsed:
        return 0
    Booking.objects.filter(pk__in=[booking.pk for booking in lapsed]).update(status=BookingStatus.EXPIRED)
    vouchers.withdraw_vouchers([booking.pk for booking in lapsed], to=VoucherStatus.EXPIRED)
    for booking in lapsed:
        booking.offer = offer  # the history names it
    give_up(stock, offer, lapsed)
    pieces = sum(booking.quantity for booking in lapsed)
    ledgers.unbook(offer.item, purpose_id=offer.pk, quantity=pieces, actor=actor, reference=offer)
    audit.record_many(actor, "bookings.booking.expire", [(booking, {"number": booking.number}) for booking in lapsed])
    return len(lapsed)


def _locked(booking: Booking) -> tuple[OfferStock, Offer, Booking]:
    stock, offer = locked_stock(booking.offer_id)
    booking = Booking.objects.select_for_update(of=["self"]).select_related("organization").get(pk=booking.pk)
    return stock, offer, booking


def _tell(booking: Booking, offer: Offer, title: str, body: str, reason: str = "") -> None:
    """A message to the person, if she has an account."""
    user = User.objects.filter(member=booking.member_id).first()
    if user is None:
        return
    names = {"offer": offer.title, "number": booking.number, "helper": booking.helper or ""}
    text = " ".join(part for part in (body % names, reason) if part)
    notices.tell(user, title=title, body=text, link=reverse("bookings:mine"))
