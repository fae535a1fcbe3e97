"""Who waits, what is counted and what is left of the shares, for programs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from niangjia.bookings import services
from niangjia.bookings.models import Booking, Entry, EntryState, Limit, Offer, Who
from niangjia.bookings.permissions import VIEW
from niangjia.bookings.queries import line
from niangjia.bookings.shapes import LineEntryOut
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import In, Line200, Name60, Pieces, Reason, UnitOut
from niangjia.org.http import visible_unit

entries = Router()
limits = Router()
offers = Router()
bookings = Router()


class ShareOut(Schema):
    id: UUID
    name: str
    quantity: int
    left: int
    flows_at: datetime | None
    flowed_at: datetime | None


class LineOut(Schema):
    """How the line moves, in people, and what is left of each share."""

    entered: int
    waiting: int
    called: int
    offered: int
    taken: int
    declined: int
    lapsed: int
    withdrawn: int
    ended: int
    held: int = Field(description="Pieces kept for answers.")
    shares: list[ShareOut]


class PieceLimitOut(Schema):
    """At most so many for each person, household or union, over all the programmes that name it."""

    id: UUID
    organization: UnitOut
    name: str
    who: Who
    most: int


class PieceLimitIn(In):
    organization_id: UUID
    name: Name60
    who: Who
    most: Pieces


class RaiseIn(In):
    most: Pieces


class LeaveIn(In):
    reason: Line200 = ""


class AllowIn(In):
    reason: Reason


@entries.get("", response=list[LineEntryOut], summary="My entries, and the lines of the units that I look after")
@paginate
def line_entries(
    request: Request, mine: bool = False, offer_id: UUID | None = None, state: EntryState | None = None
) -> "QuerySet[Any]":
    rows = Entry.objects.visible_to(request.user).order_by("offer", "position", "id")
    rows = rows.filter(member__user=request.user.pk) if mine else rows
    wanted = {"offer_id": offer_id, "state": state}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


@entries.post("/{uuid:entry_id}/leave", response=LineEntryOut, summary="Leave the line, or decline what is kept")
def line_leave(request: Request, entry_id: UUID, data: LeaveIn) -> Entry:
    services.leave(_entry(request, entry_id), actor=request.user, at=timezone.now(), reason=data.reason)
    return _entry(request, entry_id)


def _entry(request: Request, key: UUID) -> Entry:
    rows = Entry.objects.visible_to(request.user).select_related("offer", "member", "organization")
    entry: Entry = get_object_or_404(rows, pk=key)
    return entry


@offers.get("/{uuid:offer_id}/line", response=LineOut, summary="How the line moves, and what is left of the shares")
def offer_line(request: Request, offer_id: UUID) -> dict[str, Any]:
    return _line(_looked_after(request, offer_id))


@offers.post(
    "/{uuid:offer_id}/shares/{uuid:share_id}/free", response=LineOut, summary="Let anyone have the rest of a share"
)
def share_free(request: Request, offer_id: UUID, share_id: UUID) -> dict[str, Any]:
    offer = _looked_after(request, offer_id)
    share = get_object_or_404(line.shares_of(offer), pk=share_id)
    services.free_share(share, actor=request.user, at=timezone.now())
    return _line(offer)


def _looked_after(request: Request, key: UUID) -> Offer:
    rows = Offer.objects.visible_to(request.user).select_related("organization")
    offer: Offer = get_object_or_404(rows, pk=key)
    access.require(request.user, VIEW, offer.organization)
    return offer


def _line(offer: Offer) -> dict[str, Any]:
    found = line.line(offer)
    named = ("id", "name", "quantity", "flows_at", "flowed_at")
    shares = [{**{name: getattr(row.share, name) for name in named}, "left": row.left} for row in found.shares]
    return {name: getattr(found, name) for name in LineOut.model_fields if name != "shares"} | {"shares": shares}


@bookings.post("/{uuid:booking_id}/allow", response={204: None}, summary="Let it be collected in spite of a limit")
def booking_allow(request: Request, booking_id: UUID, data: AllowIn) -> Status[None]:
    rows = Booking.objects.visible_to(request.user).select_related("organization")
    booking: Booking = get_object_or_404(rows, pk=booking_id)
    services.allow_beyond_limit(booking, reason=data.reason, actor=request.user, at=timezone.now())
    return Status(204, None)


@limits.get("", response=list[PieceLimitOut], summary="The limits of the units that I look after")
@paginate
def count_list(request: Request) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    return Limit.objects.visible_to(request.user).select_related("organization")


@limits.post("", response={201: PieceLimitOut}, summary="Write down a limit")
def count_create(request: Request, data: PieceLimitIn) -> Status[Limit]:
    unit = visible_unit(request.user, data.organization_id)
    made = services.create_limit(organization=unit, name=data.name, who=data.who, most=data.most, actor=request.user)
    return Status(201, made)


@limits.post("/{uuid:limit_id}/raise", response=PieceLimitOut, summary="Allow more")
def count_raise(request: Request, limit_id: UUID, data: RaiseIn) -> Limit:
    limit = get_object_or_404(Limit.objects.visible_to(request.user).select_related("organization"), pk=limit_id)
    return services.raise_limit(limit, most=data.most, actor=request.user)
