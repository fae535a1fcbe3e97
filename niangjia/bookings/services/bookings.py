"""One booking: made at the counter, cancelled, collected, given back, lapsed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings.models import (
    BOOKING_TRANSITIONS,
    Booking,
    BookingStatus,
    Channel,
    Offer,
    OfferStatus,
    OfferStock,
)
from niangjia.bookings.permissions import ASSIST, MANAGE
from niangjia.bookings.queries import booking_of, eligible, now
from niangjia.bookings.services.passes import revoke_passes
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


class SoldOut(DomainError):
    """Nothing is left."""

    code = "sold-out"


class NotEligible(DomainError):
    """The person is not on the offer's list."""

    code = "not-eligible"
    status = 403


class NotOpen(DomainError):
    """The offer has not opened yet, or has closed."""

    code = "not-open"


class AlreadyBooked(DomainError):
    """The person has a live booking, named in ``context``."""

    code = "already-booked"


class CancelRefused(DomainError):
    """It is too late to cancel, or there is nothing to cancel."""

    code = "cancel-refused"


@transaction.atomic
def book_assisted(offer: Offer, member: Member, *, actor: Any) -> Booking:
    """Book for a person without a phone: from the protected share, and from the rest once that is used up."""
    access.require(actor, ASSIST, offer.organization)
    stock = OfferStock.objects.select_for_update(of=["self"]).get(offer=offer)
    offer = Offer.objects.select_related("organization", "item").get(pk=offer.pk)
    moment = now()
    _require_open(offer, moment)
    _require_may_book(offer, member)
    protected = stock.protected_remaining > 0
    if not protected and not stock.remaining:
        raise SoldOut(
            _("Everything has been booked."), remedy=_("A piece becomes free when somebody cancels. Try again later.")
        )
    booking = Booking.objects.create(
        organization=offer.organization,
        organization_path=offer.organization_path,
        offer=offer,
        member=member,
        number=stock.next_number,
        channel=Channel.ASSISTED,
        protected=protected,
        booked_at=moment,
        helper_id=actor.pk if actor else None,
    )
    stock.next_number += 1
    _shelve(stock, protected=protected, count=-1)
    ledgers.book(offer.item, purpose_id=offer.pk, actor=actor, reference=booking)
    helper = str(actor) if actor else ledgers.SYSTEM
    audit.record(actor, "bookings.booking.assist", booking, person=member.name, helper=helper, protected=protected)
    _tell(
        booking, offer, _("A booking was made for you"), _("%(helper)s booked “%(offer)s” for you, number %(number)s.")
    )
    return booking


def _require_open(offer: Offer, moment: datetime) -> None:
    if offer.status != OfferStatus.PUBLISHED or moment >= offer.closes_at:
        raise NotOpen(_("Booking has closed."), code="closed")
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


@transaction.atomic
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
    still_protected = booking.protected and not (offer.protected_until and at >= offer.protected_until)
    _shelve(stock, protected=still_protected, count=1, offer=offer)
    revoke_passes(booking.member_id, offer=offer)
    ledgers.unbook(offer.item, purpose_id=offer.pk, actor=actor, reference=booking, reason=reason)
    audit.record(actor, "bookings.booking.cancel", booking, reason=reason, number=booking.number)
    if not own:
        said = _("“%(offer)s”, number %(number)s, was cancelled.")
        _tell(booking, offer, _("Your booking was cancelled"), said, reason)
    return booking


def _shelve(stock: OfferStock, *, protected: bool, count: int, offer: Offer | None = None) -> None:
    """Put pieces back on the shelf they came from, or take them; a closed offer's go to what was not sold."""
    if offer is not None and offer.status == OfferStatus.CLOSED:
        stock.unsold += count
    elif protected:
        stock.protected_remaining += count
    else:
        stock.remaining += count
    stock.version += 1
    stock.save()


