"""Draws, for programs: how far one is, its file, the officer's steps, and the checking of a file."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Router, Schema, UploadedFile

from niangjia.bookings import proving, published, reading, services
from niangjia.bookings.limits import take_check
from niangjia.bookings.models import Draw
from niangjia.bookings.uploads import LARGEST_FILE, told
from niangjia.core.errors import InvalidInput
from niangjia.core.request import Request
from niangjia.core.shapes import TOO_MANY, In, Reason

offers = Router()

COLUMNS = ("commitment", "committed_at", "value_name", "value_due_at", "closed_at", "entries", "digest", "value",
           "value_source", "value_at", "drawn_at")  # fmt: skip


class DrawOut(Schema):
    """What is public of a draw. ``seed`` is empty until it is drawn."""

    offer_id: UUID
    title: str
    stage: published.Stage
    commitment: str
    committed_at: datetime
    value_name: str
    value_due_at: datetime
    closed_at: datetime | None
    entries: int | None
    digest: str
    value: str
    value_source: str
    value_at: datetime | None
    drawn_at: datetime | None
    seed: str


class ValueIn(In):
    value: Reason
    source: Reason


class CheckOut(Schema):
    """One thing that was recomputed."""

    name: str
    title: str
    expected: str
    found: str
    passed: bool


class VerdictOut(Schema):
    """Whether a file proves its own draw. Compare its commitment with the one that is published."""

    verified: bool
    programme: str
    drawn: bool
    checks: list[CheckOut]


@offers.get("/{uuid:offer_id}/draw", response=DrawOut, auth=None, summary="How far a draw is, and what is published")
def draw_detail(request: HttpRequest, offer_id: UUID) -> DrawOut:
    draw = _draw(request, offer_id)
    return DrawOut(
        offer_id=draw.offer_id,
        title=draw.title,
        stage=published.stage_of(draw, at=timezone.now()),
        seed=str(draw.seed) if draw.drawn_at else "",
        **{name: getattr(draw, name) for name in COLUMNS},
    )


@offers.get(
    "/{uuid:offer_id}/draw/file",
    response=dict[str, Any],
    auth=None,
    summary="The file of a draw whose list is fixed, as niangjia draw verify reads it",
)
def draw_file(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    draw = _draw(request, offer_id)
    if not draw.closed_at:
        raise services.DrawRefused(_("The list of entries is not closed yet."), code="not-over")
    return proving.document(published.published(draw))


@offers.post("/{uuid:offer_id}/draw/value", response=DrawOut, summary="Enter the public value, once and for good")
def draw_enter_value(request: Request, offer_id: UUID, data: ValueIn) -> DrawOut:
    draw = _draw(request, offer_id)
    services.enter_value(draw, value=data.value, source=data.source, actor=request.user, at=timezone.now())
    return draw_detail(request, offer_id)


@offers.post("/{uuid:offer_id}/draw/run", response=DrawOut, summary="Draw; asking again changes nothing")
def draw_run(request: Request, offer_id: UUID) -> DrawOut:
    services.run_draw(_draw(request, offer_id), actor=request.user, at=timezone.now())
    return draw_detail(request, offer_id)


@offers.post(
    "/draws/verify",
    response=VerdictOut,
    auth=None,
    openapi_extra=TOO_MANY,
    summary="Recompute the file of a draw; nothing of it is kept",
)
def draw_verify(request: HttpRequest, file: File[UploadedFile]) -> VerdictOut:
    take_check(request)
    try:
        stated = reading.read(file.read(LARGEST_FILE))
    except reading.Unreadable as refused:
        raise InvalidInput(told(refused), field="file") from refused
    checks = [
        CheckOut(**check._asdict() | {"title": _(check.title), "passed": check.passed})
        for check in proving.verify(stated)
    ]
    verified = all(check.passed for check in checks)
    return VerdictOut(verified=verified, programme=stated.programme, drawn=stated.result is not None, checks=checks)


def _draw(request: HttpRequest, key: UUID) -> Draw:
    rows = Draw.objects.visible_to(request.user).select_related("offer__organization")
    draw: Draw = get_object_or_404(rows, offer=key)
    return draw
