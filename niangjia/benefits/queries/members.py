"""What a programme is to one member: what she may do, and why or why not."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from niangjia.audiences import queries as audiences
from niangjia.audiences.explain import Clause, Explanation
from niangjia.benefits.models import Gift, Handout, Programme, ProgrammeStatus
from niangjia.bookings.models import Booking, BookingStatus, Offer, OfferStock
from niangjia.members.models import Member
from niangjia.org.queries import ancestors
from niangjia.vouchers.models import Redemption, RedemptionKind


class Standing(StrEnum):
    """Where a member stands with a programme, in the order in which it is asked."""

    COLLECTED = "collected"
    BOOKED = "booked"
    MISSED = "missed"
    LISTED = "listed"
    HANDED_OUT = "handed_out"
    OFFLINE_ONLY = "offline_only"
    NOT_ELIGIBLE = "not_eligible"
    NOT_YET_OPEN = "not_yet_open"
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
    """A member's place in a programme, with all that her page shows."""

    programme: Programme
    standing: Standing
    gift: Gift | None = None
    booking: Booking | None = None
    handout: Handout | None = None
    explanation: Explanation | None = None
    left: int = 0
    may_cancel: bool = False
    cancelled_before: bool = False
    why_not: list[WhyNot] = field(default_factory=list)
    handed_over: Redemption | None = None

    @property
    def unmet(self) -> list[Clause]:
        """The conditions that keep her out, for programs."""
        return self.explanation.unmet if self.explanation else []


BY_BOOKING = {
    BookingStatus.COLLECTED: Standing.COLLECTED,
    BookingStatus.BOOKED: Standing.BOOKED,
    BookingStatus.EXPIRED: Standing.MISSED,
}
BY_HANDOUT = {"listed": Standing.LISTED, "handed_out": Standing.HANDED_OUT}


def place_of(programme: Programme, member: Member, at: datetime) -> Place:
    """Where ``member`` stands; the explanation is of the frozen list, whatever happened since."""
    gift = programme.gifts.filter(quantity_online__gt=0).select_related("item").first()
    offer = Offer.objects.filter(pk=programme.pk).first()
    bookings = list(Booking.objects.filter(offer=programme.pk, member=member).order_by("-number"))
    live = next((booking for booking in bookings if booking.status in BY_BOOKING), None)
    handout = programme.handouts.live().filter(member=member).select_related("split__gift__item").first()
    explained = audiences.explain_frozen(programme.audience, member) if programme.audience else None
    left = OfferStock.objects.filter(offer=programme.pk).values_list("remaining", flat=True).first() or 0
    return Place(
        programme=programme,
        standing=_standing(programme, live, handout, explained, offer, left, at),
        gift=gift,
        booking=live,
        handout=handout,
        explanation=explained,
        left=left,
        may_cancel=_may_cancel(programme, live, at),
        cancelled_before=bool(bookings) and live is None,
        why_not=why_not(explained) if explained else [],
        handed_over=_handed_over(live),
    )


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


def _standing(
    programme: Programme,
    live: Booking | None,
    handout: Handout | None,
    explained: Explanation | None,
    offer: Offer | None,
    left: int,
    at: datetime,
) -> Standing:
    if live:
        return BY_BOOKING[BookingStatus(live.status)]
    if handout:
        return BY_HANDOUT[handout.status]
    if offer is None or explained is None:
        return Standing.OFFLINE_ONLY
    if not explained.eligible:
        return Standing.NOT_ELIGIBLE
    if not programme.is_running or at >= offer.closes_at:
        return Standing.CLOSED
    if at < offer.opens_at:
        return Standing.NOT_YET_OPEN
    return Standing.OPEN if left else Standing.SOLD_OUT


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
