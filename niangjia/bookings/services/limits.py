"""Limits: made, raised, and asked again whenever a piece is handed over, by the register as it is on that day.

A booking is counted under the household of the day on which its programme was published. Addresses are corrected and
people move; so the hand-over counts anew what the people who live together now have in their hands. A union's pieces
are counted anew, too, by the list: who has moved to another union since still belongs to the one she booked under.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings import objections
from niangjia.bookings.models import (
    Booking,
    BookingStatus,
    Claimant,
    CountedHandout,
    Exemption,
    Limit,
    Tally,
    Who,
)
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.services.refusals import LimitReached
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.members.models import Member
from niangjia.org.models import Organization, Owned

SYSTEM = "system"
NO_BOOKING = UUID(int=0)
STANDING = (BookingStatus.BOOKED, BookingStatus.COLLECTED)


@whole
def create_limit(*, organization: Organization, name: str, who: str, most: int, actor: Actor | None) -> Limit:
    """Something to be counted over every programme that names it."""
    access.require(actor, MANAGE, organization)
    if most < 1:
        raise InvalidInput(_("Enter a whole number of at least one."), field="most")
    if Limit.objects.filter(organization=organization, name=name).exists():
        raise InvalidInput(_("There is a limit of this name."), field="name", remedy=_("Choose another name."))
    limit: Limit = Limit.objects.create(
        organization=organization, organization_path=organization.path, name=name, who=Who(who), most=most
    )
    audit.record(actor, "bookings.limit.create", limit, who=who, most=most)
    return limit


@whole
def raise_limit(limit: Limit, *, most: int, actor: Actor | None) -> Limit:
    """Allow more. What was announced is never made smaller."""
    access.require(actor, MANAGE, limit.organization)
    limit = Limit.objects.select_for_update(of=["self"]).get(pk=limit.pk)
    if most <= limit.most:
        raise InvalidInput(_("A limit that was announced can only be raised."), field="most")
    before, limit.most = limit.most, most
    limit.save(update_fields=["most"])
    Tally.objects.filter(limit_id=limit.pk).update(most=most)
    audit.record(actor, "bookings.limit.raise", limit, before=before, after=most)
    return limit


# Handing over -----------------------------------------------------------------------------------------------------
def require_within_limits(booking: Booking) -> None:
    """Whoever of a household comes first is handed the piece, even if two of them were counted apart.

    The union of a person stays that of the day of the list, wherever she has gone since. What else speaks against it
    upper apps know; an exemption silences all.
    """
    if _is_exempt(booking.pk):
        return
    for objection in objections.registered.values():
        objection(booking)
    limits = list(_limits_of(booking.offer_id))
    if not limits:
        return
    member = Member.objects.get(pk=booking.member_id)
    subjects = _subjects(limits, member, _union_on_the_list(booking) or member.organization_id)
    _hold(subjects)
    for limit, subject in subjects.items():
        had = _handed_over(limit, member, subject, besides=booking.pk)
        if had + booking.quantity > limit.most:
            raise _passed(limit, member, had)


@whole
def count_handout(key: UUID, *, programme_id: UUID, member: Member, unit_id: UUID, quantity: int) -> None:
    """A pack of the programme is handed out offline under this key: count it, or refuse it.

    What the person or the household has booked elsewhere under the same limit counts, too.
    """
    limits = list(_limits_of(programme_id))
    if not limits or _is_exempt(key):
        return
    subjects = _subjects(limits, member, unit_id)
    taken = _hold(subjects)
    for limit, subject in subjects.items():
        had = max(taken[limit.pk, subject], _handed_over(limit, member, subject, statuses=STANDING))
        if had + quantity > limit.most:
            raise _passed(limit, member, had)
    for limit, subject in subjects.items():
        Tally.objects.filter(limit_id=limit.pk, subject=subject).update(taken=F("taken") + quantity)
        CountedHandout.objects.create(
            limit_id=limit.pk, handout_id=key, member_id=member.pk, subject=subject, quantity=quantity
        )


@whole
def uncount_handout(key: UUID) -> None:
    """The hand-out of this key was undone: its pieces are no longer counted."""
    for row in CountedHandout.objects.filter(handout_id=key).order_by("limit_id", "subject"):
        Tally.objects.filter(limit_id=row.limit_id, subject=row.subject).update(taken=F("taken") - row.quantity)
        CountedHandout.objects.filter(limit_id=row.limit_id, handout_id=key).delete()


@whole
def allow_beyond_limit(source: Owned, *, reason: str, actor: Any, at: datetime) -> Exemption:
    """Let one booking or one offline hand-out be handed over in spite of a limit; the reason stays on record."""
    access.require(actor, MANAGE, source.organization)
    if not reason.strip():
        raise InvalidInput(_("Say why this is allowed all the same."), field="reason")
    by: dict[str, Any] = {"by_id": actor.pk if actor else None, "by_name": str(actor)[:100] if actor else SYSTEM}
    exemption, made = Exemption.objects.get_or_create(
        source_id=source.pk, defaults={"reason": reason.strip(), "at": at, **by}
    )
    if made:
        audit.record(actor, "bookings.limit.exempt", source, reason=reason.strip())
    return exemption


def _limits_of(key: UUID) -> QuerySet[Limit]:
    found: QuerySet[Limit] = Limit.objects.filter(allocations=key).order_by("pk")
    return found


def _is_exempt(key: UUID) -> bool:
    return Exemption.objects.filter(source_id=key).exists()


def _union_on_the_list(booking: Booking) -> UUID | None:
    listed = Claimant.objects.filter(offer_id=booking.offer_id, member_id=booking.member_id)
    return listed.values_list("unit_id", flat=True).first()


def _subjects(limits: Iterable[Limit], member: Member, unit_id: UUID) -> dict[Limit, UUID]:
    """Whom each limit counts here, by the register of today; a limit without a household on record counts nobody."""
    keys = {Who.PERSON: member.pk, Who.HOUSEHOLD: member.household_id, Who.UNIT: unit_id}
    found = {limit: keys[Who(limit.who)] for limit in limits}
    return {limit: key for limit, key in found.items() if key is not None}


def _hold(subjects: dict[Limit, UUID]) -> dict[tuple[UUID, UUID], int]:
    """Hold the rows that count, in the order in which everybody does; what each has counted."""
    if not subjects:
        return {}
    rows = [Tally(limit_id=limit.pk, subject=subject, taken=0, most=limit.most) for limit, subject in subjects.items()]
    rows.sort(key=lambda row: (row.limit_id, row.subject))
    Tally.objects.bulk_create(rows, ignore_conflicts=True)
    wanted = Q()
    for limit, subject in subjects.items():
        wanted |= Q(limit_id=limit.pk, subject=subject)
    held = Tally.objects.select_for_update(of=["self"]).filter(wanted).order_by("limit_id", "subject")
    return {(row.limit_id, row.subject): row.taken for row in held}


def _handed_over(
    limit: Limit,
    member: Member,
    subject: UUID,
    *,
    besides: UUID = NO_BOOKING,
    statuses: Iterable[BookingStatus] = (BookingStatus.COLLECTED,),
) -> int:
    """Pieces under the limit in the hands of the person, of those who live with her now, or of her union."""
    booked = Booking.objects.filter(offer__in=limit.allocations.values("pk"), status__in=list(statuses))
    offline = CountedHandout.objects.filter(limit_id=limit.pk)
    if limit.who == Who.UNIT:
        listed = Claimant.objects.filter(
            offer_id=OuterRef("offer_id"), member_id=OuterRef("member_id"), unit_id=subject
        )
        booked, offline = booked.filter(Exists(listed)), offline.filter(subject=subject)
    else:
        people = [member.pk]
        if limit.who == Who.HOUSEHOLD:
            people = list(Member.objects.filter(household=member.household_id).values_list("pk", flat=True))
        booked, offline = booked.filter(member__in=people), offline.filter(member_id__in=people)
    return sum(rows.aggregate(n=Sum("quantity", default=0))["n"] for rows in (booked.exclude(pk=besides), offline))


def _passed(limit: Limit, member: Member, had: int) -> LimitReached:
    said = {"limit": limit, "most": limit.most, "had": had, "name": member}
    told = {
        Who.PERSON: _("“%(limit)s” allows %(most)s for each person; %(name)s has %(had)s already."),
        Who.HOUSEHOLD: _("“%(limit)s” allows %(most)s for each household; the household of %(name)s has %(had)s."),
        Who.UNIT: _("“%(limit)s” allows %(most)s for each union; the union of %(name)s has %(had)s already."),
    }
    return LimitReached(
        told[Who(limit.who)] % said,
        remedy=_(
            "If the register is wrong, have it corrected. Who looks after the bookings may allow it with a reason."
        ),
        context={"limit": str(limit.pk)},
    )
