"""Employers, for programs."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import Count, Filled, In, Line200, Name120, UnitOut
from niangjia.coverage import services
from niangjia.coverage.models import Employer, Ownership
from niangjia.coverage.permissions import VIEW
from niangjia.org.http import visible_unit, visible_unit_called

router = Router()


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


class EmployerIn(In):
    organization_id: UUID
    name: Name120
    credit_code: Annotated[str, StringConstraints(max_length=30)] = ""
    ownership: Filled[Ownership] = None
    industry: Annotated[str, StringConstraints(max_length=2)] = ""
    address: Line200 = ""
    workers: Count | None = None
    workers_on: date | None = None


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


@router.post("", response={201: EmployerOut}, summary="Enter an employer that a union covers")
def employer_create(request: Request, data: EmployerIn) -> Status[Employer]:
    fields = data.dict(exclude={"organization_id"}) | {"ownership": data.ownership or ""}
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.create_employer(organization=unit, actor=request.user, **fields))
