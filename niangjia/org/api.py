"""The tree, for programs."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from ninja.pagination import paginate

from niangjia.core.request import Request
from niangjia.org import services
from niangjia.org.models import Kind, Level, Organization

router = Router()


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


class OrganizationIn(Schema):
    parent_id: UUID
    code: str
    name: str
    short_name: str = ""
    kind: Kind
    level: Level
    phone: str = ""
    address: str = ""


class OrganizationMoveIn(Schema):
    to_id: UUID


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


@router.post("/{uuid:organization_id}/move", response=OrganizationOut, summary="Hang an organisation elsewhere")
def organization_move(request: Request, organization_id: UUID, data: OrganizationMoveIn) -> Organization:
    visible = Organization.objects.visible_to(request.user)
    organization = get_object_or_404(visible, pk=organization_id)
    to = get_object_or_404(visible, pk=data.to_id)
    return services.move_organization(organization, to=to, actor=request.user)
