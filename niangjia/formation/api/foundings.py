"""Foundings for programs, each step as on the pages."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.formation import services
from niangjia.formation.api.common import plan_of, today
from niangjia.formation.models import CaseStatus, Founding
from niangjia.formation.permissions import VIEW
from niangjia.formation.services import Proposal
from niangjia.formation.shapes import (
    CaseReasonIn,
    CaseRefusalIn,
    DecisionIn,
    ElectionIn,
    FoundingDetailOut,
    FoundingIn,
    FoundingOut,
    ProposalIn,
    RegistrationIn,
    TalkIn,
)
from niangjia.org.http import visible_unit, visible_unit_called

router = Router()

ONE = "/{uuid:founding_id}"


@router.get("", response=list[FoundingOut], summary="Foundings of the units that I look after, the latest first")
@paginate
def founding_list(request: Request, status: CaseStatus | None = None, q: str = "", under: str = "") -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = Founding.objects.visible_to(request.user).select_related("organization")
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    rows = rows.filter(status=status) if status else rows
    return rows.filter(Q(name__icontains=q) | Q(code__icontains=q)) if q else rows


@router.get(ONE, response=FoundingDetailOut, summary="One founding with its talks, its election and its warnings")
def founding_detail(request: Request, founding_id: UUID) -> Founding:
    return _seen(request, founding_id)


@router.post("", response={201: FoundingDetailOut}, summary="Begin a founding under the union that will decide")
def founding_open(request: Request, data: FoundingIn) -> Status[Founding]:
    unit = visible_unit(request.user, data.organization_id)
    proposal = Proposal(**data.dict(exclude={"organization_id"}))
    made = services.open_founding(organization=unit, proposal=proposal, on=today(), actor=request.user)
    return Status(201, founding_detail(request, made.pk))


@router.put(f"{ONE}/proposal", response=FoundingDetailOut, summary="Say anew what is proposed")
def founding_change(request: Request, founding_id: UUID, data: ProposalIn) -> Founding:
    services.change_founding(_seen(request, founding_id), proposal=Proposal(**data.dict()), actor=request.user)
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/talks", response={201: FoundingDetailOut}, summary="Write down a talk with one side")
def founding_talk(request: Request, founding_id: UUID, data: TalkIn) -> Status[Founding]:
    services.add_talk(_seen(request, founding_id), actor=request.user, **data.dict())
    return Status(201, founding_detail(request, founding_id))


@router.post(f"{ONE}/apply", response=FoundingDetailOut, summary="File the application, for the first time or again")
def founding_apply(request: Request, founding_id: UUID) -> Founding:
    services.apply_founding(_seen(request, founding_id), on=today(), actor=request.user)
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/approve", response=FoundingDetailOut, summary="Approve the application, as the union above")
def founding_approve(request: Request, founding_id: UUID, data: DecisionIn) -> Founding:
    services.approve_case(_seen(request, founding_id), on=today(), actor=request.user, **data.dict())
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/refuse", response=FoundingDetailOut, summary="Refuse the application, with reasons")
def founding_refuse(request: Request, founding_id: UUID, data: CaseRefusalIn) -> Founding:
    services.refuse_case(_seen(request, founding_id), on=today(), actor=request.user, **data.dict())
    return founding_detail(request, founding_id)


@router.put(f"{ONE}/election", response=FoundingDetailOut, summary="Write down the election, or write it down again")
def founding_elect(request: Request, founding_id: UUID, data: ElectionIn) -> Founding:
    services.record_election(_seen(request, founding_id), plan=plan_of(data), on=today(), actor=request.user)
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/report", response=FoundingDetailOut, summary="Report the result to the union above")
def founding_report(request: Request, founding_id: UUID) -> Founding:
    services.report_result(_seen(request, founding_id), on=today(), actor=request.user)
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/confirm", response=FoundingDetailOut, summary="Approve the result: the union enters the tree")
def founding_confirm(request: Request, founding_id: UUID, data: DecisionIn) -> Founding:
    services.confirm_founding(_seen(request, founding_id), on=today(), actor=request.user, **data.dict())
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/return", response=FoundingDetailOut, summary="Do not approve the result, with reasons")
def founding_return(request: Request, founding_id: UUID, data: CaseRefusalIn) -> Founding:
    services.return_result(_seen(request, founding_id), on=today(), actor=request.user, **data.dict())
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/register", response=FoundingDetailOut, summary="Write down the registration as a legal person")
def founding_register(request: Request, founding_id: UUID, data: RegistrationIn) -> Founding:
    services.register_legal_person(_seen(request, founding_id), on=today(), actor=request.user, **data.dict())
    return founding_detail(request, founding_id)


@router.post(f"{ONE}/abandon", response=FoundingDetailOut, summary="Give the case up, with reasons")
def founding_abandon(request: Request, founding_id: UUID, data: CaseReasonIn) -> Founding:
    services.abandon_case(_seen(request, founding_id), reason=data.reason, actor=request.user)
    return founding_detail(request, founding_id)


def _seen(request: Request, key: UUID) -> Founding:
    rows = Founding.objects.visible_to(request.user).select_related("organization", "election")
    found: Founding = get_object_or_404(rows.prefetch_related("talks", "election__candidates"), pk=key)
    return found
