"""Service points, vouchers, and handing over once, for programs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import TOO_MANY, Count, In, Line30, Line200, Name100, Reason, UnitOut
from niangjia.org.http import visible_unit
from niangjia.ui.formats import masked_name
from niangjia.vouchers import codes, services
from niangjia.vouchers.models import (
    Redemption,
    RedemptionKind,
    ServicePoint,
    ServicePointQuerySet,
    Voucher,
    VoucherStatus,
)
from niangjia.vouchers.permissions import REDEEM, VIEW

router = Router()
points = Router()

Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ServicePointOut(Schema):
    id: UUID
    organization: UnitOut
    name: str
    address: str
    hours: str
    phone: str
    is_open: bool


class ServicePointIn(In):
    organization_id: UUID
    name: Name100
    address: Address
    hours: Line200 = ""
    phone: Line30 = ""


class ServicePointChanges(In):
    name: Name100 = ""
    address: Address = ""
    hours: Line200 = ""
    phone: Line30 = ""
    is_open: bool = True


class VoucherOut(Schema):
    """What somebody may be handed. Code and QR text are for the person alone; a helper sees the name masked."""

    id: UUID
    kind: str
    purpose_id: UUID
    title: str
    item: str
    quantity: int
    person_masked: str
    status: VoucherStatus
    valid_from: datetime | None
    valid_until: datetime | None
    code: str | None = Field(description="The short code, in groups of four.")
    qr: str | None = Field(description="The signed token that the QR code carries, in base45.")

    @staticmethod
    def resolve_item(row: Voucher) -> str:
        return row.item.name

    @staticmethod
    def resolve_person_masked(row: Voucher) -> str:
        return masked_name(row.member.name)

    @staticmethod
    def resolve_code(row: Voucher, context: Any) -> str | None:
        return row.grouped_code if _is_own(row, context) else None

    @staticmethod
    def resolve_qr(row: Voucher, context: Any) -> str | None:
        return codes.base45(services.token(row)) if _is_own(row, context) else None


class RedemptionOut(Schema):
    """One hand-over, or the undoing of one."""

    id: UUID
    voucher_id: UUID
    kind: RedemptionKind
    at: datetime
    by_name: str
    point: str | None
    reason: str

    @staticmethod
    def resolve_point(row: Redemption) -> str | None:
        return row.point.name if row.point else None


class LookUpIn(In):
    code: Annotated[str, StringConstraints(min_length=1, max_length=600)] = Field(
        description="A short code as typed, or what the camera read."
    )


class RedeemIn(In):
    point_id: UUID | None = None
    device: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    counter: Count | None = None


class RedemptionUndoIn(In):
    reason: Reason


# Places ------------------------------------------------------------------------------------------------------------
@points.get("", response=list[ServicePointOut], summary="Places where gifts are handed over")
@paginate
def point_list(request: Request, q: str = "", open_only: bool = False) -> "QuerySet[Any]":
    if not access.can_anywhere(request.user, REDEEM):
        access.require_anywhere(request.user, VIEW)
    rows = _points(request)
    rows = rows.open() if open_only else rows
    return rows.filter(name__icontains=q) if q else rows


@points.get("/{uuid:point_id}", response=ServicePointOut, summary="One place where gifts are handed over")
def point_detail(request: Request, point_id: UUID) -> ServicePoint:
    return _point(request, point_id)


@points.post("", response={201: ServicePointOut}, summary="Open a place where gifts are handed over")
def point_create(request: Request, data: ServicePointIn) -> Status[ServicePoint]:
    fields = data.dict(exclude={"organization_id"})
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.create_point(organization=unit, actor=request.user, **fields))


@points.patch("/{uuid:point_id}", response=ServicePointOut, summary="Change a place, or open and close it")
def point_change(request: Request, point_id: UUID, data: ServicePointChanges) -> ServicePoint:
    services.change_point(_point(request, point_id), actor=request.user, **data.given())
    return _point(request, point_id)


# Vouchers ----------------------------------------------------------------------------------------------------------
@router.get("", response=list[VoucherOut], summary="My vouchers, and those of the units that I look after")
@paginate
def voucher_list(
    request: Request, status: VoucherStatus | None = None, purpose_id: UUID | None = None
) -> "QuerySet[Any]":
    wanted = {"status": status, "purpose_id": purpose_id}
    return _vouchers(request).filter(**{name: value for name, value in wanted.items() if value})


@router.get("/{uuid:voucher_id}", response=VoucherOut, summary="One voucher, by the key of the booking it stands for")
def voucher_detail(request: Request, voucher_id: UUID) -> Voucher:
    return _voucher(request, voucher_id)


@router.post(
    "/look-up",
    response={200: VoucherOut},
    openapi_extra=TOO_MANY,
    summary="The voucher that a typed or scanned code names, if I may hand it out",
)
def voucher_look_up(request: Request, data: LookUpIn) -> Voucher:
    access.require_anywhere(request.user, REDEEM)
    return services.find_voucher(data.code, actor=request.user, at=timezone.now())


@router.get(
    "/{uuid:voucher_id}/redemptions", response=list[RedemptionOut], summary="What was handed over for it, and undone"
)
@paginate
def redemption_list(request: Request, voucher_id: UUID) -> "QuerySet[Any]":
    voucher = _voucher(request, voucher_id)
    return Redemption.objects.visible_to(request.user).filter(voucher=voucher).select_related("point")


@router.post("/{uuid:voucher_id}/redeem", response={201: RedemptionOut}, summary="Hand over, once")
def voucher_redeem(request: Request, voucher_id: UUID, data: RedeemIn) -> Status[Redemption]:
    redemption = services.redeem(
        _voucher(request, voucher_id),
        actor=request.user,
        point=_point(request, data.point_id) if data.point_id else None,
        at=timezone.now(),
        device=data.device,
        counter=data.counter,
    )
    return Status(201, redemption)


@router.post("/{uuid:voucher_id}/undo", response=VoucherOut, summary="Take back a mistaken hand-over")
def voucher_undo(request: Request, voucher_id: UUID, data: RedemptionUndoIn) -> Voucher:
    voucher = _voucher(request, voucher_id)
    services.undo_redemption(voucher, actor=request.user, reason=data.reason, at=timezone.now())
    return _voucher(request, voucher_id)


def _points(request: Request) -> ServicePointQuerySet:
    found: ServicePointQuerySet = ServicePoint.objects.visible_to(request.user)
    return found.select_related("organization")


def _point(request: Request, key: UUID) -> ServicePoint:
    point: ServicePoint = get_object_or_404(_points(request), pk=key)
    return point


def _vouchers(request: Request) -> "QuerySet[Any]":
    return Voucher.objects.visible_to(request.user).select_related("item", "member", "organization")


def _voucher(request: Request, key: UUID) -> Voucher:
    """The voucher, written now if nobody has looked at it before; for who may not see it nothing is written."""
    with transaction.atomic():
        services.ensure_voucher(key)
        voucher: Voucher = get_object_or_404(_vouchers(request), pk=key)
    return voucher


def _is_own(row: Voucher, context: Any) -> bool:
    return bool(row.member.user_id) and row.member.user_id == context["request"].user.pk
