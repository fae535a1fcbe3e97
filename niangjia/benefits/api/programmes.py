"""Programmes from plan to report, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from niangjia.audiences.models import Audience
from niangjia.benefits import papers, services
from niangjia.benefits.api.common import detail, gift_of, kept
from niangjia.benefits.models import Programme, ProgrammeStatus
from niangjia.benefits.permissions import HAND_OUT, VIEW
from niangjia.benefits.queries.members import place_of
from niangjia.benefits.queries.report import Money, Report, report
from niangjia.benefits.services import GiftPlan
from niangjia.benefits.shapes import (
    FiledPaperOut,
    GiftIn,
    GoodsIn,
    PointsIn,
    ProgrammeAudienceIn,
    ProgrammeChanges,
    ProgrammeDetailOut,
    ProgrammeIn,
    ProgrammeOut,
    ReportOut,
    StandingOut,
    TimesIn,
)
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import PDF, In, Reason
from niangjia.files.http import attachment
from niangjia.members.models import Member
from niangjia.org.http import visible_unit, visible_unit_called
from niangjia.papers.models import Paper
from niangjia.vouchers.models import ServicePoint

router = Router()


class AbandonIn(In):
    reason: Reason


@router.get("", response=list[ProgrammeOut], summary="Programmes that I look after or hand out for")
@paginate
def programme_list(
    request: Request, status: ProgrammeStatus | None = None, q: str = "", under: str = ""
) -> "QuerySet[Any]":
    if not access.can_anywhere(request.user, HAND_OUT):
        access.require_anywhere(request.user, VIEW)
    rows = Programme.objects.visible_to(request.user).kept_by(request.user).select_related("organization")
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    rows = rows.filter(status=status) if status else rows
    return rows.filter(Q(name__icontains=q) | Q(code__icontains=q)) if q else rows


@router.get("/{uuid:programme_id}", response=ProgrammeDetailOut, summary="One programme with its plan")
def programme_detail(request: Request, programme_id: UUID) -> dict[str, Any]:
    return detail(request, programme_id)


@router.post("", response={201: ProgrammeDetailOut}, summary="Begin the draft of a programme")
def programme_create(request: Request, data: ProgrammeIn) -> Status[dict[str, Any]]:
    unit = visible_unit(request.user, data.organization_id)
    fields = data.dict(exclude={"organization_id"}) | {"code": data.code or ""}
    made = services.create_programme(organization=unit, actor=request.user, **fields)
    return Status(201, detail(request, made.pk))


@router.patch("/{uuid:programme_id}", response=ProgrammeDetailOut, summary="Change a plan")
def programme_change(request: Request, programme_id: UUID, data: ProgrammeChanges) -> dict[str, Any]:
    changes = {name: value for name, value in data.given().items() if value is not None}
    services.change_programme(kept(request, programme_id), actor=request.user, at=timezone.now(), **changes)
    return detail(request, programme_id)


@router.patch("/{uuid:programme_id}/times", response=ProgrammeDetailOut, summary="Say when")
def programme_times(request: Request, programme_id: UUID, data: TimesIn) -> dict[str, Any]:
    programme = kept(request, programme_id)
    services.change_programme(programme, actor=request.user, at=timezone.now(), **data.given())
    return detail(request, programme_id)


@router.put("/{uuid:programme_id}/points", response=ProgrammeDetailOut, summary="Say where gifts are collected")
def programme_points(request: Request, programme_id: UUID, data: PointsIn) -> dict[str, Any]:
    programme, seen = kept(request, programme_id), ServicePoint.objects.visible_to(request.user)
    chosen = [get_object_or_404(seen, pk=key) for key in dict.fromkeys(data.point_ids)]
    services.choose_points(programme, chosen, actor=request.user)
    return detail(request, programme_id)


@router.put("/{uuid:programme_id}/audience", response=ProgrammeDetailOut, summary="Say who is eligible")
def programme_audience(request: Request, programme_id: UUID, data: ProgrammeAudienceIn) -> dict[str, Any]:
    programme, seen = kept(request, programme_id), Audience.objects.visible_to(request.user)
    chosen = get_object_or_404(seen, pk=data.audience_id) if data.audience_id else None
    services.choose_audience(programme, chosen, actor=request.user)
    return detail(request, programme_id)


@router.post("/{uuid:programme_id}/publish", response=ProgrammeDetailOut, summary="Make the programme public")
def programme_publish(request: Request, programme_id: UUID) -> dict[str, Any]:
    services.publish_programme(kept(request, programme_id), actor=request.user, at=timezone.now())
    return detail(request, programme_id)


@router.post("/{uuid:programme_id}/abandon", response=ProgrammeDetailOut, summary="Give up a draft")
def programme_abandon(request: Request, programme_id: UUID, data: AbandonIn) -> dict[str, Any]:
    services.abandon_programme(kept(request, programme_id), reason=data.reason, actor=request.user)
    return detail(request, programme_id)


@router.post("/{uuid:programme_id}/close", response=ProgrammeDetailOut, summary="End booking and handing out")
def programme_close(request: Request, programme_id: UUID) -> dict[str, Any]:
    services.close_programme(kept(request, programme_id), actor=request.user, at=timezone.now())
    return detail(request, programme_id)


# Gifts -------------------------------------------------------------------------------------------------------------
@router.post("/{uuid:programme_id}/gifts", response={201: ProgrammeDetailOut}, summary="Plan one more kind of pack")
def gift_add(request: Request, programme_id: UUID, data: GiftIn) -> Status[dict[str, Any]]:
    services.add_gift(kept(request, programme_id), _plan(data), actor=request.user)
    return Status(201, detail(request, programme_id))


@router.put("/{uuid:programme_id}/gifts/{uuid:gift_id}", response=ProgrammeDetailOut, summary="Plan a pack anew")
def gift_change(request: Request, programme_id: UUID, gift_id: UUID, data: GiftIn) -> dict[str, Any]:
    gift = gift_of(kept(request, programme_id), gift_id)
    services.change_gift(gift, _plan(data), actor=request.user)
    return detail(request, programme_id)


@router.delete("/{uuid:programme_id}/gifts/{uuid:gift_id}", response=ProgrammeDetailOut, summary="Drop a pack")
def gift_remove(request: Request, programme_id: UUID, gift_id: UUID) -> dict[str, Any]:
    services.remove_gift(gift_of(kept(request, programme_id), gift_id), actor=request.user)
    return detail(request, programme_id)


@router.post(
    "/{uuid:programme_id}/gifts/{uuid:gift_id}/goods",
    response={201: ProgrammeDetailOut},
    summary="Take in what the supplier has delivered for this programme",
)
def goods_receive(request: Request, programme_id: UUID, gift_id: UUID, data: GoodsIn) -> Status[dict[str, Any]]:
    services.receive_goods(
        gift_of(kept(request, programme_id), gift_id),
        quantity=data.quantity,
        unit_price=data.unit_price_fen,
        money_source=data.money_source or "",
        note=data.note,
        actor=request.user,
    )
    return Status(201, detail(request, programme_id))


def _plan(data: GiftIn) -> GiftPlan:
    return GiftPlan(**{name.removesuffix("_fen"): value for name, value in data.dict().items()})


# Report ------------------------------------------------------------------------------------------------------------
@router.get("/{uuid:programme_id}/report", response=ReportOut, summary="The report, as it stands now")
def programme_report(request: Request, programme_id: UUID) -> dict[str, Any]:
    return _told(report(kept(request, programme_id)))


def _told(found: Report) -> dict[str, Any]:
    named = ("totals", "served", "agrees", "considered", "eligible", "by_unit", "by_occupation")
    return {
        **{name: getattr(found, name) for name in (*named, "not_eligible", "turned_away")},
        "amount_fen": found.amount,
        "by_channel": dict(found.by_channel),
        "by_group": dict(found.by_group),
        "money": [{**_bought(row), "amount_fen": row.amount} for row in found.money],
        "left": [{"item": row.item.name, "balance": row.balance, "not_given": row.not_given} for row in found.left],
    }


def _bought(row: Money) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("source", "item", "quantity")}


@router.post(
    "/{uuid:programme_id}/report/file",
    response={201: FiledPaperOut},
    summary="Put the report on file as PDF, Word and Excel",
)
def report_file(request: Request, programme_id: UUID) -> Status[dict[str, Any]]:
    paper = services.file_report(kept(request, programme_id), actor=request.user, at=timezone.now())
    return Status(201, filed(paper))


@router.post("/{uuid:programme_id}/report/sign", response={201: FiledPaperOut}, summary="Sign off the report")
def report_sign(request: Request, programme_id: UUID) -> Status[dict[str, Any]]:
    paper = services.report_programme(kept(request, programme_id), actor=request.user, at=timezone.now())
    return Status(201, filed(paper))


@router.get("/{uuid:programme_id}/poster", summary="The poster with the code of the notice", openapi_extra=PDF)
def programme_poster(request: Request, programme_id: UUID) -> HttpResponse:
    return attachment("poster.pdf", "application/pdf", papers.poster(kept(request, programme_id)))


def filed(paper: Paper) -> dict[str, Any]:
    known = {name: getattr(paper, name) for name in ("id", "title", "kind", "made_at")}
    return known | {"address": f"/staff/papers/{paper.pk}/"}


# The member --------------------------------------------------------------------------------------------------------
@router.get(
    "/{uuid:programme_id}/mine", response=StandingOut, summary="Where I stand with a public programme, and why"
)
def programme_mine(request: Request, programme_id: UUID) -> dict[str, Any]:
    rows = Programme.objects.visible_to(request.user).public().select_related("organization", "audience")
    programme = get_object_or_404(rows, pk=programme_id)
    seen = Member.objects.visible_to(request.user).select_related("organization")
    place = place_of(programme, get_object_or_404(seen, user_id=request.user.pk), timezone.now())
    return {
        "standing": place.standing,
        "left": place.left,
        "may_cancel": place.may_cancel,
        "booking_id": place.booking.pk if place.booking else None,
        "unmet": [each.clause for each in place.why_not],
    }
