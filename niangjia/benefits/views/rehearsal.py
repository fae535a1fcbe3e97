"""Rehearsing the opening: what the machine bears, how long people will wait, and the earlier results."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from niangjia.benefits import services
from niangjia.benefits.forms import RehearsalForm
from niangjia.benefits.models import Programme
from niangjia.benefits.views.common import kept, show
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings import services as bookings
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.rehearsed import Rehearsal
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import pages

SHOWN = 20
USUAL = 20_000  # people, when no list says how many
SECONDS = 20


@form_page
@login_required
def rehearsal(request: UserRequest, pk: UUID) -> HttpResponse:
    """While one runs, its progress; before and afterwards the button and the results."""
    found = kept(request, pk, MANAGE if request.method == "POST" else "")
    people = found.audience.eligible if found.audience else None
    form = RehearsalForm(request.POST or None, initial={"members": people or USUAL, "seconds": SECONDS})
    if request.method == "POST" and form.is_valid():
        try:
            services.rehearse_opening(
                found,
                **form.cleaned_data,
                result_url=reverse("benefits:rehearsal", args=[pk]),
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            return redirect("benefits:rehearsal", pk)
    rows = Rehearsal.objects.visible_to(request.user).filter(programme_id=pk).select_related("job", "started_by")
    shown = list(rows[:SHOWN])
    context = {
        "form": form,
        "running": next((row for row in shown if not row.is_over), None),
        "latest": next((row for row in shown if row.is_done), None),
        "over": [row for row in shown if row.is_over],
        "may_rehearse": access.can(request.user, MANAGE, found.organization),
        "not_now": _why_not_now(found),
    }
    return show(request, found, "rehearsal.html", context, status=422 if form.errors else 200)


def _why_not_now(programme: Programme) -> DomainError | None:
    """What the service would answer, before anybody presses the button."""
    try:
        services.plan_of(programme)
        bookings.require_quiet(at=timezone.now())
    except DomainError as refused:
        return refused
    return None
