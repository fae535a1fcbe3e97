"""What a programme is to one member: what she may do, and why or why not."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from niangjia.audiences import queries as audiences
from niangjia.audiences.explain import Clause, Explanation
from niangjia.audiences.models import AudienceEntry
from niangjia.benefits.models import Gift, Handout, Programme, ProgrammeStatus
from niangjia.bookings.models import Booking, BookingStatus, Entry, EntryState, Limit, Method, Offer
from niangjia.bookings.queries import keeps_a_list, line
from niangjia.members.models import Member
from niangjia.org.queries import ancestors
from niangjia.vouchers.models import Redemption, RedemptionKind


class Standing(StrEnum):
    """Where a member stands with a programme, in the order in which it is asked."""

    COLLECTED = "collected"
    BOOKED = "booked"
    KEPT = "kept"
    MISSED = "missed"
    LISTED = "listed"
    HANDED_OUT = "handed_out"
    OFFLINE_ONLY = "offline_only"
    NOT_ELIGIBLE = "not_eligible"
    ENTERED = "entered"
    WAITING = "waiting"
    LAPSED = "lapsed"
    NOT_REACHED = "not_reached"
    NOT_YET_OPEN = "not_yet_open"
    MAY_ENTER = "may_enter"
    LIMIT = "limit"
    SOLD_OUT = "sold_out"
    CLOSED = "closed"
    OPEN = "open"


@dataclass
class WhyNot:
    """One condition that keeps her out; for “one of these”, what each of them found stands in ``parts``."""

    clause: Clause
    parts: list[Clause] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A member's place in a programme, with all that her page shows.

    ``left`` are the pieces that she can draw on, ``quantity`` those that one booking takes.
    """

    programme: Programme
    standing: Standing
    offer: Offer | None = None
    gift: Gift | None = None
    booking: Booking | None = None
    handout: Handout | None = None
    explanation: Explanation | None = None
    left: int = 0
    quantity: int = 1
    may_cancel: bool = False
    cancelled_before: bool = False
    may_wait: bool = False
    entry: Entry | None = None
    ahead: line.Ahead | None = None
    chance: line.Chance | None = None
    limits: list[Limit] = field(default_factory=list)
    why_not: list[WhyNot] = field(default_factory=list)
    handed_over: Redemption | None = None

    @property
    def eligible(self) -> int:
        """How many are on the list beside her and with her: nought where it is not fixed yet."""
        return (self.programme.audience.eligible or 0) if self.programme.audience else 0

    @property
    def unmet(self) -> list[Clause]:
        """The conditions that keep her out, for programs."""
        return self.explanation.unmet if self.explanation else []


@dataclass(frozen=True)
class Terms:
    """What an offer has for one person: what she can draw on, and what stands between."""

    mask: int
    quantity: int
    left: int
    fits: bool
    entry: Entry | None
    limits: list[Limit]


@dataclass(frozen=True)
class Known:
    """What is on record of one person in one programme."""

    programme: Programme
    offer: Offer | None
    bookings: list[Booking]
    handout: Handout | None
    eligible: bool | None
    terms: Terms | None

    @property
    def live(self) -> Booking | None:
        return next((booking for booking in self.bookings if booking.status in BY_BOOKING), None)


BY_BOOKING = {
    BookingStatus.COLLECTED: Standing.COLLECTED,
    BookingStatus.BOOKED: Standing.BOOKED,
    BookingStatus.EXPIRED: Standing.MISSED,
}
BY_ENTRY = {
    EntryState.ENTERED: Standing.ENTERED,
    EntryState.WAITING: Standing.WAITING,
    EntryState.OFFERED: Standing.KEPT,
}
IN_VAIN = {EntryState.LAPSED: Standing.LAPSED, EntryState.ENDED: Standing.NOT_REACHED}
BY_HANDOUT = {"listed": Standing.LISTED, "handed_out": Standing.HANDED_OUT}


def place_of(programme: Programme, member: Member, at: datetime) -> Place:
    """Where ``member`` stands; the explanation is of the frozen list, whatever happened since."""
    gift = programme.gifts.filter(quantity_online__gt=0).select_related("item").first()
    explained = audiences.explain_frozen(programme.audience, member) if programme.audience else None
    eligible = {programme.audience_id: explained.eligible} if explained else {}
    known = _known([programme], member, eligible)[programme.pk]
    standing = _standing(known, at)
    return Place(
        programme=programme,
        standing=standing,
        offer=known.offer,
        gift=gift,
        booking=known.live,
        handout=known.handout,
        explanation=explained,
        **_in_line(standing, known.offer, known.terms),
        may_cancel=_may_cancel(programme, known.live, at),
        cancelled_before=bool(known.bookings) and known.live is None,
        why_not=why_not(explained) if explained else [],
        handed_over=_handed_over(known.live),
    )


def standings(programmes: list[Programme], member: Member, at: datetime) -> list[tuple[Programme, Standing]]:
    """Where she stands with each, in as many queries for ten of them as for one."""
    lists = [programme.audience_id for programme in programmes if programme.audience_id]
    rows = AudienceEntry.objects.filter(audience__in=lists, member=member).values_list("audience", "eligible")
    eligible = dict.fromkeys(lists, False) | dict(rows)
    known = _known(programmes, member, eligible)
    return [(programme, _standing(known[programme.pk], at)) for programme in programmes]


