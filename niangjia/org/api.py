"""The tree, for programs."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core.request import Request
from niangjia.core.shapes import In, Line30, Line200, Name120
from niangjia.org import services
from niangjia.org.models import Kind, Level, Organization

router = Router()

Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w.-]+$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class OrganizationOut(Schema):
    id: UUID
    code: str
    name: str
    short_name: str
    kind: Kind
    level: Level
    parent_id: UUID | None
    phone: str
    address: str
    opened_on: date | None
    closed_on: date | None


class OrganizationIn(In):
    parent_id: UUID
    code: Code
    name: Name120
    short_name: Short = ""
    kind: Kind
    level: Level
    phone: Line30 = ""
    address: Line200 = ""
    opened_on: date | None = None


class OrganizationChanges(In):
    """What is not sent, or null, stays; only the day of founding can become unknown. The code never changes."""

    name: Name120 | None = None
    short_name: Short | None = None
    kind: Kind | None = None
    level: Level | None = None
    phone: Line30 | None = None
    address: Line200 | None = None
    opened_on: date | None = None

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.given().items() if value is not None or name == "opened_on"}


class OrganizationMoveIn(In):
    to_id: UUID


class OrganizationCloseIn(In):
    on: date


@router.get("", response=list[OrganizationOut], summary="Organisations that I may see")
@paginate
def organization_list(request: Request, under: str = "") -> QuerySet[Organization]:
    visible = Organization.objects.visible_to(request.user)
    return visible.under(get_object_or_404(visible, code=under)) if under else visible


@router.get("/{uuid:organization_id}", response=OrganizationOut, summary="One organisation")
def organization_detail(request: Request, organization_id: UUID) -> Organization:
    return get_object_or_404(Organization.objects.visible_to(request.user), pk=organization_id)


@router.post("", response={201: OrganizationOut}, summary="Add an organisation under another")
def organization_create(request: Request, data: OrganizationIn) -> Status[Organization]:
    fields = data.dict()
    parent = get_object_or_404(Organization.objects.visible_to(request.user), pk=fields.pop("parent_id"))
    fields["short_name"] = fields["short_name"] or data.name
    return Status(201, services.create_organization(parent=parent, actor=request.user, **fields))


@router.patch("/{uuid:organization_id}", response=OrganizationOut, summary="Change what is said of an organisation")
def organization_change(request: Request, organization_id: UUID, data: OrganizationChanges) -> Organization:
    organization = organization_detail(request, organization_id)
    return services.change_organization(organization, actor=request.user, **data.changes())


@router.post("/{uuid:organization_id}/move", response=OrganizationOut, summary="Hang an organisation elsewhere")
def organization_move(request: Request, organization_id: UUID, data: OrganizationMoveIn) -> Organization:
    visible = Organization.objects.visible_to(request.user)
    organization = organization_detail(request, organization_id)
    to = get_object_or_404(visible, pk=data.to_id)
    return services.move_organization(organization, to=to, actor=request.user)


@router.post("/{uuid:organization_id}/close", response=OrganizationOut, summary="Close an organisation")
def organization_close(request: Request, organization_id: UUID, data: OrganizationCloseIn) -> Organization:
    return services.close_organization(organization_detail(request, organization_id), on=data.on, actor=request.user)


@router.post("/{uuid:organization_id}/reopen", response=OrganizationOut, summary="Open a closed organisation again")
def organization_reopen(request: Request, organization_id: UUID) -> Organization:
    return services.reopen_organization(organization_detail(request, organization_id), actor=request.user)
