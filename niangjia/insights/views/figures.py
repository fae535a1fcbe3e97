"""The public page of figures, and the staff's, from which one reaches the names."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.insights import queries, services
from niangjia.insights.forms import FigureForm, WordingForm
from niangjia.insights.models import Figure
from niangjia.insights.permissions import DEFINE, VIEW
from niangjia.insights.registry import computations
from niangjia.insights.tables import PeopleTable
from niangjia.members.models import Member
from niangjia.org.models import Organization
from niangjia.ui import pages


@require_safe
def figure_public(request: HttpRequest) -> HttpResponse:
    figures = Figure.objects.visible_to(request.user).public().select_related("organization")
    return render(request, "insights/public.html", {"shown": queries.computed(figures, timezone.now())})


@require_safe
@login_required
def figure_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    figures = Figure.objects.visible_to(request.user).kept_by(request.user).select_related("organization")
    shown = queries.computed(figures, timezone.now())
    groups = [
        (_("Public"), [one for one in shown if one.figure.is_public]),
        (_("For staff only"), [one for one in shown if not one.figure.is_public]),
    ]
    context = {"shown": shown, "groups": groups, "may_define": access.can_anywhere(request.user, DEFINE)}
    return render(request, "insights/figure_list.html", context)


@require_safe
@login_required
def figure_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    figure = _kept(request, pk)
    seen = Member.objects.visible_to(request.user).filter(queries.behind(figure))
    table = PeopleTable(request, seen.select_related("organization", "occupation"))
    shown = queries.computed([figure], timezone.now())[0]
    context = {
        "figure": figure,
        "value": shown.value,
        "has_people": figure.computation in computations,
        "seen": seen.count(),
        "may_define": access.can(request.user, DEFINE, figure.organization),
    }
    return table.respond("insights/figure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def figure_create(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, DEFINE)
    form = FigureForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        organization = get_object_or_404(
            Organization.objects.visible_to(request.user), path=form.chosen.organization_path
        )
        try:
            figure = services.define_figure(organization=organization, actor=request.user, **form.cleaned_data)
        except DomainError as refusal:
            pages.refuse(form, refusal)
        else:
            messages.success(request, _("The figure is in your list; it is not public yet."))
            return redirect("insights:figure", figure.pk)
    status = 422 if form.is_bound else 200
    return render(request, "insights/figure_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def figure_change(request: UserRequest, pk: UUID) -> HttpResponse:
    figure = _kept(request, pk)
    access.require(request.user, DEFINE, figure.organization)
    form = WordingForm(request.POST or None, initial=vars(figure))
    if request.method == "POST" and form.is_valid():
        services.change_figure(figure, actor=request.user, **form.cleaned_data)
        messages.success(request, _("The words of the figure are changed."))
        return redirect("insights:figure", figure.pk)
    status = 422 if form.is_bound else 200
    return render(request, "insights/figure_form.html", {"form": form, "figure": figure}, status=status)


@require_POST
@login_required
def figure_publish(request: UserRequest, pk: UUID) -> HttpResponse:
    public = request.POST.get("public") == "yes"
    figure = services.publish_figure(_kept(request, pk), public=public, actor=request.user)
    said = _("Everybody can see this figure now.") if public else _("Only staff can see this figure now.")
    messages.success(request, said)
    return redirect("insights:figure", figure.pk)


def _kept(request: UserRequest, pk: UUID) -> Figure:
    figures = Figure.objects.visible_to(request.user).kept_by(request.user).select_related("organization")
    figure: Figure = get_object_or_404(figures, pk=pk)
    return figure
