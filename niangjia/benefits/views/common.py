"""What the staff pages of a programme share: finding it, and the tabs."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from niangjia.benefits.models import Gift, Programme, ProgrammeStatus, Split
from niangjia.benefits.permissions import HAND_OUT, PLAN, PUBLISH, REPORT
from niangjia.bookings.permissions import ASSIST, MANAGE
from niangjia.core import access
from niangjia.identity.http import UserRequest

BADGES = {
    ProgrammeStatus.DRAFT: "draft",
    ProgrammeStatus.PUBLISHED: "waiting",
    ProgrammeStatus.OPEN: "active",
    ProgrammeStatus.CLOSED: "closed",
    ProgrammeStatus.REPORTED: "done",
    ProgrammeStatus.ABANDONED: "refused",
}


def kept(request: UserRequest, pk: UUID, permission: str = "") -> Programme:
    """A programme that the reader looks after; with a ``permission``, one for which she also holds that."""
    rows = Programme.objects.visible_to(request.user).kept_by(request.user)
    related = ("organization", "audience__rule_version__rule")
    programme: Programme = get_object_or_404(rows.select_related(*related), pk=pk)
    if permission:
        access.require(request.user, permission, programme.organization)
    return programme


def gift_of(programme: Programme, pk: UUID) -> Gift:
    return get_object_or_404(programme.gifts.select_related("item", "programme__organization", "organization"), pk=pk)


def split_of(programme: Programme, pk: UUID) -> Split:
    related = ("gift__item", "audience__rule_version", "organization", "programme__organization")
    return get_object_or_404(programme.splits.select_related(*related), pk=pk)


def may(request: UserRequest, programme: Programme) -> dict[str, bool]:
    """What the reader may do with it, for the links of a page."""
    asked = {"plan": PLAN, "publish": PUBLISH, "hand_out": HAND_OUT, "report": REPORT, "assist": ASSIST,
             "allocate": MANAGE}  # fmt: skip
    return {name: access.can(request.user, permission, programme.organization) for name, permission in asked.items()}


def show(
    request: UserRequest,
    programme: Programme,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of one programme, with what every one of them shows."""
    known = {
        "programme": programme,
        "may": may(request, programme),
        "badge": BADGES[ProgrammeStatus(programme.status)],
        "online": any(gift.quantity_online for gift in programme.gifts.all()),
    }
    return render(request, f"benefits/{template}", known | (context or {}), status=status)
