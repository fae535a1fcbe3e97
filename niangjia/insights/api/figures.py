"""Figures as data: each with its measure, its date and, for a rate, what it is a share of."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import In, UnitOut
from niangjia.insights import queries, services
from niangjia.insights.models import Figure
from niangjia.insights.permissions import VIEW
from niangjia.insights.queries import Shown
from niangjia.org.http import visible_unit

router = Router()
public = Router(auth=None)

Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9-]*$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
Measure = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Position = Annotated[int, Field(ge=0, le=32_767)]


class FigureOut(Schema):
    """A figure, computed now from the records behind it; no value when what it counts is gone."""

    code: str
    title: str
    organization: UnitOut
    story: str
    unit: str
    measure: str
    numerator: int | None
    denominator: int | None
    as_of: datetime | None
    source: str = Field(description="The public page of what was counted; empty where there is none.")


class KeptFigureOut(FigureOut):
    id: UUID
    computation: str
    subject: str
    position: int
    is_public: bool


class FigureIn(In):
    organization_id: UUID
    code: Code
    computation: Named
    subject: Named
    story: Annotated[str, StringConstraints(pattern=r"^(S([1-9]|1[0-4]))?$")] = ""
    position: Position = 0
    title: Title = ""
    unit: Unit = ""
    measure: Measure = ""


class FigureChanges(In):
    position: Position | None = None
    title: Title = ""
    unit: Unit = ""
    measure: Measure = ""


class FigurePublicIn(In):
    public: bool


@public.get("", response=list[FigureOut], summary="The public figures, as they are now")
@paginate
def figure_public_list(request: HttpRequest) -> list[dict[str, Any]]:
    figures = Figure.objects.visible_to(request.user).public().select_related("organization")
    return [told(shown) for shown in queries.computed(figures, timezone.now())]


@router.get("", response=list[KeptFigureOut], summary="The figures of the units that I look after")
@paginate
def figure_list(request: Request) -> list[dict[str, Any]]:
    access.require_anywhere(request.user, VIEW)
    figures = Figure.objects.visible_to(request.user).kept_by(request.user).select_related("organization")
    return [told(shown) for shown in queries.computed(figures, timezone.now())]


@router.get("/{uuid:figure_id}", response=KeptFigureOut, summary="One figure that I look after")
def figure_detail(request: Request, figure_id: UUID) -> dict[str, Any]:
    return told(queries.computed([_kept(request, figure_id)], timezone.now())[0])


@router.post("", response={201: KeptFigureOut}, summary="Define a figure; it is not public yet")
def figure_define(request: Request, data: FigureIn) -> Status[dict[str, Any]]:
    unit = visible_unit(request.user, data.organization_id)
    fields = data.dict(exclude={"organization_id"})
    made = services.define_figure(organization=unit, actor=request.user, **fields)
    return Status(201, figure_detail(request, made.pk))


@router.patch("/{uuid:figure_id}", response=KeptFigureOut, summary="Change how a figure is told")
def figure_change(request: Request, figure_id: UUID, data: FigureChanges) -> dict[str, Any]:
    services.change_figure(_kept(request, figure_id), actor=request.user, **data.given())
    return figure_detail(request, figure_id)


@router.post("/{uuid:figure_id}/public", response=KeptFigureOut, summary="Show a figure to everybody, or no longer")
def figure_publish(request: Request, figure_id: UUID, data: FigurePublicIn) -> dict[str, Any]:
    services.publish_figure(_kept(request, figure_id), public=data.public, actor=request.user)
    return figure_detail(request, figure_id)


def told(shown: Shown) -> dict[str, Any]:
    """A figure with its value, flat."""
    figure, value = shown.figure, shown.value
    names = ("id", "code", "title", "organization", "story", "unit", "measure", "computation", "subject", "position")
    return {name: getattr(figure, name) for name in (*names, "is_public")} | {
        "numerator": value.numerator if value else None,
        "denominator": value.denominator if value else None,
        "as_of": value.as_of if value else None,
        "source": str(value.subject.public_url) if value else "",
    }


def _kept(request: Request, key: UUID) -> Figure:
    rows = Figure.objects.visible_to(request.user).kept_by(request.user).select_related("organization")
    figure: Figure = get_object_or_404(rows, pk=key)
    return figure
