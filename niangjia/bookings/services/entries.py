"""Waiting for a piece: joining, being called when one is free, and the answer.

Every write holds the offer's stock row first. What is free is offered in the order of the line; while it is offered it
is held on the stock, so that it can be neither booked by another nor lost.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings.models import (
    ENTRY_TRANSITIONS,
    Allocation,
    Booking,
    Channel,
    Draw,
    Entry,
    EntryState,
    Method,
    Offer,
    OfferStatus,
    OfferStock,
)
from niangjia.bookings.permissions import ASSIST, MANAGE
from niangjia.bookings.placing import Pools
from niangjia.bookings.queries import booking_of, eligible, keeps_a_list
from niangjia.bookings.services.pools import charge, free_in, locked_stock, put_back, terms_of, write
from niangjia.bookings.services.refusals import AlreadyBooked, LimitReached, NotEligible, NotOpen
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.ledgers import services as ledgers
from niangjia.members.models import Member
from niangjia.notices import services as notices
from niangjia.vouchers import services as vouchers


class EntryRefused(DomainError):
    """There is no line to join, or the entry is not in a state for this."""

    code = "entry-refused"


# Joining ----------------------------------------------------------------------------------------------------------
@whole
def join(offer: Offer, member: Member, *, actor: Any, at: datetime) -> Entry:
    """Enter the draw, or stand on the waiting list once everything is booked; once per person.

    The member does it herself, or a helper for a person without a phone. Asking again answers with the same entry.
    """
    own = actor is not None and member.user_id == actor.pk
    if not own:
        access.require(actor, ASSIST, offer.organization)
    stock, offer = locked_stock(offer.pk)
    standing = offer.entries.standing().filter(member=member).first()
    if standing:
        return _named(standing, offer)
    _require_may_join(offer, member, stock, at)
    mask, quantity = terms_of(offer, member.pk)
    drawn = offer.method == Method.DRAW
    entry = Entry.objects.create(
        organization=offer.organization,
        organization_path=offer.organization_path,
        offer=offer,
        member=member,
        state=EntryState.ENTERED if drawn else EntryState.WAITING,
        channel=Channel.ONLINE if own else Channel.ASSISTED,
        helper_id=None if own or actor is None else actor.pk,
        shares=mask,
        quantity=quantity,
        position=None if drawn else _last_position(offer) + 1,
        entered_at=at,
    )
    audit.record(actor, "bookings.entry.join", entry, person=member.name, method=offer.method)
    return entry


def _require_may_join(offer: Offer, member: Member, stock: OfferStock, at: datetime) -> None:
    booking = booking_of(offer, member)
    if booking:
        raise AlreadyBooked(
            _("%(name)s has booked already, number %(number)s.") % {"name": member, "number": booking.number},
            context={"booking": str(booking.pk), "number": booking.number},
        )
    if not eligible(offer, member):
        raise NotEligible(
            _("%(name)s is not on the list of who may book this.") % {"name": member},
            remedy=_("The programme's page says which condition is not met. If it is wrong, correct the record."),
        )
    if at < offer.opens_at:
        raise NotOpen(_("Booking opens on %(when)s.") % {"when": vouchers.moment(offer.opens_at)}, code="not-yet-open")
    if offer.method == Method.DRAW:
        if offer.status != OfferStatus.PUBLISHED or at >= offer.closes_at or _list_is_closed(offer):
            raise NotOpen(_("Entries for the draw have closed."), code="closed")
        return
    if offer.status != OfferStatus.PUBLISHED or not keeps_a_list(offer):
        raise EntryRefused(_("There is no waiting list for this."), code="no-waiting-list")
    mask, quantity = terms_of(offer, member.pk)
    if at < offer.closes_at and free_in(stock).place(mask, quantity) is not None:
        raise EntryRefused(
            _("There are pieces left; you need not wait."), remedy=_("Book one now."), code="pieces-left"
        )


def _list_is_closed(offer: Offer) -> bool:
    return Draw.objects.filter(offer=offer, closed_at__isnull=False).exists()


def _last_position(offer: Offer) -> int:
    return offer.entries.aggregate(last=Max("position"))["last"] or 0


@whole
def leave(entry: Entry, *, actor: Any, at: datetime, reason: str = "") -> Entry:
    """Withdraw from the draw or the list, or decline a piece that is kept; then it goes to the next at once."""
    _require_own_or_manager(entry, actor)
    stock, offer, entry = _held(entry)
    if entry.state == EntryState.ENTERED and (at >= offer.closes_at or _list_is_closed(offer)):
        raise EntryRefused(
            _("Entries have closed; the list for the draw stays as it is."),
            remedy=_("If you win, you may decline the gift."),
        )
    if entry.state == EntryState.OFFERED:
        _settle(entry, EntryState.DECLINED, at)
        _let_go(stock, offer, [entry])
        call_next(stock, offer, at=at)
    else:
        _settle(entry, EntryState.LEFT, at)
    audit.record(actor, f"bookings.entry.{_verb(entry)}", entry, reason=reason)
    return entry


def _verb(entry: Entry) -> str:
    return "decline" if entry.state == EntryState.DECLINED else "leave"


# Being called -----------------------------------------------------------------------------------------------------
def call_next(stock: OfferStock, offer: Offer, *, at: datetime) -> int:
    """Offer what is free to those who wait, in their order. The caller holds the stock's row. Returns how many."""
    if offer.status != OfferStatus.PUBLISHED:
        return 0
    pools = free_in(stock)
    if not pools.largest:
        return 0
    until = _answer_until(offer, at)
    called = []
    for entry in _in_line(offer, pools):
        pool = pools.place(entry.shares, entry.quantity)
        if pool is None:
            continue
        entry.share, entry.offered_at, entry.answer_until = pool, at, until
        advance(entry, EntryState.OFFERED, ENTRY_TRANSITIONS, field="state")
        called.append(entry)
        if not pools.largest:
            break
    if called:
        stock.remaining, stock.shares = pools.general, pools.shares
        stock.held += sum(entry.quantity for entry in called)
        write(stock)
        _write_called(called)
        _announce(called, offer, until)
    return len(called)