def _known(programmes: list[Programme], member: Member, eligible: dict[Any, bool]) -> dict[UUID, Known]:
    """What is on record of her in each; ``eligible`` says it of each frozen list."""
    keys = [programme.pk for programme in programmes]
    offers = Offer.objects.select_related("stock").in_bulk(keys)
    bookings: dict[UUID, list[Booking]] = {key: [] for key in keys}
    for booking in Booking.objects.filter(offer__in=keys, member=member).order_by("-number"):
        bookings[booking.offer_id].append(booking)
    handouts = Handout.objects.live().filter(programme__in=keys, member=member).select_related("split__gift__item")
    by_programme: dict[UUID, Handout] = {}
    for handout in handouts:
        by_programme.setdefault(handout.programme_id, handout)
    terms = _terms(offers, member)
    return {
        programme.pk: Known(
            programme=programme,
            offer=offers.get(programme.pk),
            bookings=bookings[programme.pk],
            handout=by_programme.get(programme.pk),
            eligible=eligible.get(programme.audience_id),
            terms=terms.get(programme.pk),
        )
        for programme in programmes
    }


def why_not(explained: Explanation) -> list[WhyNot]:
    """The conditions that keep somebody out, in words that a person can check."""
    found: list[WhyNot] = []
    inside = False
    for clause in explained.clauses:
        if not clause.depth:
            inside = not clause.met
            if inside:
                found.append(WhyNot(clause))
        elif inside and clause.found:
            found[-1].parts.append(clause)
    return found


def _handed_over(booking: Booking | None) -> Redemption | None:
    if booking is None or booking.status != BookingStatus.COLLECTED:
        return None
    rows = Redemption.objects.filter(voucher=booking.pk, kind=RedemptionKind.HANDED_OVER).select_related("point")
    return rows.order_by("-turn").first()


def _terms(offers: dict[UUID, Offer], member: Member) -> dict[UUID, Terms]:
    own, entries = line.terms(offers.values(), member), line.entries_of(offers.values(), member)
    limits = line.limits_reached(offers.values(), member)
    found = {}
    for key, offer in offers.items():
        mask, quantity = own.get(key, (0, 1))
        found[key] = Terms(
            mask=mask,
            quantity=quantity,
            left=line.open_to(offer.stock, mask),
            fits=line.fits(offer.stock, mask, quantity),
            entry=entries.get(key),
            limits=limits.get(key, []),
        )
    return found


def _in_line(standing: Standing, offer: Offer | None, terms: Terms | None) -> dict[str, Any]:
    """What her page says of the line, each only where it is shown."""
    if offer is None or terms is None:
        return {}
    known: dict[str, Any] = {"left": terms.left, "quantity": terms.quantity, "limits": terms.limits}
    known["entry"] = terms.entry
    if standing == Standing.WAITING and terms.entry:
        known["ahead"] = line.ahead_of(terms.entry)
    if standing in {Standing.MAY_ENTER, Standing.ENTERED}:
        joining = terms.quantity if standing == Standing.MAY_ENTER else 0
        known["chance"] = line.chance(offer, terms.mask, joining=joining)
    if standing == Standing.SOLD_OUT:
        known["may_wait"] = keeps_a_list(offer)
        known["ahead"] = line.ahead_of_last(offer) if known["may_wait"] else None
    return known


def _standing(known: Known, at: datetime) -> Standing:
    programme, offer, terms = known.programme, known.offer, known.terms
    if known.live:
        return BY_BOOKING[BookingStatus(known.live.status)]
    if known.handout:
        return BY_HANDOUT[known.handout.status]
    if offer is None or terms is None or known.eligible is None:
        return Standing.OFFLINE_ONLY
    if not known.eligible:
        return Standing.NOT_ELIGIBLE
    in_line = _standing_in_line(programme, offer, terms.entry, at)
    if in_line:
        return in_line
    if not programme.is_running or at >= offer.closes_at:
        return Standing.CLOSED
    if at < offer.opens_at:
        return Standing.NOT_YET_OPEN
    if terms.limits:
        return Standing.LIMIT
    if offer.method == Method.DRAW:
        return Standing.MAY_ENTER
    return Standing.OPEN if terms.fits else Standing.SOLD_OUT


def _standing_in_line(programme: Programme, offer: Offer, entry: Entry | None, at: datetime) -> Standing | None:
    """Where she waits, or has waited in vain; nothing where she may still do something else."""
    if entry is None:
        return None
    if entry.state in BY_ENTRY and programme.is_running:
        late = entry.state == EntryState.OFFERED and entry.answer_until and at >= entry.answer_until
        return Standing.LAPSED if late else BY_ENTRY[EntryState(entry.state)]
    if offer.method == Method.FIRST_COME and at < offer.closes_at and programme.is_running:
        return None
    return IN_VAIN.get(EntryState(entry.state))


def _may_cancel(programme: Programme, booking: Booking | None, at: datetime) -> bool:
    if booking is None or booking.status != BookingStatus.BOOKED or not programme.is_running:
        return False
    return programme.cancel_until is None or at < programme.cancel_until


def programmes_for(member: Member) -> list[Programme]:
    """Running programmes of the member's own union and of those above it, and those that list her, soonest first."""
    above = [unit.pk for unit in ancestors(member.organization)]
    running = Programme.objects.running().select_related("organization", "audience")
    ended = Programme.objects.filter(
        status__in=[ProgrammeStatus.CLOSED, ProgrammeStatus.REPORTED],
        pk__in=Booking.objects.filter(member=member).values("offer"),
    ).select_related("organization", "audience")
    return sorted(
        {*running.filter(organization__in=above), *ended},
        key=lambda programme: (
            not programme.is_running,
            programme.closes_at is None,
            programme.closes_at,
            programme.pk,
        ),
    )
