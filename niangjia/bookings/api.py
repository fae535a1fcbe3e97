"""Offers, live figures and bookings, for programs. Booking itself is the lane's: ``POST /book/{programme}``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, File, Router, Schema, Status, UploadedFile
from ninja.pagination import paginate

from niangjia.bookings import proving, published, queries, reading, services
from niangjia.bookings.forms import LARGEST_FILE, told
from niangjia.bookings.limits import take_check
from niangjia.bookings.models import Booking, BookingQuerySet, BookingStatus, Channel, Draw, Method, Offer, OfferStatus
from niangjia.bookings.permissions import VIEW
from niangjia.core import access
from niangjia.core.errors import InvalidInput
from niangjia.core.request import Request
from niangjia.core.shapes import TOO_MANY, In, Line200, Reason, UnitOut
from niangjia.ledgers.shapes import BalanceOut
from niangjia.members.models import Member

router = Router()
offers = Router()

DRAW_COLUMNS = ("commitment", "committed_at", "value_name", "value_due_at", "closed_at", "entries", "digest", "value",
                "value_source", "value_at", "drawn_at")  # fmt: skip


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


class DrawOut(Schema):
    """What is public of a draw. ``seed`` is empty until it is drawn."""

    offer_id: UUID
    title: str
    stage: published.Stage
    commitment: str
    committed_at: datetime
    value_name: str
    value_due_at: datetime
    closed_at: datetime | None
    entries: int | None
    digest: str
    value: str
    value_source: str
    value_at: datetime | None
    drawn_at: datetime | None
    seed: str


class ValueIn(In):
    value: Reason
    source: Reason


class CheckOut(Schema):
    """One thing that was recomputed."""

    name: str
    title: str
    expected: str
    found: str
    passed: bool


class VerdictOut(Schema):
    """Whether a file proves its own draw. Compare its commitment with the one that is published."""

    verified: bool
    programme: str
    drawn: bool
    checks: list[CheckOut]


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


# Draws -------------------------------------------------------------------------------------------------------------
@offers.get("/{uuid:offer_id}/draw", response=DrawOut, auth=None, summary="How far a draw is, and what is published")
def draw_detail(request: HttpRequest, offer_id: UUID) -> DrawOut:
    draw = _draw(request, offer_id)
    return DrawOut(
        offer_id=draw.offer_id,
        title=draw.title,
        stage=published.stage_of(draw, at=timezone.now()),
        seed=str(draw.seed) if draw.drawn_at else "",
        **{name: getattr(draw, name) for name in DRAW_COLUMNS},
    )


@offers.get(
    "/{uuid:offer_id}/draw/file",
    response=dict[str, Any],
    auth=None,
    summary="The file of a draw whose list is fixed, as niangjia draw verify reads it",
)
def draw_file(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    draw = _draw(request, offer_id)
    if not draw.closed_at:
        raise services.DrawRefused(_("The list of entries is not closed yet."), code="not-over")
    return proving.document(published.published(draw))


@offers.post("/{uuid:offer_id}/draw/value", response=DrawOut, summary="Enter the public value, once and for good")
def draw_enter_value(request: Request, offer_id: UUID, data: ValueIn) -> DrawOut:
    draw = _draw(request, offer_id)
    services.enter_value(draw, value=data.value, source=data.source, actor=request.user, at=timezone.now())
    return draw_detail(request, offer_id)


@offers.post("/{uuid:offer_id}/draw/run", response=DrawOut, summary="Draw; asking again changes nothing")
def draw_run(request: Request, offer_id: UUID) -> DrawOut:
    services.run_draw(_draw(request, offer_id), actor=request.user, at=timezone.now())
    return draw_detail(request, offer_id)


@offers.post(
    "/draws/verify",
    response=VerdictOut,
    auth=None,
    openapi_extra=TOO_MANY,
    summary="Recompute the file of a draw; nothing of it is kept",
)
def draw_verify(request: HttpRequest, file: File[UploadedFile]) -> VerdictOut:
    take_check(request)
    try:
        stated = reading.read(file.read(LARGEST_FILE))
    except reading.Unreadable as refused:
        raise InvalidInput(told(refused), field="file") from refused
    checks = [
        CheckOut(**check._asdict() | {"title": _(check.title), "passed": check.passed})
        for check in proving.verify(stated)
    ]
    verified = all(check.passed for check in checks)
    return VerdictOut(verified=verified, programme=stated.programme, drawn=stated.result is not None, checks=checks)


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
    services.cancel_booking(booking, actor=request.user, at=timezone.now(), reason=data.reason)
    return _booking(request, booking_id)


@router.post("/{uuid:booking_id}/return", response=BookingOut, summary="A collected gift was brought back")
def booking_return(request: Request, booking_id: UUID, data: GiftReturnIn) -> Booking:
    services.return_gift(_booking(request, booking_id), actor=request.user, at=timezone.now(), reason=data.reason)
    return _booking(request, booking_id)


def _draw(request: HttpRequest, key: UUID) -> Draw:
    rows = Draw.objects.visible_to(request.user).select_related("offer__organization")
    draw: Draw = get_object_or_404(rows, offer=key)
    return draw


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
