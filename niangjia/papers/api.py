"""Papers on file, for programs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import ANY_FILE, In, Line60, UnitOut
from niangjia.files.http import attachment
from niangjia.papers import services
from niangjia.papers.models import Paper
from niangjia.papers.permissions import VIEW
from niangjia.papers.services import Format

router = Router()


class PaperOut(Schema):
    id: UUID
    organization: UnitOut
    kind: str
    title: str
    number: str
    about_type: str
    about_id: UUID
    made_at: datetime
    formats: list[Format]

    @staticmethod
    def resolve_formats(row: Paper) -> list[str]:
        return [form for form in services.ENDINGS if getattr(row, f"{form}_id")]


class NumberIn(In):
    number: Line60


@router.get("", response=list[PaperOut], summary="Papers of the units that I look after, the latest first")
@paginate
def paper_list(request: Request, kind: str = "", q: str = "") -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = _papers(request).filter(Q(title__icontains=q) | Q(number__icontains=q))
    return rows.filter(kind=kind) if kind else rows


@router.get("/{uuid:paper_id}", response=PaperOut, summary="One paper, and in which formats it was made")
def paper_detail(request: Request, paper_id: UUID) -> Paper:
    paper: Paper = get_object_or_404(_papers(request), pk=paper_id)
    return paper


@router.get("/{uuid:paper_id}/files/{form}", summary="The paper in one format", openapi_extra=ANY_FILE)
def paper_content(request: Request, paper_id: UUID, form: Format) -> HttpResponse:
    return attachment(*services.read_paper(paper_detail(request, paper_id), form, actor=request.user))


@router.put("/{uuid:paper_id}/number", response=PaperOut, summary="Give a paper its document number")
def paper_number(request: Request, paper_id: UUID, data: NumberIn) -> Paper:
    services.number_paper(paper_detail(request, paper_id), data.number, actor=request.user)
    return paper_detail(request, paper_id)


def _papers(request: Request) -> "QuerySet[Any]":
    return Paper.objects.visible_to(request.user).select_related("organization")
