"""The lists of the groups: who is on them, who has been handed a pack, and what was a mistake.

Locks are taken in one order: the split or the hand-out, then the stock.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from niangjia.audiences import queries as audiences
from niangjia.audit import services as audit
from niangjia.benefits import papers
from niangjia.benefits.models import HANDOUT_TRANSITIONS, Handout, HandoutStatus, Programme, ProgrammeStatus, Split
from niangjia.benefits.permissions import HAND_OUT
from niangjia.benefits.queries.handing import SERVED, candidates, sheet_rows
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking
from niangjia.bookings.queries import has_limits
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.models import Account
from niangjia.members.models import Member
from niangjia.org.models import Organization
from niangjia.papers.models import Paper
from niangjia.papers.services import file_paper

SYSTEM = "system"


class NotOnTheList(DomainError):
    """The person is not eligible for this group, or the group has no pack left."""

    code = "not-on-the-list"


class AlreadyServed(DomainError):
    """The person has another gift of the same programme."""

    code = "already-served"


@dataclass(frozen=True)
class Filled:
    """How many were put on the list, and how many eligible people there is no pack for."""

    listed: int
    left_over: int


@dataclass
class Recorded:
    """How many were handed a pack, and the numbers on the sheet that were refused, each with the reason."""

    done: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


# The list ---------------------------------------------------------------------------------------------------------
@whole
def fill_list(split: Split, *, actor: Actor | None) -> Filled:
    """Put everybody who is eligible, has no other gift of the programme and finds a pack on the list."""
    split = _held(split, actor)
    if not split.audience.is_frozen:
        raise NotOnTheList(
            _("“%(name)s” is not frozen yet.") % {"name": split.audience}, remedy=_("Freeze it, then make the list.")
        )
    free = split.quantity - _listed(split)
    people = list(candidates(split))
    units = {unit.path: unit for unit in Organization.objects.filter(path__in={path for _member, path in people})}
    number = _last_number(split)
    fresh = [
        _fresh(split, member, units.get(path, split.organization), number + place)
        for place, (member, path) in enumerate(people[:free], start=1)
    ]
    Handout.objects.bulk_create(fresh, 1_000)
    filled = Filled(listed=len(fresh), left_over=len(people) - len(fresh))
    audit.record(actor, "benefits.split.fill", split, listed=filled.listed, left_over=filled.left_over)
    return filled


def _fresh(split: Split, member: Member, unit: Organization, number: int) -> Handout:
    return Handout(
        organization=split.organization,
        organization_path=split.organization_path,
        programme_id=split.programme_id,
        split=split,
        member=member,
        unit=unit,
        occupation_id=member.occupation_id,
        number=number,
    )


def _listed(split: Split) -> int:
    return split.handouts.live().aggregate(sum=Sum("quantity"))["sum"] or 0


def _last_number(split: Split) -> int:
    return split.handouts.aggregate(last=Max("number"))["last"] or 0


@whole
def put_on_list(split: Split, member: Member, *, actor: Actor | None) -> Handout:
    """Add one eligible person, as long as a pack is free; who is not eligible is told which condition fails."""
    split = _held(split, actor)
    require_listable(split, member)
    handout = split.handouts.filter(member=member, status=HandoutStatus.TAKEN_OFF).first()
    if handout:
        advance(handout, HandoutStatus.LISTED, HANDOUT_TRANSITIONS)
        handout.save(update_fields=["status"])
    else:
        handout = _fresh(split, member, member.organization, _last_number(split) + 1)
        handout.save(force_insert=True)
    audit.record(actor, "benefits.handout.list", handout, person=member.name)
    return handout


def require_listable(split: Split, member: Member) -> None:
    """Refuse whoever is not eligible or has a gift already, and everybody once all packs are taken."""
    _require_not_over(split.programme)
    explained = audiences.explain_frozen(split.audience, member)
    if not explained.eligible:
        unmet = "；".join(clause.text for clause in explained.unmet) or explained.note
        raise NotOnTheList(
            _("%(name)s is not eligible for this group: %(why)s") % {"name": member, "why": unmet},
            remedy=_("If the data are wrong, have them corrected and freeze a new list."),
        )
    require_unserved(split.programme, member)
    if split.quantity - _listed(split) < 1:
        raise NotOnTheList(_("All packs of this group are taken."), remedy=_("Take somebody off the list first."))


def require_unserved(programme: Programme, member: Member, *, handout: Handout | None = None) -> None:
    """One gift of a programme for each person, whichever the channel; a constraint keeps the offline half."""
    others = programme.handouts.live().filter(member=member)
    other = (others.exclude(pk=handout.pk) if handout else others).select_related("split").first()
    if other:
        raise AlreadyServed(
            _("%(name)s is on the list of “%(split)s” already.") % {"name": member, "split": other.split}
        )
    if not programme.one_per_person:
        return
    booking = Booking.objects.filter(offer=programme.pk, member=member, status__in=SERVED).first()
    if booking:
        raise _booked_online(member, booking.number)


def _booked_online(member: Member, number: int) -> AlreadyServed:
    return AlreadyServed(
        _("%(name)s has booked online, number %(number)s.") % {"name": member, "number": number},
        remedy=_("Hand over the booked gift against the voucher, or cancel the booking first."),
    )


@whole
def take_off_list(handout: Handout, *, reason: str, actor: Actor | None) -> Handout:
    """Somebody does not get a pack after all; the pack is free for another."""
    handout = _held_handout(handout, actor)
    advance(handout, HandoutStatus.TAKEN_OFF, HANDOUT_TRANSITIONS)
    handout.note = reason
    handout.save(update_fields=["status", "note"])
    audit.record(actor, "benefits.handout.take_off", handout, person=handout.member.name, reason=reason)
    return handout


# Handing out ------------------------------------------------------------------------------------------------------
@whole
def record_handout(handout: Handout, *, actor: Actor | None, at: datetime, signed_by: str = "") -> Handout:
    """A person was handed the pack and has signed; ``signed_by`` names who signed for somebody else."""
    handout = _held_handout(handout, actor)
    _require_running(handout.programme)
    require_unserved(handout.programme, handout.member, handout=handout)
    _count(handout)
    advance(handout, HandoutStatus.HANDED_OUT, HANDOUT_TRANSITIONS)
    handout.handed_at = at
    handout.helper_id = actor.pk if actor else None
    handout.helper_name = str(actor) if actor else SYSTEM
    handout.signed_by = signed_by
    handout.save(update_fields=["status", "handed_at", "helper", "helper_name", "signed_by"])
    ledgers.hand_out(
        handout.split.gift.item,
        purpose_id=handout.programme_id,
        quantity=handout.quantity,
        actor=actor,
        reference=handout,
    )
    told = {"person": handout.member.name, "helper": handout.helper_name, "signed_by": signed_by}
    audit.record(actor, "benefits.handout.hand_out", handout, **told)
    return handout


@whole
def record_sheet(split: Split, *, absent: Collection[int] = (), actor: Actor | None, at: datetime) -> Recorded:
    """Everybody on the signed sheet but those whose numbers are in ``absent`` has got a pack."""
    split = _held(split, actor)
    _require_running(split.programme)
    rows = split.handouts.select_for_update(of=["self"]).select_related("member").filter(status=HandoutStatus.LISTED)
    listed = {handout.number: handout for handout in rows.order_by("number")}
    if unknown := set(absent) - listed.keys():
        raise InvalidInput(
            _("The sheet has no open number %(numbers)s.") % {"numbers": ", ".join(map(str, sorted(unknown)))},
            field="absent",
        )
    here = [handout for number, handout in listed.items() if number not in absent]
    refused = _not_to_be_handed(split, here)
    signed = [handout for handout in here if handout.number not in refused]
    _sign(split, signed, actor=actor, at=at)
    audit.record(actor, "benefits.split.record", split, done=len(signed), absent=sorted(absent))
    return Recorded(done=len(signed), refused=[(number, str(why)) for number, why in refused.items()])


def _not_to_be_handed(split: Split, handouts: list[Handout]) -> dict[int, DomainError]:
    """Who of the sheet may not have the pack, by number: booked online, or past a limit. Counts the others."""
    booked, limited = _booked_numbers(split), has_limits(split.programme_id)
    refused: dict[int, DomainError] = {}
    for handout in handouts:
        if handout.member_id in booked:
            refused[handout.number] = _booked_online(handout.member, booked[handout.member_id])
        if not limited or handout.number in refused:
            continue
        try:
            with transaction.atomic():
                _count(handout)
        except bookings.LimitReached as no:
            refused[handout.number] = no
    return refused


def _count(handout: Handout) -> None:
    """Against the limits of the programme, which may be common to others."""
    bookings.count_handout(
        handout.pk,
        programme_id=handout.programme_id,
        member=handout.member,
        unit_id=handout.unit_id,
        quantity=handout.quantity,
    )


def _booked_numbers(split: Split) -> dict[UUID, int]:
    """Who of the list has booked online, where that shuts out a pack, with the number of the booking."""
    if not split.programme.one_per_person:
        return {}
    people = split.handouts.live().values("member")
    booked = Booking.objects.filter(offer=split.programme_id, member__in=people, status__in=SERVED)
    return dict(booked.values_list("member_id", "number"))


def _sign(split: Split, handouts: list[Handout], *, actor: Actor | None, at: datetime) -> None:
    """One sheet is one hand-over in the stock, however many have signed; each of them has a line in the history."""
    if not handouts:
        return
    helper = str(actor) if actor else SYSTEM
    for handout in handouts:
        advance(handout, HandoutStatus.HANDED_OUT, HANDOUT_TRANSITIONS)
        handout.split = split
    Handout.objects.filter(pk__in=[handout.pk for handout in handouts]).update(
        status=HandoutStatus.HANDED_OUT, handed_at=at, helper_id=actor.pk if actor else None, helper_name=helper
    )
    ledgers.hand_out(
        split.gift.item,
        purpose_id=split.programme_id,
        quantity=sum(handout.quantity for handout in handouts),
        actor=actor,
        reference=split,
    )
    told = [(handout, {"person": handout.member.name, "helper": helper, "signed_by": ""}) for handout in handouts]
    audit.record_many(actor, "benefits.handout.hand_out", list(told))


@whole
def undo_handout(handout: Handout, *, reason: str, actor: Actor | None) -> Handout:
    """A hand-out was written down by mistake: the pack is set aside for the person again."""
    if not reason.strip():
        raise InvalidInput(_("Say why this is undone."), field="reason")
    handout = _held_handout(handout, actor)
    before: dict[str, Any] = {"handed_at": handout.handed_at, "helper": handout.helper_name}
    if handout.status != HandoutStatus.HANDED_OUT:
        raise InvalidTransition(_("This pack has not been handed out."), remedy=_("Reload the page."))
    advance(handout, HandoutStatus.LISTED, HANDOUT_TRANSITIONS)
    bookings.uncount_handout(handout.pk)
    handout.handed_at, handout.helper, handout.helper_name, handout.signed_by = None, None, "", ""
    handout.save(update_fields=["status", "handed_at", "helper", "helper_name", "signed_by"])
    ledgers.take_back(
        handout.split.gift.item,
        purpose_id=handout.programme_id,
        quantity=handout.quantity,
        actor=actor,
        reference=handout,
        to=Account.ALLOTTED,
        reason=reason,
    )
    audit.record(actor, "benefits.handout.undo", handout, person=handout.member.name, reason=reason, **before)
    return handout


# The sheet --------------------------------------------------------------------------------------------------------
@whole
def print_sheet(split: Split, *, actor: Actor | None, at: datetime) -> Paper:
    """The sign-for sheet of those who are on the list, as PDF and Excel; it lies sealed, since it names people."""
    split = _held(split, actor)
    rows = sheet_rows(split)
    if not rows:
        raise NotOnTheList(_("Nobody is on the list yet."), remedy=_("Make the list first."))
    return file_paper(
        organization=split.organization,
        kind=papers.SIGN_FOR,
        title=papers.sheet_title(split),
        about=split,
        contents={"pdf": papers.sheet_pdf(split, rows, at), "excel": papers.sheet_excel(split, rows)},
        actor=actor,
        sealed=True,
    )


def _held(split: Split, actor: Actor | None) -> Split:
    access.require(actor, HAND_OUT, split.organization)
    related = ("organization", "programme", "gift__item", "audience")
    held = Split.objects.select_for_update(of=["self"]).select_related(*related).get(pk=split.pk)
    _require_not_over(held.programme)
    return held


def _held_handout(handout: Handout, actor: Actor | None) -> Handout:
    access.require(actor, HAND_OUT, handout.organization)
    related = ("organization", "programme", "split__gift__item", "member")
    held: Handout = Handout.objects.select_for_update(of=["self"]).select_related(*related).get(pk=handout.pk)
    _require_not_over(held.programme)
    return held


def _require_running(programme: Programme) -> None:
    if not programme.is_running:
        raise InvalidTransition(_("“%(name)s” is not under way.") % {"name": programme}, remedy=_("Publish it first."))


def _require_not_over(programme: Programme) -> None:
    if programme.status != ProgrammeStatus.DRAFT and not programme.is_running:
        raise InvalidTransition(
            _("“%(name)s” is over.") % {"name": programme}, remedy=_("Its report shows the result.")
        )
