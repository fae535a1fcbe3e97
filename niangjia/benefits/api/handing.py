"""Groups, their lists, hand-outs, and acting for a person without a phone, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from niangjia.audiences.models import Audience
from niangjia.benefits import services
from niangjia.benefits.api.common import gift_of, kept, split_of
from niangjia.benefits.api.programmes import filed
from niangjia.benefits.models import Handout, HandoutStatus, Programme
from niangjia.benefits.queries import desk, handing
from niangjia.benefits.services import SplitPlan
from niangjia.benefits.shapes import (
    BookForIn,
    DeskBookingOut,
    DeskPersonOut,
    FiledPaperOut,
    FilledOut,
    HandOutNowIn,
    HandoutOut,
    ListIn,
    RecordedOut,
    SheetIn,
    SignedIn,
    SplitIn,
    SplitOut,
)
from niangjia.bookings.permissions import ASSIST
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import In, Reason
from niangjia.members.models import Member
from niangjia.vouchers.models import ServicePoint

router = Router()
GROUP = "/{uuid:programme_id}/groups/{uuid:split_id}"
HANDOUT = "/{uuid:programme_id}/hand-outs/{uuid:handout_id}"


class UndoIn(In):
    reason: Reason


# Groups ------------------------------------------------------------------------------------------------------------
@router.get("/{uuid:programme_id}/groups", response=list[SplitOut], summary="Groups for whom packs are set aside")
@paginate
def group_list(request: Request, programme_id: UUID) -> list[dict[str, Any]]:
    return [SplitOut.of(row) for row in handing.splits_of(kept(request, programme_id))]


@router.post("/{uuid:programme_id}/groups", response={201: SplitOut}, summary="Set packs aside for a group")
def group_add(request: Request, programme_id: UUID, data: SplitIn) -> Status[dict[str, Any]]:
    programme = kept(request, programme_id)
    made = services.add_split(programme, _plan(request, programme, data), actor=request.user)
    return Status(201, SplitOut.of(handing.split_row(made)))


@router.put(GROUP, response=SplitOut, summary="Plan a group anew")
def group_change(request: Request, programme_id: UUID, split_id: UUID, data: SplitIn) -> dict[str, Any]:
    programme = kept(request, programme_id)
    changed = services.change_split(split_of(programme, split_id), _plan(request, programme, data), actor=request.user)
    return SplitOut.of(handing.split_row(changed))


@router.delete(GROUP, response={204: None}, summary="Drop a group with its list")
def group_remove(request: Request, programme_id: UUID, split_id: UUID) -> Status[None]:
    services.remove_split(split_of(kept(request, programme_id), split_id), actor=request.user)
    return Status(204, None)


@router.post(f"{GROUP}/fill", response=FilledOut, summary="Put everybody eligible on the list, as far as packs go")
def group_fill(request: Request, programme_id: UUID, split_id: UUID) -> Any:
    return services.fill_list(split_of(kept(request, programme_id), split_id), actor=request.user)


@router.post(f"{GROUP}/sheet", response={201: FiledPaperOut}, summary="Make the sign-for sheet of the list")
def group_sheet(request: Request, programme_id: UUID, split_id: UUID) -> Status[dict[str, Any]]:
    split = split_of(kept(request, programme_id), split_id)
    return Status(201, filed(services.print_sheet(split, actor=request.user, at=timezone.now())))


@router.post(f"{GROUP}/record", response=RecordedOut, summary="Write down a signed sheet")
def group_record(request: Request, programme_id: UUID, split_id: UUID, data: SheetIn) -> dict[str, Any]:
    split = split_of(kept(request, programme_id), split_id)
    found = services.record_sheet(split, absent=data.absent, actor=request.user, at=timezone.now())
    return {"done": found.done, "refused": [{"number": number, "why": why} for number, why in found.refused]}


def _plan(request: Request, programme: Programme, data: SplitIn) -> SplitPlan:
    fields = data.dict(exclude={"gift_id", "audience_id"})
    audience = get_object_or_404(Audience.objects.visible_to(request.user), pk=data.audience_id)
    return SplitPlan(gift=gift_of(programme, data.gift_id), audience=audience, **fields)


# Hand-outs ---------------------------------------------------------------------------------------------------------
@router.get(f"{GROUP}/hand-outs", response=list[HandoutOut], summary="The list of a group, in its order")
@paginate
def handout_list(
    request: Request, programme_id: UUID, split_id: UUID, status: HandoutStatus | None = None
) -> "QuerySet[Any]":
    split = split_of(kept(request, programme_id), split_id)
    rows = _handouts(request).filter(split=split).order_by("number")
    return rows.filter(status=status) if status else rows


@router.post(f"{GROUP}/hand-outs", response={201: HandoutOut}, summary="Put one eligible person on the list")
def handout_list_person(request: Request, programme_id: UUID, split_id: UUID, data: ListIn) -> Status[Handout]:
    programme = kept(request, programme_id)
    member = get_object_or_404(desk.people_of(programme), pk=data.member_id)
    made = services.put_on_list(split_of(programme, split_id), member, actor=request.user)
    return Status(201, _handout(request, programme, made.pk))


@router.post(f"{HANDOUT}/record", response=HandoutOut, summary="A person was handed the pack and has signed")
def handout_record(request: Request, programme_id: UUID, handout_id: UUID, data: SignedIn) -> Handout:
    programme = kept(request, programme_id)
    found = _handout(request, programme, handout_id)
    services.record_handout(found, actor=request.user, at=timezone.now(), signed_by=data.signed_by)
    return _handout(request, programme, handout_id)


@router.post(f"{HANDOUT}/undo", response=HandoutOut, summary="A hand-out was written down by mistake")
def handout_undo(request: Request, programme_id: UUID, handout_id: UUID, data: UndoIn) -> Handout:
    programme = kept(request, programme_id)
    services.undo_handout(_handout(request, programme, handout_id), reason=data.reason, actor=request.user)
    return _handout(request, programme, handout_id)


@router.post(f"{HANDOUT}/take-off", response=HandoutOut, summary="Take somebody off the list")
def handout_take_off(request: Request, programme_id: UUID, handout_id: UUID, data: UndoIn) -> Handout:
    programme = kept(request, programme_id)
    services.take_off_list(_handout(request, programme, handout_id), reason=data.reason, actor=request.user)
    return _handout(request, programme, handout_id)


def _handouts(request: Request) -> "QuerySet[Any]":
    return Handout.objects.visible_to(request.user).select_related("member", "unit", "occupation", "organization")


def _handout(request: Request, programme: Programme, key: UUID) -> Handout:
    handout: Handout = get_object_or_404(_handouts(request).filter(programme=programme), pk=key)
    return handout


# The desk ----------------------------------------------------------------------------------------------------------
@router.get(
    "/{uuid:programme_id}/desk", response=list[DeskPersonOut], summary="Find the person who stands at the desk"
)
@paginate
def desk_find(request: Request, programme_id: UUID, q: str) -> list[dict[str, Any]]:
    rows = desk.find(_assisted(request, programme_id), q)
    return [
        {
            "member_id": row.member.pk,
            "person": row.member.name,
            "unit": row.member.organization.name,
            "eligible": row.eligible,
            "served": row.served,
        }
        for row in rows
    ]


@router.post(
    "/{uuid:programme_id}/desk/book", response={201: DeskBookingOut}, summary="Book for a person without a phone"
)
def desk_book(request: Request, programme_id: UUID, data: BookForIn) -> Status[dict[str, Any]]:
    programme, person = _served(request, programme_id, data.member_id)
    booking = services.book_for(programme, person, actor=request.user, at=timezone.now())
    return Status(201, {"booking_id": booking.pk, "number": booking.number})


@router.post(
    "/{uuid:programme_id}/desk/hand-out",
    response={201: DeskBookingOut},
    summary="Book for a person and hand the gift over in the same breath",
)
def desk_hand_out(request: Request, programme_id: UUID, data: HandOutNowIn) -> Status[dict[str, Any]]:
    programme, person = _served(request, programme_id, data.member_id)
    seen = ServicePoint.objects.visible_to(request.user)
    point = get_object_or_404(seen, pk=data.point_id) if data.point_id else None
    booking, _redemption = services.hand_out_now(programme, person, point=point, actor=request.user, at=timezone.now())
    return Status(201, {"booking_id": booking.pk, "number": booking.number})


def _assisted(request: Request, key: UUID) -> Programme:
    programme = kept(request, key)
    access.require(request.user, ASSIST, programme.organization)
    return programme


def _served(request: Request, key: UUID, member: UUID) -> tuple[Programme, Member]:
    """The programme and a live member of its unit."""
    programme = _assisted(request, key)
    return programme, get_object_or_404(desk.people_of(programme), pk=member)
