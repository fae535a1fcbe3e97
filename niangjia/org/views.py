"""The tree of unions, as far as an officer may look."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.core.request import Request
from niangjia.org import queries, services
from niangjia.org.forms import ClosingForm, NewUnitForm, UnitForm
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.permissions import MANAGE, VIEW
from niangjia.ui import pages, sections
from niangjia.ui.tables import Choice, Column, Search, Table
from niangjia.ui.templatetags.ui import badge

SHOWN_ENTRIES = 20
SHOWN_PLACES = 20


def _state(unit: Organization) -> tuple[str, str]:
    return ("closed", pgettext("unit", "closed")) if unit.closed_on else ("active", pgettext("unit", "open"))


class UnitTable(Table):
    columns = (
        Column("name", gettext_lazy("Unit"), sort="name"),
        Column("code", gettext_lazy("Code"), sort="code"),
        Column("parent", gettext_lazy("Under"), value=lambda unit: unit.parent.short_name if unit.parent else ""),
        Column("kind", gettext_lazy("Kind of unit"), value=lambda unit: unit.get_kind_display()),
        Column("level", gettext_lazy("Level"), value=lambda unit: unit.get_level_display()),
        Column("phone", gettext_lazy("Phone")),
        Column("state", gettext_lazy("State"), value=lambda unit: _state(unit)[1],
               show=lambda unit: badge(*_state(unit))),
    )  # fmt: skip
    filters = (
        Choice("level", gettext_lazy("Level"), Level.choices, gettext_lazy("of any level")),
        Choice("kind", gettext_lazy("Kind of unit"), Kind.choices, gettext_lazy("of any kind")),
        Search("q", gettext_lazy("Name or code"), apply=lambda units, words: units.matching(words)),
    )
    sentence = gettext_lazy("Units {level}, {kind}, whose name or code contains {q}")
    caption = gettext_lazy("Organisations")
    empty = gettext_lazy("The unions you look after will be listed here.")
    file_name = gettext_lazy("Organisations")

    def row_href(self, row: Organization) -> str:
        return reverse("org:unit", args=[row.pk])


@login_required
def unit_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    units = Organization.objects.visible_to(request.user)
    return UnitTable(request, units.select_related("parent")).respond(
        "org/unit_list.html", {"open": units.live().count()}
    )


def _visible(request: Request, pk: UUID, permission: str = "") -> Organization:
    """A unit that the reader may see; with a ``permission``, one at which she also holds that."""
    rows = Organization.objects.visible_to(request.user).select_related("parent")
    unit: Organization = get_object_or_404(rows, pk=pk)
    if permission:
        access.require(request.user, permission, unit)
    return unit


@login_required
def unit_detail(request: Request, pk: UUID) -> HttpResponse:
    unit = _visible(request, pk)
    visible = Organization.objects.visible_to(request.user)
    entries = Entry.objects.visible_to(request.user).about(unit).order_by("-id")[:SHOWN_ENTRIES]
    context: dict[str, Any] = {
        "unit": unit,
        "state": _state(unit),
        "above": [one for one in queries.ancestors(unit)[:-1] if access.can(request.user, VIEW, one)],
        "below": pages.paginate(request, visible.filter(parent=unit)),
        "total_below": visible.under(unit).live().exclude(pk=unit.pk).count(),
        "may_manage": access.can(request.user, MANAGE, unit),
        "sections": sections.shown(request, "unit", unit),
        "past": [(entry, words.said(entry.action)) for entry in entries],
    }
    return render(request, "org/unit_detail.html", context)


@login_required
def unit_new(request: Request, pk: UUID) -> HttpResponse:
    above = _visible(request, pk, MANAGE)
    form = NewUnitForm(request.POST or None, above=above)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_organization(parent=above, actor=request.user, **form.cleaned_data)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("%(name)s now hangs under %(above)s.") % {"name": made, "above": above})
            return redirect("org:unit", made.pk)
    context = {"form": form, "above": above}
    return render(request, "org/unit_form.html", context, status=422 if form.errors else 200)


@login_required
def unit_change(request: Request, pk: UUID) -> HttpResponse:
    unit = _visible(request, pk, MANAGE)
    form = UnitForm(request.POST or None, above=unit.parent, initial=UnitForm.shown(unit))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_organization(unit, actor=request.user, **form.cleaned_data)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The unit is changed."))
            return redirect("org:unit", pk)
    context = {"form": form, "unit": unit}
    return render(request, "org/unit_form.html", context, status=422 if form.errors else 200)


@login_required
def unit_move(request: Request, pk: UUID) -> HttpResponse:
    """First the new place is looked for; then the consequences are read; then the unit moves."""
    unit = _visible(request, pk, MANAGE)
    places = queries.takers(unit, request.user).select_related("parent")
    if "to" in request.GET:
        return _move_to(request, unit, request.GET["to"])
    asked = request.GET.get("q", "").strip()
    found = places.matching(asked)
    context = {"unit": unit, "asked": asked, "places": found[:SHOWN_PLACES], "total": found.count()}
    return render(request, "org/unit_move.html", context | {"shown": SHOWN_PLACES})


def _move_to(request: Request, unit: Organization, code: str) -> HttpResponse:
    to = get_object_or_404(Organization.objects.visible_to(request.user), code=code)
    access.require(request.user, MANAGE, to)
    if request.method == "POST":
        services.move_organization(unit, to=to, actor=request.user)
        messages.success(request, _("%(name)s now hangs under %(above)s.") % {"name": unit, "above": to})
        return redirect("org:unit", unit.pk)
    return pages.confirm(
        request,
        heading=_("Hang %(name)s under %(above)s?") % {"name": unit, "above": to},
        verb=_("Move the unit"),
        back=reverse("org:unit-move", args=[unit.pk]),
        consequences=_what_a_move_does(unit, to),
    )


def _what_a_move_does(unit: Organization, to: Organization) -> list[str]:
    load = queries.load(unit)
    below = ngettext("%(n)s unit below it moves with it.", "%(n)s units below it move with it.", load.units)
    rows = ngettext("%(n)s record of it and below follows.", "%(n)s records of it and below follow.", load.rows)
    names = {"old": unit.parent, "new": to}
    return [
        below % {"n": f"{load.units:,}"},
        rows % {"n": f"{load.rows:,}"},
        _("Who looks after %(old)s no longer sees it; who looks after %(new)s does.") % names,
        _("The history up to today stays where it is."),
    ]


@login_required
def unit_close(request: Request, pk: UUID) -> HttpResponse:
    unit = _visible(request, pk, MANAGE)
    form = ClosingForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.close_organization(unit, on=form.cleaned_data["on"], actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("%(name)s is closed.") % {"name": unit})
            return redirect("org:unit", pk)
    return pages.confirm(
        request,
        heading=_("Close %(name)s?") % {"name": unit},
        verb=_("Close the unit"),
        back=reverse("org:unit", args=[pk]),
        consequences=[
            _("It can no longer be chosen for people, programmes and accounts."),
            _("What was done here stays, and is still seen. You can open the unit again."),
            _("Roles held here do not end by themselves; end them on the pages of the accounts."),
        ],
        form=form,
    )


@login_required
def unit_reopen(request: Request, pk: UUID) -> HttpResponse:
    unit = _visible(request, pk, MANAGE)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Open %(name)s again?") % {"name": unit},
            verb=_("Open the unit again"),
            back=reverse("org:unit", args=[pk]),
            consequences=[_("It can be chosen again for people, programmes and accounts.")],
        )
    services.reopen_organization(unit, actor=request.user)
    messages.success(request, _("%(name)s is open again.") % {"name": unit})
    return redirect("org:unit", pk)
