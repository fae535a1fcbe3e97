"""What anybody may see of a draw: how it goes, what has happened, its files, and the checking of a file."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from niangjia.bookings import proving, published
from niangjia.bookings.forms import CheckForm, TicketForm
from niangjia.bookings.limits import take_check
from niangjia.bookings.models import Draw
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.bookings.published import Stage
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.ui import pages

FIXED = (Stage.FIXED, Stage.VALUED, Stage.DRAWN)


def find_draw(request: HttpRequest, pk: UUID) -> Draw:
    rows = Draw.objects.visible_to(request.user).select_related("offer__organization", "offer__item")
    found: Draw = get_object_or_404(rows, offer=pk)
    return found


def shown(draw: Draw) -> dict[str, Any]:
    """What every page of a draw shows."""
    stage = published.stage_of(draw, at=timezone.now())
    return {
        "draw": draw,
        "offer": draw.offer,
        "stage": stage,
        "steps": published.steps_of(stage),
        "tally": published.tally_of(draw),
        "list_fixed": draw.closed_at is not None,
    }


@require_safe
@never_cache
def draw(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = find_draw(request, pk)
    form = TicketForm(request.GET if "ticket" in request.GET else None)
    typed = form.cleaned_data["ticket"] if form.is_bound and form.is_valid() else ""
    context = shown(found) | {
        "form": form,
        "typed": typed,
        "ticket": published.find_ticket(found, typed) if typed and found.closed_at else None,
        "may_run": _looks_after(request, found),
    }
    return render(request, "bookings/draw.html", context)


def _looks_after(request: HttpRequest, found: Draw) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    where = found.offer.organization
    return access.can(user, VIEW, where) or access.can(user, MANAGE, where)


@require_safe
@never_cache
def draw_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list as it was fixed, for downloading; the same after the draw as before."""
    found = find_draw(request, pk)
    if not found.closed_at:
        raise Http404
    return _file(published.file_of(found, with_result=False), f"draw-list-{found.commitment[:8]}.json")


@require_safe
@never_cache
def draw_result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list and the result in one file."""
    found = find_draw(request, pk)
    if not found.drawn_at:
        raise Http404
    return _file(published.file_of(found), f"draw-result-{found.commitment[:8]}.json")


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def draw_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Recompute an uploaded file and say each step; nothing of it is stored."""
    found = find_draw(request, pk)
    form = CheckForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "draw": found, "offer": found.offer}
    if form.is_bound and _allowed(request, form) and form.is_valid():
        file: proving.Published = form.cleaned_data["file"]
        checks = proving.verify(file, noted=form.cleaned_data["commitment"])
        here = published.is_published_here(found, file)
        passed = here and all(check.passed for check in checks)
        context |= {"file": file, "checks": [(check, _(check.title)) for check in checks], "here": here,
                    "passed": passed}  # fmt: skip
    return render(request, "bookings/draw_check.html", context, status=422 if form.errors else 200)


def _allowed(request: HttpRequest, form: CheckForm) -> bool:
    try:
        take_check(request)
    except DomainError as refused:
        pages.refuse(form, refused)
        return False
    return True
