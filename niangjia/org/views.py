"""The tree of unions, as far as an officer may look."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.org import queries
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.permissions import MANAGE, VIEW
from niangjia.ui import sections
from niangjia.ui.tables import Choice, Column, Search, Table
from niangjia.ui.templatetags.ui import badge


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
        Search("q", gettext_lazy("Name or code"), fields=("name", "short_name", "code")),
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
    return UnitTable(request, units.select_related("parent").order_by("code")).respond(
        "org/unit_list.html", {"open": units.live().count()}
    )


@login_required
def unit_detail(request: Request, pk: UUID) -> HttpResponse:
    visible = Organization.objects.visible_to(request.user)
    unit = get_object_or_404(visible, pk=pk)
    context: dict[str, Any] = {
        "unit": unit,
        "state": _state(unit),
        "above": [one for one in queries.ancestors(unit)[:-1] if access.can(request.user, VIEW, one)],
        "below": visible.filter(parent=unit).order_by("code"),
        "total_below": visible.under(unit).live().exclude(pk=unit.pk).count(),
        "may_manage": access.can(request.user, MANAGE, unit),
        "sections": sections.shown(request, "unit", unit),
    }
    return render(request, "org/unit_detail.html", context)
