"""Offers, live figures and bookings, for programs. Booking itself is the lane's: ``POST /book/{programme}``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from niangjia.bookings import queries, services
from niangjia.bookings.models import Booking, BookingQuerySet, BookingStatus, Channel, Method, Offer, OfferStatus
from niangjia.bookings.permissions import VIEW
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import In, Line200, Reason, UnitOut
from niangjia.ledgers.shapes import BalanceOut
from niangjia.members.models import Member

router = Router()
offers = Router()


class PointNameOut(Schema):
    id: UUID
    name: str
    address: str


class OfferOut(Schema):
    """What may be booked; its key is that of the programme."""

    id: UUID
    organization: UnitOut
    title: str
    item: str
    method: Method
    status: OfferStatus
    capacity: int
    protected: int
    protected_until: datetime | None
    opens_at: datetime
    closes_at: datetime
    cancel_until: datetime | None
    collect_from: datetime | None
    collect_until: datetime | None
    points: list[PointNameOut]

    @staticmethod
    def resolve_item(row: Offer) -> str:
        return row.item.name


class UnitFiguresOut(Schema):
    name: str
    booked: int
    collected: int
    cancelled: int
    expired: int
    returned: int
    assisted: int


class LiveFiguresOut(Schema):
    """What the officer watches while booking is open."""

    capacity: int
    left: int
    protected_left: int
    shares: list[int] = Field(description="What is left of each share, in their order.")
    held: int = Field(description="Pieces kept for people whose answer is awaited.")
    unsold: int
    booked: int
    collected: int
    cancelled: int
    expired: int
    returned: int
    assisted: int
    taken: int
    units: list[UnitFiguresOut]
    balance: BalanceOut
    balances: bool
    findings: list[str]
    refusals: dict[str, int] = Field(description="How often the lane has refused, by the code of the reason.")


class PassOut(Schema):
    """Send ``pass`` as bearer token to ``address``."""

    token: str = Field(serialization_alias="pass")
    address: str


class BookingOut(Schema):
    id: UUID
    offer_id: UUID
    title: str
    number: int
    status: BookingStatus
    channel: Channel
    protected: bool
    booked_at: datetime
    cancelled_at: datetime | None
    member_id: UUID
    person: str
    voucher: str

    @staticmethod
    def resolve_title(row: Booking) -> str:
        return row.offer.title

    @staticmethod
    def resolve_person(row: Booking) -> str:
        return row.member.name

    @staticmethod
    def resolve_voucher(row: Booking) -> str:
        return f"/vouchers/{row.pk}/"


class CancelIn(In):
    reason: Line200 = ""


class GiftReturnIn(In):
    reason: Reason


# Offers ------------------------------------------------------------------------------------------------------------
@offers.get("", response=list[OfferOut], summary="Offers that are public, and drafts of the units that I look after")
@paginate
def offer_list(request: Request, status: OfferStatus | None = None, q: str = "") -> "QuerySet[Any]":
    rows = _offers(request)
    rows = rows.filter(status=status) if status else rows
    return rows.filter(title__icontains=q) if q else rows


@offers.get("/{uuid:offer_id}", response=OfferOut, summary="One offer")
def offer_detail(request: Request, offer_id: UUID) -> Offer:
    return _offer(request, offer_id)


@offers.get(
    "/{uuid:offer_id}/figures", response=LiveFiguresOut, summary="What is booked, left, handed out, given back"
)
def offer_figures(request: Request, offer_id: UUID) -> queries.LiveFigures:
    offer = _offer(request, offer_id)
    access.require(request.user, VIEW, offer.organization)
    return queries.live_figures(offer)


@offers.post(
    "/{uuid:offer_id}/pass",
    response={201: PassOut},
    by_alias=True,
    summary="My pass for the lane, valid for twelve hours or until I cancel",
)
def offer_pass(request: Request, offer_id: UUID) -> Status[dict[str, str]]:
    offer = _offer(request, offer_id)
    member = get_object_or_404(Member.objects.visible_to(request.user), user_id=request.user.pk)
    return Status(201, {"token": services.issue_pass(offer, member), "address": f"/book/{offer.pk}"})


@offers.post(
    "/{uuid:offer_id}/free-protected", response=OfferOut, summary="Let anyone book what is left of the protected share"
)
def offer_free_protected(request: Request, offer_id: UUID) -> Offer:
    services.free_protected_share(_offer(request, offer_id), actor=request.user)
    return _offer(request, offer_id)


# Bookings ----------------------------------------------------------------------------------------------------------
@router.get("", response=list[BookingOut], summary="My bookings, and those of the units that I look after")
@paginate
def booking_list(
    request: Request, mine: bool = False, offer_id: UUID | None = None, status: BookingStatus | None = None
) -> "QuerySet[Any]":
    rows = _bookings(request)
    rows = rows.of(request.user) if mine else rows
    wanted = {"offer_id": offer_id, "status": status}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


@router.get("/{uuid:booking_id}", response=BookingOut, summary="One booking")
def booking_detail(request: Request, booking_id: UUID) -> Booking:
    return _booking(request, booking_id)


@router.post("/{uuid:booking_id}/cancel", response=BookingOut, summary="Cancel a booking")
def booking_cancel(request: Request, booking_id: UUID, data: CancelIn) -> Booking:
    booking = _booking(request, booking_id)
    services.cancel_booking(booking, actor=request.user, at=queries.now(), reason=data.reason)
    return _booking(request, booking_id)


@router.post("/{uuid:booking_id}/return", response=BookingOut, summary="A collected gift was brought back")
def booking_return(request: Request, booking_id: UUID, data: GiftReturnIn) -> Booking:
    services.return_gift(_booking(request, booking_id), actor=request.user, at=queries.now(), reason=data.reason)
    return _booking(request, booking_id)


def _offers(request: Request) -> "QuerySet[Any]":
    rows = Offer.objects.visible_to(request.user)
    return rows.select_related("organization", "item").prefetch_related("points")


def _offer(request: Request, key: UUID) -> Offer:
    offer: Offer = get_object_or_404(_offers(request), pk=key)
    return offer


def _bookings(request: Request) -> BookingQuerySet:
    found: BookingQuerySet = Booking.objects.visible_to(request.user)
    return found.select_related("offer", "member", "organization")


def _booking(request: Request, key: UUID) -> Booking:
    booking: Booking = get_object_or_404(_bookings(request), pk=key)
    return booking
