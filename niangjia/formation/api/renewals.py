"""Re-elections for programs, each step as on the pages; a request is filed at the term."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.formation import services
from niangjia.formation.api.common import plan_of, today
from niangjia.formation.models import CaseStatus, Renewal
from niangjia.formation.permissions import VIEW
from niangjia.formation.shapes import (
    CaseReasonIn,
    CaseRefusalIn,
    DecisionIn,
    ElectionIn,
    RenewalDetailOut,
    RenewalIn,
    RenewalOut,
)
from niangjia.org.http import visible_unit_called

router = Router()

ONE = "/{uuid:renewal_id}"


@router.get("", response=list[RenewalOut], summary="Re-elections of the units that I look after, the latest first")
@paginate
def renewal_list(request: Request, status: CaseStatus | None = None, under: str = "") -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = Renewal.objects.visible_to(request.user).select_related("organization__parent")
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    return rows.filter(status=status) if status else rows


@router.get(ONE, response=RenewalDetailOut, summary="One re-election with its warnings")
def renewal_detail(request: Request, renewal_id: UUID) -> Renewal:
    return seen(request, renewal_id)


@router.post(f"{ONE}/apply", response=RenewalDetailOut, summary="File a refused request again")
def renewal_apply(request: Request, renewal_id: UUID, data: RenewalIn) -> Renewal:
    services.refile_renewal(seen(request, renewal_id), on=today(), actor=request.user, **data.dict())
    return renewal_detail(request, renewal_id)


@router.post(f"{ONE}/approve", response=RenewalDetailOut, summary="Approve the request, as the union above")
def renewal_approve(request: Request, renewal_id: UUID, data: DecisionIn) -> Renewal:
    services.approve_case(seen(request, renewal_id), on=today(), actor=request.user, **data.dict())
    return renewal_detail(request, renewal_id)


@router.post(f"{ONE}/refuse", response=RenewalDetailOut, summary="Refuse the request, with reasons")
def renewal_refuse(request: Request, renewal_id: UUID, data: CaseRefusalIn) -> Renewal:
    services.refuse_case(seen(request, renewal_id), on=today(), actor=request.user, **data.dict())
    return renewal_detail(request, renewal_id)


@router.put(f"{ONE}/election", response=RenewalDetailOut, summary="Write down the election, or write it down again")
def renewal_elect(request: Request, renewal_id: UUID, data: ElectionIn) -> Renewal:
    services.record_election(seen(request, renewal_id), plan=plan_of(data), on=today(), actor=request.user)
    return renewal_detail(request, renewal_id)


@router.post(f"{ONE}/report", response=RenewalDetailOut, summary="Report the result to the union above")
def renewal_report(request: Request, renewal_id: UUID) -> Renewal:
    services.report_result(seen(request, renewal_id), on=today(), actor=request.user)
    return renewal_detail(request, renewal_id)


@router.post(f"{ONE}/confirm", response=RenewalDetailOut, summary="Approve the result: the next term begins")
def renewal_confirm(request: Request, renewal_id: UUID, data: DecisionIn) -> Renewal:
    services.confirm_renewal(seen(request, renewal_id), on=today(), actor=request.user, **data.dict())
    return renewal_detail(request, renewal_id)


@router.post(f"{ONE}/return", response=RenewalDetailOut, summary="Do not approve the result, with reasons")
def renewal_return(request: Request, renewal_id: UUID, data: CaseRefusalIn) -> Renewal:
    services.return_result(seen(request, renewal_id), on=today(), actor=request.user, **data.dict())
    return renewal_detail(request, renewal_id)


@router.post(f"{ONE}/abandon", response=RenewalDetailOut, summary="Give the case up, with reasons")
def renewal_abandon(request: Request, renewal_id: UUID, data: CaseReasonIn) -> Renewal:
    services.abandon_case(seen(request, renewal_id), reason=data.reason, actor=request.user)
    return renewal_detail(request, renewal_id)


def seen(request: Request, key: UUID) -> Renewal:
    rows = Renewal.objects.visible_to(request.user).select_related("organization__parent", "term", "election")
    found: Renewal = get_object_or_404(rows.prefetch_related("election__candidates"), pk=key)
    return found