def _write_called(called: list[Entry]) -> None:
    """One statement for each pool: a draw calls thousands at once."""
    by_pool: dict[int, list[Entry]] = {}
    for entry in called:
        by_pool.setdefault(entry.share, []).append(entry)
    for entries in by_pool.values():
        keys = [entry.pk for entry in entries]
        first = entries[0]
        Entry.objects.filter(pk__in=keys).update(
            state=first.state, share=first.share, offered_at=first.offered_at, answer_until=first.answer_until
        )


def _in_line(offer: Offer, pools: Pools) -> Any:
    """Those who wait, in their order, as far as something free may fit them.

    Whether their records are still there is not asked: a draw is to end as its file says. Nobody answers for such a
    one, and after the usual time the next is called.
    """
    holds = Booking.objects.live().filter(offer=OuterRef("offer"), member=OuterRef("member"))
    line = offer.entries.filter(~Exists(holds), state=EntryState.WAITING, quantity__lte=pools.largest)
    if not pools.general:
        wanted = sum(1 << place for place, left in enumerate(pools.shares) if left)
        line = line.alias(common=F("shares").bitand(wanted)).filter(common__gt=0)
    return line.order_by("position").iterator(500)


def _answer_until(offer: Offer, at: datetime) -> datetime:
    hours = Allocation.objects.filter(pk=offer.pk).values_list("answer_hours", flat=True).first() or 24
    until = at + timedelta(hours=hours)
    return min(until, offer.collect_until) if offer.collect_until and offer.collect_until > at else until


def _announce(called: list[Entry], offer: Offer, until: datetime) -> None:
    audit.record_many(
        None,
        "bookings.entry.call",
        [(_named(entry, offer), {"position": entry.position, "until": until}) for entry in called],
    )
    people = Member.objects.filter(pk__in=[entry.member_id for entry in called], user__isnull=False)
    notices.tell_many(
        set(people.values_list("user_id", flat=True)),
        title=_("A gift is kept for you"),
        body=_("“%(offer)s”: please accept or decline by %(until)s; after that it goes to the next in line.")
        % {"offer": offer.title, "until": vouchers.moment(until)},
        link=reverse("bookings:mine"),
    )


def _named(entry: Entry, offer: Offer) -> Entry:
    entry.offer = offer  # the history names it
    return entry


