"""Parks, communities and buildings, and how unions reach them."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.coverage import queries, services
from niangjia.coverage.forms import EndForm, OnlyDayForm, ReachForm, WorkplaceForm
from niangjia.coverage.models import Employer, PlaceKind, Reached, Workplace
from niangjia.coverage.permissions import MANAGE, VIEW
from niangjia.coverage.views.filling import fill
from niangjia.ui.filters import Choice, Search
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge


def _reached(row: Workplace) -> tuple[str, str]:
    how = row.reached_how  # type: ignore[attr-defined]  # annotated by queries
    state = Reached.NONE if not how else Reached.STATION if how == "station" else Reached.UNION
    return ("done" if state else "waiting", str(state.label))


class WorkplaceTable(Table):
    columns = (
        Column("name", gettext_lazy("Workplace"), sort="name"),
        Column("kind", gettext_lazy("Kind of workplace"), value=lambda row: row.get_kind_display()),
        Column("organization", gettext_lazy("In the area of"), value=lambda row: row.organization.short_name),
        Column("reached", gettext_lazy("State"), value=lambda row: _reached(row)[1],
               show=lambda row: badge(*_reached(row))),
    )  # fmt: skip
    filters = (
        Choice("kind", gettext_lazy("Kind of workplace"), PlaceKind.choices, gettext_lazy("of any kind")),
        Search("q", gettext_lazy("Name or code"), fields=("name", "code")),
    )
    sentence = gettext_lazy("Workplaces {kind} whose name or code contains {q}")
    caption = gettext_lazy("Workplaces")
    empty = gettext_lazy("Parks, communities and commercial buildings in your area will be listed here.")
    file_name = gettext_lazy("Workplaces")

    def row_href(self, row: Workplace) -> str:
        return reverse("coverage:workplace", args=[row.pk])


@login_required
def workplace_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    open_now = Workplace.objects.visible_to(request.user).filter(is_open=True)
    table = WorkplaceTable(request, queries.with_reach(open_now.select_related("organization")))
    context = {"total": open_now.count(), "may_manage": access.can_anywhere(request.user, MANAGE)}
    return table.respond("coverage/workplace_list.html", context)


@login_required
def workplace_detail(request: Request, pk: UUID) -> HttpResponse:
    place = _visible(request, pk)
    context = {
        "place": place,
        "may_manage": access.can(request.user, MANAGE, place.organization_path),
        "reaches": queries.reaches(place),
        "inside": Employer.objects.visible_to(request.user).filter(pk__in=queries.standing_in(place)),
    }
    return render(request, "coverage/workplace_detail.html", context)


def _visible(request: Request, pk: UUID) -> Workplace:
    place: Workplace = get_object_or_404(
        Workplace.objects.visible_to(request.user).select_related("organization"), pk=pk
    )
    return place


def _mine(request: Request, pk: UUID) -> tuple[Workplace, str]:
    place = _visible(request, pk)
    access.require(request.user, MANAGE, place.organization_path)
    return place, reverse("coverage:workplace", args=[pk])


@login_required
def workplace_new(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, MANAGE)
    form = WorkplaceForm(request.POST or None, units=queries.units(request.user, MANAGE))
    return fill(
        request, form, lambda said: services.create_workplace(actor=request.user, **said),
        back=reverse("coverage:workplace-list"),
        heading=_("Which workplace do you want to enter?"),
        verb=_("Enter this workplace"),
        done=_("The workplace is entered."),
    )  # fmt: skip


@login_required
def workplace_reach(request: Request, pk: UUID) -> HttpResponse:
    place, back = _mine(request, pk)
    form = ReachForm(request.POST or None, units=queries.units(request.user, MANAGE))
    return fill(
        request, form, lambda said: services.reach(place, actor=request.user, **said), back=back,
        heading=_("Who reaches %(name)s?") % {"name": place},
        verb=_("Enter who reaches it"),
        done=_("It is entered who reaches it."),
    )  # fmt: skip


@login_required
def workplace_unreach(request: Request, pk: UUID) -> HttpResponse:
    place, back = _mine(request, pk)
    form = EndForm(request.POST or None)
    return fill(
        request, form, lambda said: services.unreach(place, actor=request.user, **said), back=back,
        heading=_("Since when does nobody reach %(name)s?") % {"name": place},
        verb=_("End the reach"),
        done=_("The reach is ended."),
    )  # fmt: skip


@login_required
def workplace_close(request: Request, pk: UUID) -> HttpResponse:
    place, back = _mine(request, pk)
    form = OnlyDayForm(request.POST or None)
    return fill(
        request, form, lambda said: services.close_workplace(place, actor=request.user, **said), back=back,
        heading=_("Close %(name)s?") % {"name": place},
        verb=_("Close the workplace"),
        done=_("%(name)s is closed.") % {"name": place},
        lead=_("From that day on it need not be reached. Its history stays."),
    )  # fmt: skip
