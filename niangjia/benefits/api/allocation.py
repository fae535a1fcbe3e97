"""How the gifts of a programme find their people, and standing in line for one, for programs."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from niangjia.audiences.models import RuleVersion
from niangjia.benefits import services
from niangjia.benefits.api.common import kept
from niangjia.benefits.models import Programme
from niangjia.benefits.queries import allocation as how
from niangjia.benefits.queries import desk
from niangjia.benefits.shapes import BookForIn
from niangjia.bookings.models import Allocation, Entry, Limit, Method, Pack
from niangjia.bookings.permissions import ASSIST
from niangjia.bookings.queries import allocation_of
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.bookings.shapes import LineEntryOut
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import Filled, In, Line200, Moment, Name60, Pieces
from niangjia.members.models import Member

router = Router()


class PlannedShareOut(Schema):
    name: str
    rule_version_id: UUID
    quantity: int
    flows_at: datetime | None


class AllocationOut(Schema):
    """The officer's choice, and what the notice says of it. ``fixed_at`` is when it was announced."""

    method: Filled[Method] = Field(description="Null where nothing can be booked.")
    waiting_list: bool
    answer_hours: int
    release_at: datetime | None
    pack: Pack
    pack_most: int
    value_name: str
    value_due_at: datetime | None
    limit_ids: list[UUID]
    shares: list[PlannedShareOut]
    fixed_at: datetime | None
    words: list[str] = Field(description="How the gifts are allocated, in sentences.")


class PlannedShareIn(In):
    name: Name60
    rule_version_id: UUID
    quantity: Pieces
    flows_at: Moment | None = None


class AllocationIn(In):
    """The whole choice, in place of the one before. The method is empty where nothing can be booked."""

    method: Method | Literal[""]
    waiting_list: bool = True
    answer_hours: int = Field(24, ge=1, le=240)
    release_at: Moment | None = None
    pack: Pack = Pack.ONE
    pack_most: int = Field(1, ge=1, le=20)
    value_name: Line200 = ""
    value_due_at: Moment | None = None
    limit_ids: list[UUID] = Field([], max_length=20)
    shares: list[PlannedShareIn] = Field([], max_length=15)


@router.get("/{uuid:programme_id}/allocation", response=AllocationOut, summary="How the gifts are allocated")
def allocation_detail(request: Request, programme_id: UUID) -> dict[str, Any]:
    return _told(kept(request, programme_id))


@router.put("/{uuid:programme_id}/allocation", response=AllocationOut, summary="Say how the gifts are allocated")
def allocation_plan(request: Request, programme_id: UUID, data: AllocationIn) -> dict[str, Any]:
    programme = kept(request, programme_id)
    seen = RuleVersion.objects.visible_to(request.user)
    shares = [
        SharePlan(
            name=each.name,
            rule_version=get_object_or_404(seen, pk=each.rule_version_id),
            quantity=each.quantity,
            flows_at=each.flows_at,
        )
        for each in data.shares
    ]
    limits = [
        get_object_or_404(Limit.objects.visible_to(request.user), pk=key) for key in dict.fromkeys(data.limit_ids)
    ]
    chosen = data.dict(exclude={"shares", "limit_ids"})
    plan = AllocationPlan(**chosen, shares=shares, limits=limits)
    services.plan_allocation(programme, plan, actor=request.user)
    return _told(programme)


def _told(programme: Programme) -> dict[str, Any]:
    """What was chosen; before that, what holds where nobody chooses."""
    found = allocation_of(programme.pk)
    known = found or Allocation(method=Method.FIRST_COME)
    shares = list(found.shares.all()) if found else []
    limits = list(found.limits.values_list("pk", flat=True)) if found else []
    own = {"limit_ids": limits, "shares": shares, "words": how.sentences(programme)}
    return {name: getattr(known, name) for name in AllocationOut.model_fields if name not in own} | own


# In line ----------------------------------------------------------------------------------------------------------
@router.post(
    "/{uuid:programme_id}/join",
    response={201: LineEntryOut},
    summary="Enter the draw, or wait in line, myself",
)
def line_join(request: Request, programme_id: UUID) -> Status[Entry]:
    programme, member = _mine(request, programme_id)
    return Status(201, services.join_line(programme, member, actor=request.user, at=timezone.now()))


@router.post("/{uuid:programme_id}/accept", response=LineEntryOut, summary="Take the gift that is kept for me")
def line_accept(request: Request, programme_id: UUID) -> Entry:
    programme, member = _mine(request, programme_id)
    entries = Entry.objects.visible_to(request.user).filter(offer=programme.pk, member=member).order_by("-id")
    entry = entries.select_related("offer", "member", "organization").first()
    if entry is None:
        raise Http404
    services.accept_gift(programme, entry, actor=request.user, at=timezone.now())
    entry.refresh_from_db()
    return entry


@router.post(
    "/{uuid:programme_id}/desk/join",
    response={201: LineEntryOut},
    summary="Enter a person without a phone, or put her on the waiting list",
)
def desk_join(request: Request, programme_id: UUID, data: BookForIn) -> Status[Entry]:
    programme = kept(request, programme_id)
    access.require(request.user, ASSIST, programme.organization)
    person = get_object_or_404(desk.people_of(programme), pk=data.member_id)
    return Status(201, services.join_line(programme, person, actor=request.user, at=timezone.now()))


def _mine(request: Request, key: UUID) -> tuple[Programme, Member]:
    programme = get_object_or_404(Programme.objects.visible_to(request.user).public(), pk=key)
    seen = Member.objects.visible_to(request.user).select_related("organization")
    return programme, get_object_or_404(seen, user_id=request.user.pk)
