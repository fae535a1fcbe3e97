"""The limits of what one person may be given, as rules that hold for a time."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.benefits import services
from niangjia.benefits.forms import LimitForm
from niangjia.benefits.permissions import PLAN
from niangjia.benefits.queries import planning
from niangjia.benefits.views.programmes import form_page
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import pages


@form_page
@login_required
def limits(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, PLAN)
    units = planning.units_for(request.user)
    initial = {"valid_from": timezone.localdate(), "organization": units[0] if units else None}
    form = LimitForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_limit(**form.cleaned_data, actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("The limit is written down."))
            return redirect("benefits:limits")
    rows = planning.limits_for(request.user)
    context = {"form": form, "rows": rows, "today": timezone.localdate()}
    return render(request, "benefits/limits.html", context, status=422 if form.errors else 200)


@form_page
@login_required
def limit_end(request: UserRequest, pk: UUID) -> HttpResponse:
    access.require_anywhere(request.user, PLAN)
    limit = get_object_or_404(planning.limits_for(request.user), pk=pk)
    if request.method == "POST":
        services.end_limit(limit, on=timezone.localdate(), actor=request.user)
        return redirect("benefits:limits")
    return pages.confirm(
        request,
        heading=_("End this limit today?"),
        lead=limit.source,
        verb=_("End the limit"),
        back=reverse("benefits:limits"),
    )
