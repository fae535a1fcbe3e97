"""Service points."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from niangjia.core import access
from niangjia.core.errors import DomainError, NotPermitted
from niangjia.identity.http import UserRequest
from niangjia.org.models import Organization
from niangjia.ui import pages
from niangjia.ui.filters import Search
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge
from niangjia.vouchers import services
from niangjia.vouchers.forms import NewPointForm, PointForm
from niangjia.vouchers.models import ServicePoint
from niangjia.vouchers.permissions import MANAGE

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _state(point: ServicePoint) -> str:
    return _("open") if point.is_open else _("closed")


class PointTable(Table):
    columns = (
        Column("name", gettext_lazy("Place"), sort="name"),
        Column("address", gettext_lazy("Address")),
        Column("hours", gettext_lazy("Opening hours")),
        Column("unit", gettext_lazy("Unit"), value=lambda row: row.organization.short_name),
        Column(
            "state", gettext_lazy("State"), value=_state,
            show=lambda row: badge("active" if row.is_open else "closed", _state(row)),
        ),
    )  # fmt: skip
    filters = (Search("q", gettext_lazy("Name"), fields=("name", "address")),)
    sentence = gettext_lazy("Places whose name or address contains {q}")
    caption = gettext_lazy("Service points")
    empty = gettext_lazy("Places where gifts are handed over will be listed here.")
    empty_action = gettext_lazy("Add a place")
    file_name = gettext_lazy("Service points")

    def empty_href(self) -> str:
        return reverse("vouchers:point-new")

    def row_href(self, row: ServicePoint) -> str:
        return reverse("vouchers:point", args=[row.pk])


def _require(request: UserRequest) -> None:
    if not access.can_anywhere(request.user, MANAGE):
        raise NotPermitted(_("Your role does not include looking after service points."))


@require_safe
@login_required
def point_list(request: UserRequest) -> HttpResponse:
    _require(request)
    rows = ServicePoint.objects.visible_to(request.user).manageable_by(request.user)
    table = PointTable(request, rows.select_related("organization"))
    return table.respond("vouchers/point_list.html")


@form_page
@login_required
def point_new(request: UserRequest) -> HttpResponse:
    _require(request)
    units = Organization.objects.visible_to(request.user).filter(access.scope(request.user, MANAGE, field="path"))
    form = NewPointForm(
        request.POST if request.method == "POST" else None, units=units, initial={"organization": units.first()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            point = services.create_point(**form.cleaned_data, actor=request.user)
        except DomainError as refusal:
            pages.refuse(form, refusal)
        else:
            messages.success(request, _("The place “%(name)s” is added.") % {"name": point})
            return redirect("vouchers:point-list")
    return _form(request, form, None)


@form_page
@login_required
def point(request: UserRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(ServicePoint.objects.visible_to(request.user).manageable_by(request.user), pk=pk)
    form = PointForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_point(found, actor=request.user, **form.cleaned_data)
        except DomainError as refusal:
            pages.refuse(form, refusal)
        else:
            messages.success(request, _("The place is saved."))
            return redirect("vouchers:point-list")
    return _form(request, form, found)


def _form(request: UserRequest, form: PointForm, found: ServicePoint | None) -> HttpResponse:
    return render(
        request, "vouchers/point_form.html", {"form": form, "point": found}, status=422 if form.is_bound else 200
    )
