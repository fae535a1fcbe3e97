"""People and their membership, for programs. Numbers are masked; the full ones need a reason, which is recorded."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import Filled, In, Line30, Line200, Line300, Name60, Reason, UnitOut
from niangjia.coverage.models import Employer
from niangjia.members import queries, services
from niangjia.members.models import CorrectionRequest, CorrectionStatus, Group, Member, MemberState, Occupation, Sex
from niangjia.members.permissions import VIEW
from niangjia.org.http import visible_unit, visible_unit_called
from niangjia.ui.formats import masked_id, masked_phone

router = Router()
corrections = Router()
occupations = Router()


class OccupationOut(Schema):
    id: UUID
    name: str
    group: Filled[Group]
    new_employment: bool


class EmployerNameOut(Schema):
    id: UUID
    name: str


class MemberOut(Schema):
    """A person. ID number and phone show no more than a page does."""

    id: UUID
    name: str
    organization: UnitOut
    state: MemberState
    id_number_masked: str
    phone_masked: str
    birth_on: date | None
    sex: Filled[Sex]
    joined_on: date | None
    employer: EmployerNameOut | None
    occupation: OccupationOut | None
    on_duty_festival: bool | None
    has_account: bool
    updated_at: datetime

    @staticmethod
    def resolve_id_number_masked(row: Member) -> str:
        return masked_id(str(row.id_number))

    @staticmethod
    def resolve_phone_masked(row: Member) -> str:
        return masked_phone(str(row.phone)) if row.phone else ""

    @staticmethod
    def resolve_has_account(row: Member) -> bool:
        return row.user_id is not None


class MembershipOut(Schema):
    organization: UnitOut
    state: MemberState
    valid_from: date
    valid_to: date | None
    reason: str


class MemberIn(In):
    organization_id: UUID
    name: Name60
    id_number: Line30
    phone: Line30 = ""
    joined_on: date | None = None
    employer_id: UUID | None = None
    occupation_id: UUID | None = None
    on_duty_festival: bool | None = None
    home_address: Line200 = ""


class MemberChanges(In):
    name: Name60 = ""
    id_number: Line30 = ""
    phone: Line30 = ""
    joined_on: date | None = None
    employer_id: UUID | None = None
    occupation_id: UUID | None = None
    on_duty_festival: bool | None = None
    home_address: Line200 = ""


class MemberStateIn(In):
    state: MemberState
    reason: Reason
    on: date | None = None


class MemberTransferIn(In):
    to_id: UUID
    reason: Reason
    on: date | None = None


class MemberRevealIn(In):
    reason: Reason


class RevealedOut(Schema):
    id_number: str
    phone: str
    address: str


class CorrectionOut(Schema):
    id: UUID
    member_id: UUID
    organization: UnitOut
    status: CorrectionStatus
    text: str
    answer: str
    created_at: datetime
    decided_at: datetime | None


class CorrectionIn(In):
    text: str


class CorrectionDecisionIn(In):
    accepted: bool
    answer: Line300 = ""


@router.get("", response=list[MemberOut], summary="People of the units that I look after")
@paginate
def member_list(
    request: Request,
    q: str = "",
    under: str = "",
    state: MemberState | None = None,
    group: Group | None = None,
    occupation_id: UUID | None = None,
) -> QuerySet[Member]:
    access.require_anywhere(request.user, VIEW)
    rows = _visible(request)
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    wanted = {"state": state, "occupation__group": group, "occupation_id": occupation_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return queries.found(rows, q) if q else rows


@router.get("/me", response=MemberOut, summary="My own record")
def member_me(request: Request) -> Member:
    member: Member = get_object_or_404(_visible(request), user_id=request.user.pk)
    return member


@router.get("/{uuid:member_id}", response=MemberOut, summary="One person")
def member_detail(request: Request, member_id: UUID) -> Member:
    return _member(request, member_id)


@router.get("/{uuid:member_id}/memberships", response=list[MembershipOut], summary="Where a person has been a member")
@paginate
def membership_list(request: Request, member_id: UUID) -> "QuerySet[Any]":
    known = _member(request, member_id).memberships.filter(superseded_at=None)
    return known.select_related("organization").order_by("valid_from")


@router.post("", response={201: MemberOut}, summary="Register one person")
def member_create(request: Request, data: MemberIn) -> Status[Member]:
    fields = _resolved(request, data.dict(exclude={"organization_id"}))
    unit = visible_unit(request.user, data.organization_id)
    person = services.NewMember(organization=unit, **fields)
    member = services.register_member(person, on=timezone.localdate(), actor=request.user)
    return Status(201, member)


@router.patch("/{uuid:member_id}", response=MemberOut, summary="Change what is known of a person")
def member_change(request: Request, member_id: UUID, data: MemberChanges) -> Member:
    member = _member(request, member_id)
    fields = _resolved(request, data.given())
    services.change_member(member, on=timezone.localdate(), actor=request.user, **fields)
    return _member(request, member_id)


@router.post("/{uuid:member_id}/state", response=MemberOut, summary="Move a membership to another state")
def member_change_state(request: Request, member_id: UUID, data: MemberStateIn) -> Member:
    member = _member(request, member_id)
    on = data.on or timezone.localdate()
    services.change_state(member, data.state, on=on, reason=data.reason, actor=request.user)
    return _member(request, member_id)


@router.post("/{uuid:member_id}/transfer", response=MemberOut, summary="Move a membership to another union")
def member_transfer(request: Request, member_id: UUID, data: MemberTransferIn) -> Member:
    member, to = _member(request, member_id), visible_unit(request.user, data.to_id)
    on = data.on or timezone.localdate()
    return services.transfer_member(member, to=to, on=on, reason=data.reason, actor=request.user)


@router.post("/{uuid:member_id}/reveal", response=RevealedOut, summary="Read the full numbers; the person sees that")
def member_reveal(request: Request, member_id: UUID, data: MemberRevealIn) -> dict[str, str]:
    return services.reveal_member(_member(request, member_id), reason=data.reason, actor=request.user)


@router.post("/me/corrections", response={201: CorrectionOut}, summary="Ask one's union to correct one's own record")
def correction_request(request: Request, data: CorrectionIn) -> Status[CorrectionRequest]:
    return Status(201, services.request_correction(member_me(request), text=data.text, actor=request.user))


# Corrections -------------------------------------------------------------------------------------------------------
@corrections.get("", response=list[CorrectionOut], summary="Requests for correction: of my units, and my own")
@paginate
def correction_list(request: Request, status: CorrectionStatus | None = None) -> QuerySet[CorrectionRequest]:
    rows = CorrectionRequest.objects.visible_to(request.user).select_related("organization")
    return rows.filter(status=status) if status else rows


@corrections.post("/{uuid:correction_id}/decide", response=CorrectionOut, summary="Answer a request for correction")
def correction_decide(request: Request, correction_id: UUID, data: CorrectionDecisionIn) -> CorrectionRequest:
    rows = CorrectionRequest.objects.visible_to(request.user).select_related("organization")
    return services.decide_correction(
        get_object_or_404(rows, pk=correction_id),
        accepted=data.accepted,
        answer=data.answer,
        at=timezone.now(),
        actor=request.user,
    )


# Occupations -------------------------------------------------------------------------------------------------------
@occupations.get("", response=list[OccupationOut], summary="The trades people work in")
@paginate
def occupation_list(request: Request) -> QuerySet[Occupation]:
    return queries.occupations()


def _visible(request: Request) -> "QuerySet[Any]":
    return Member.objects.visible_to(request.user).select_related("organization", "employer", "occupation")


def _member(request: Request, key: UUID) -> Member:
    member: Member = get_object_or_404(_visible(request), pk=key)
    return member


def _resolved(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """The rows that keys name, in their place."""
    if "employer_id" in fields:
        key = fields.pop("employer_id")
        fields["employer"] = key and get_object_or_404(Employer.objects.visible_to(request.user), pk=key)
    if "occupation_id" in fields:
        key = fields.pop("occupation_id")
        fields["occupation"] = key and queries.occupation(key)
        if key and fields["occupation"] is None:
            raise Http404
    return fields
