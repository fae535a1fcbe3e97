"""Employers, and who covers them."""

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
from niangjia.core.shapes import Count, Filled, In, Line30, Line60, Line200, Name120, Reason, UnitOut
from niangjia.coverage import models, queries, services
from niangjia.coverage.models import Employer, How, Ownership, Source, Workplace
from niangjia.coverage.permissions import VIEW
from niangjia.org.http import visible_unit, visible_unit_called

router = Router()

Code = Annotated[str, StringConstraints(max_length=30)]
Industry = Annotated[str, StringConstraints(max_length=2)]
Line120 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class EmployerOut(Schema):
    id: UUID
    organization: UnitOut
    name: str
    credit_code: str
    ownership: Filled[Ownership]
    industry: str
    address: str
    workers: int | None
    workers_on: date | None
    workers_source: Filled[Source]
    dispatched: int | None
    new_employment: int | None
    status: models.Status
    party_organization: str


class EmployerIn(In):
    organization_id: UUID
    name: Name120
    credit_code: Code = ""
    ownership: Filled[Ownership] = None
    industry: Industry = ""
    address: Line200 = ""
    workers: Count | None = None
    workers_on: date | None = None
    on: date | None = None
    covered_since: date | None = None


class EmployerChanges(In):
    """What is sent holds from the day ``on``, or from today; on a past day it is a correction."""

    on: date | None = None
    organization_id: UUID | None = None
    name: Name120 | None = None
    credit_code: Code | None = None
    ownership: Filled[Ownership] = None
    industry: Industry | None = None
    address: Line200 | None = None
    workers: Count | None = None
    workers_on: date | None = None
    workers_source: Filled[Source] = None
    dispatched: Count | None = None
    new_employment: Count | None = None
    party_organization: Line120 | None = None
    contact_name: Line60 | None = None
    contact_phone: Line30 | None = None

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.given().items() if value is not None}


class VersionOut(Schema):
    """What held from when to when, end-exclusive; ``superseded_at`` is null while it is believed."""

    organization: UnitOut
    name: str
    ownership: Filled[Ownership]
    industry: str
    workers: int | None
    workers_on: date | None
    workers_source: Filled[Source]
    dispatched: int | None
    new_employment: int | None
    status: models.Status
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None


class CoverageOut(Schema):
    union: UnitOut
    how: How
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None


class CoverIn(In):
    by_id: UUID
    on: date | None = None


class EndIn(In):
    on: date
    reason: Reason


class EmployerPlaceIn(In):
    inside_id: UUID | None
    on: date | None = None


class CloseIn(In):
    on: date
    status: models.Status = models.Status.CLOSED


class DayIn(In):
    on: date | None = None


@router.get("", response=list[EmployerOut], summary="Employers of the units that I look after")
@paginate
def employer_list(request: Request, q: str = "", under: str = "") -> QuerySet[Employer]:
    access.require_anywhere(request.user, VIEW)
    rows = Employer.objects.visible_to(request.user).select_related("organization")
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    return rows.filter(name__icontains=q) if q else rows


@router.get("/{uuid:employer_id}", response=EmployerOut, summary="One employer")
def employer_detail(request: Request, employer_id: UUID) -> Employer:
    rows = Employer.objects.visible_to(request.user).select_related("organization")
    employer: Employer = get_object_or_404(rows, pk=employer_id)
    return employer


@router.post("", response={201: EmployerOut}, summary="Enter an employer; a primary union covers it")
def employer_create(request: Request, data: EmployerIn) -> Status[Employer]:
    fields = data.dict(exclude={"organization_id"}) | {"ownership": data.ownership or ""}
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.create_employer(organization=unit, actor=request.user, **fields))


@router.patch("/{uuid:employer_id}", response=EmployerOut, summary="Change or correct what is said of an employer")
def employer_change(request: Request, employer_id: UUID, data: EmployerChanges) -> Employer:
    changes = data.changes()
    if unit := changes.pop("organization_id", None):
        changes["organization"] = visible_unit(request.user, unit)
    return services.change_employer(employer_detail(request, employer_id), actor=request.user, **changes)


@router.get("/{uuid:employer_id}/versions", response=list[VersionOut], summary="What held of an employer when")
@paginate
def employer_version_list(request: Request, employer_id: UUID, known_on: date | None = None) -> QuerySet[Any]:
    return queries.versions(employer_detail(request, employer_id), known_on=known_on)


@router.get("/{uuid:employer_id}/coverages", response=list[CoverageOut], summary="Who covered an employer when")
@paginate
def employer_coverage_list(request: Request, employer_id: UUID, known_on: date | None = None) -> QuerySet[Any]:
    return queries.coverages(employer_detail(request, employer_id), known_on=known_on)


@router.post("/{uuid:employer_id}/cover", response=CoverageOut, summary="Say which union covers an employer")
def employer_cover(request: Request, employer_id: UUID, data: CoverIn) -> Any:
    employer, union = employer_detail(request, employer_id), visible_unit(request.user, data.by_id)
    return services.cover(employer, by=union, on=data.on, actor=request.user)


@router.post("/{uuid:employer_id}/uncover", response={204: None}, summary="End the coverage of an employer")
def employer_uncover(request: Request, employer_id: UUID, data: EndIn) -> Status[None]:
    employer = employer_detail(request, employer_id)
    services.uncover(employer, on=data.on, reason=data.reason, actor=request.user)
    return Status(204, None)


@router.post("/{uuid:employer_id}/place", response={204: None}, summary="Say in which workplace an employer stands")
def employer_place(request: Request, employer_id: UUID, data: EmployerPlaceIn) -> Status[None]:
    employer, inside = employer_detail(request, employer_id), None
    if data.inside_id:
        inside = get_object_or_404(Workplace.objects.visible_to(request.user), pk=data.inside_id)
    services.place_employer(employer, inside=inside, on=data.on, actor=request.user)
    return Status(204, None)


@router.post("/{uuid:employer_id}/close", response=EmployerOut, summary="Close an employer")
def employer_close(request: Request, employer_id: UUID, data: CloseIn) -> Employer:
    employer = employer_detail(request, employer_id)
    return services.close_employer(employer, on=data.on, status=data.status, actor=request.user)


@router.post("/{uuid:employer_id}/reopen", response=EmployerOut, summary="Open a closed employer again")
def employer_reopen(request: Request, employer_id: UUID, data: DayIn) -> Employer:
    return services.reopen_employer(employer_detail(request, employer_id), on=data.on, actor=request.user)
