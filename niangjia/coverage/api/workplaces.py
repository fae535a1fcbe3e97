"""Workplaces, and who reaches them."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import In, Line200, Name120, UnitOut
from niangjia.coverage import queries, services
from niangjia.coverage.api.employers import EndIn
from niangjia.coverage.models import PlaceKind, ReachedHow, Workplace
from niangjia.coverage.permissions import VIEW
from niangjia.org.http import visible_unit

router = Router()

Line40 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class WorkplaceOut(Schema):
    id: UUID
    organization: UnitOut
    kind: PlaceKind
    name: str
    code: str
    address: str
    is_open: bool


class WorkplaceIn(In):
    organization_id: UUID
    kind: PlaceKind
    name: Name120
    code: Line40 = ""
    address: Line200 = ""
    on: date | None = None


class ReachOut(Schema):
    """Who reached it from when to when, end-exclusive; ``superseded_at`` is null while it is believed."""

    union: UnitOut
    how: ReachedHow
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None


class ReachIn(In):
    by_id: UUID
    how: ReachedHow
    on: date | None = None


class ClosedIn(In):
    on: date


@router.get("", response=list[WorkplaceOut], summary="Workplaces in the areas that I look after")
@paginate
def workplace_list(request: Request) -> QuerySet[Workplace]:
    access.require_anywhere(request.user, VIEW)
    rows: QuerySet[Workplace] = Workplace.objects.visible_to(request.user).select_related("organization")
    return rows


@router.get("/{uuid:workplace_id}", response=WorkplaceOut, summary="One workplace")
def workplace_detail(request: Request, workplace_id: UUID) -> Workplace:
    rows = Workplace.objects.visible_to(request.user).select_related("organization")
    place: Workplace = get_object_or_404(rows, pk=workplace_id)
    return place


@router.post("", response={201: WorkplaceOut}, summary="Enter a workplace")
def workplace_create(request: Request, data: WorkplaceIn) -> Status[Workplace]:
    fields = data.dict(exclude={"organization_id"})
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.create_workplace(organization=unit, actor=request.user, **fields))


@router.get("/{uuid:workplace_id}/reaches", response=list[ReachOut], summary="Who reached a workplace when")
@paginate
def workplace_reach_list(request: Request, workplace_id: UUID) -> QuerySet[Any]:
    return queries.reaches(workplace_detail(request, workplace_id))


@router.post("/{uuid:workplace_id}/reach", response=ReachOut, summary="Say who reaches a workplace")
def workplace_reach(request: Request, workplace_id: UUID, data: ReachIn) -> Any:
    place, union = workplace_detail(request, workplace_id), visible_unit(request.user, data.by_id)
    return services.reach(place, by=union, how=data.how, on=data.on, actor=request.user)


@router.post("/{uuid:workplace_id}/unreach", response={204: None}, summary="End the reach of a workplace")
def workplace_unreach(request: Request, workplace_id: UUID, data: EndIn) -> Status[None]:
    place = workplace_detail(request, workplace_id)
    services.unreach(place, on=data.on, reason=data.reason, actor=request.user)
    return Status(204, None)


@router.post("/{uuid:workplace_id}/close", response=WorkplaceOut, summary="Close a workplace")
def workplace_close(request: Request, workplace_id: UUID, data: ClosedIn) -> Workplace:
    return services.close_workplace(workplace_detail(request, workplace_id), on=data.on, actor=request.user)