@whole
def mark_collected(booking: Booking, *, actor: Any) -> Booking:
    """The voucher has been handed over. Whether the actor may was asked there, where the booking was locked."""
    advance(booking, BookingStatus.COLLECTED, BOOKING_TRANSITIONS)
    booking.save(update_fields=["status"])
    offer = booking.offer
    ledgers.hand_out(offer.item, purpose_id=offer.pk, actor=actor, reference=booking, origin=Account.BOOKED)
    return booking


@whole
def mark_not_collected(booking: Booking, *, actor: Any, reason: str) -> Booking:
    """A mistaken hand-over was undone. Whether the actor may was asked there, where the booking was locked."""
    advance(booking, BookingStatus.BOOKED, BOOKING_TRANSITIONS)
    booking.save(update_fields=["status"])
    offer = booking.offer
    ledgers.take_back(
        offer.item, purpose_id=offer.pk, actor=actor, reference=booking, to=Account.BOOKED, reason=reason
    )
    return booking


@transaction.atomic
def return_gift(booking: Booking, *, actor: Any, reason: str) -> Booking:
    """The person has brought the gift back: it is held again, and the booking ends."""
    access.require(actor, MANAGE, booking.organization)
    booking = Booking.objects.select_for_update(of=["self"]).get(pk=booking.pk)
    advance(booking, BookingStatus.RETURNED, BOOKING_TRANSITIONS)
    booking.save(update_fields=["status"])
    offer = booking.offer
    ledgers.take_back(offer.item, purpose_id=offer.pk, actor=actor, reference=booking, reason=reason)
    audit.record(actor, "bookings.booking.return", booking, reason=reason)
    return booking


@transaction.atomic
def expire_bookings(offer: Offer, *, actor: Actor | None, at: datetime) -> int:
    """After the last day of collection: what was not fetched goes back to the programme's allotment."""
    access.require(actor, MANAGE, offer.organization)
    OfferStock.objects.select_for_update(of=["self"]).get(offer=offer)
    offer = Offer.objects.select_related("organization", "item").get(pk=offer.pk)
    if offer.collect_until is None or at < offer.collect_until:
        raise DomainError(_("The time of collection is not over."), code="not-over")
    lapsed = list(
        Booking.objects.select_for_update(of=["self"]).filter(offer=offer, status=BookingStatus.BOOKED).order_by("pk")
    )
    offer.lapsed_at = at
    offer.save(update_fields=["lapsed_at"])
    if not lapsed:
        return 0
    Booking.objects.filter(pk__in=[booking.pk for booking in lapsed]).update(status=BookingStatus.EXPIRED)
    vouchers.withdraw_vouchers([booking.pk for booking in lapsed], to=VoucherStatus.EXPIRED)
    for booking in lapsed:
        booking.offer = offer  # the history names it
    ledgers.unbook(offer.item, purpose_id=offer.pk, quantity=len(lapsed), actor=actor, reference=offer)
    audit.record_many(actor, "bookings.booking.expire", [(booking, {"number": booking.number}) for booking in lapsed])
    return len(lapsed)


def _locked(booking: Booking) -> tuple[OfferStock, Offer, Booking]:
    stock = OfferStock.objects.select_for_update(of=["self"]).get(offer_id=booking.offer_id)
    booking = Booking.objects.select_for_update(of=["self"]).select_related("organization").get(pk=booking.pk)
    offer = Offer.objects.select_related("organization", "item").get(pk=booking.offer_id)
    return stock, offer, booking


def _tell(booking: Booking, offer: Offer, title: str, body: str, reason: str = "") -> None:
    """A message to the person, if she has an account."""
    user = User.objects.filter(member=booking.member_id).first()
    if user is None:
        return
    names = {"offer": offer.title, "number": booking.number, "helper": booking.helper or ""}
    text = " ".join(part for part in (body % names, reason) if part)
    notices.tell(user, title=title, body=text, link=reverse("bookings:mine"))