# The answer -------------------------------------------------------------------------------------------------------
@whole
def accept(entry: Entry, *, actor: Any, at: datetime) -> Booking:
    """Take the piece that is kept: it becomes a booking with the next number. Asking again gives the same booking."""
    _require_own_or_manager(entry, actor)
    stock, offer, entry = _held(entry)
    if entry.state == EntryState.TAKEN:
        return Booking.objects.get(pk=str(entry.booking_id))
    if entry.state != EntryState.OFFERED or at >= (entry.answer_until or at):
        raise EntryRefused(
            _("This gift is no longer kept for you."),
            remedy=_("You may stand on the waiting list again while booking is open."),
            code="not-kept",
        )
    if not charge(offer, entry.member_id, entry.quantity):
        raise LimitReached(
            _("With this gift a limit would be passed."), remedy=_("Please decline it, so that another is glad of it.")
        )
    assisted = entry.channel == Channel.ASSISTED or not _is_own(entry, actor)
    booking = Booking.objects.create(
        organization=offer.organization,
        organization_path=offer.organization_path,
        offer=offer,
        member_id=entry.member_id,
        number=stock.next_number,
        channel=Channel.ASSISTED if assisted else Channel.ONLINE,
        share=entry.share,
        quantity=entry.quantity,
        booked_at=at,
        helper_id=actor.pk if assisted and actor else None,
    )
    stock.next_number += 1
    stock.held -= entry.quantity
    write(stock)
    entry.booking_id = booking.pk
    _settle(entry, EntryState.TAKEN, at)
    ledgers.book(offer.item, purpose_id=offer.pk, quantity=booking.quantity, actor=actor, reference=booking)
    audit.record(actor, "bookings.entry.accept", entry, booking=str(booking.pk), number=booking.number)
    return booking


def lapse_entries(*, at: datetime) -> int:
    """What was kept and not answered in time goes to the next in line."""
    due = Entry.objects.filter(state=EntryState.OFFERED, answer_until__lte=at)
    return sum(_lapse(offer_id, at) for offer_id in due.order_by("offer").values_list("offer", flat=True).distinct())


@whole
def _lapse(offer_id: Any, at: datetime) -> int:
    stock, offer = locked_stock(offer_id)
    late = list(offer.entries.filter(state=EntryState.OFFERED, answer_until__lte=at).order_by("position"))
    for entry in late:
        _settle(entry, EntryState.LAPSED, at)
    _let_go(stock, offer, late)
    audit.record_many(None, "bookings.entry.lapse", [(_named(entry, offer), {}) for entry in late])
    call_next(stock, offer, at=at)
    return len(late)


def end_entries(stock: OfferStock, offer: Offer, *, at: datetime) -> int:
    """The offer ends: what was kept is free, and who still waits is told so by her page. Under the stock's lock."""
    kept = list(offer.entries.filter(state=EntryState.OFFERED))
    for entry in kept:
        _settle(entry, EntryState.LAPSED, at)
    _let_go(stock, offer, kept)
    waiting = offer.entries.filter(state__in=[EntryState.ENTERED, EntryState.WAITING])
    return len(kept) + waiting.update(state=EntryState.ENDED, settled_at=at)


def _let_go(stock: OfferStock, offer: Offer, entries: list[Entry]) -> None:
    for entry in entries:
        stock.held -= entry.quantity
        put_back(stock, offer, quantity=entry.quantity, share=entry.share)


def _settle(entry: Entry, to: EntryState, at: datetime) -> None:
    advance(entry, to, ENTRY_TRANSITIONS, field="state")
    entry.settled_at = at
    entry.save(update_fields=["state", "settled_at", "booking_id"])


def _held(entry: Entry) -> tuple[OfferStock, Offer, Entry]:
    stock, offer = locked_stock(entry.offer_id)
    found = Entry.objects.select_related("organization").get(pk=entry.pk)
    return stock, offer, _named(found, offer)


def _is_own(entry: Entry, actor: Any) -> bool:
    return actor is not None and Member.objects.filter(pk=entry.member_id, user_id=actor.pk).exists()


def _require_own_or_manager(entry: Entry, actor: Any) -> None:
    if _is_own(entry, actor) or access.can(actor, ASSIST, entry.organization):
        return
    access.require(actor, MANAGE, entry.organization)
