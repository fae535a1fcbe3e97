"""Targets of a unit, and its reports: prepared, submitted, approved, corrected."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.core.request import Request
from niangjia.insights import services
from niangjia.insights.forms import PeriodForm, ReasonForm, TargetsForm, YearForm
from niangjia.insights.models import Indicator, Period, PeriodState
from niangjia.insights.permissions import REPORT, VIEW
from niangjia.insights.queries import cockpit as queries
from niangjia.insights.queries import periods, readings
from niangjia.insights.views.common import unit_of
from niangjia.ui import pages
from niangjia.ui.formats import short_day
from niangjia.ui.tables import Choice, Column, Search, Table
from niangjia.ui.templatetags.ui import badge

BADGES = {PeriodState.OPEN: "draft", PeriodState.SUBMITTED: "waiting", PeriodState.APPROVED: "done"}


# Targets ------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target_list(request: Request, pk: UUID) -> HttpResponse:
    """What a unit aims at in a year; who may report its figures also sets its targets."""
    unit, today = unit_of(request, pk), timezone.localdate()
    asked = YearForm(request.GET or None)
    year = asked.cleaned_data["year"] if asked.is_valid() else today.year
    indicators = list(Indicator.objects.visible_to(request.user).rates())
    aims = queries.targets(unit, year)
    may_set = access.can(request.user, REPORT, unit)
    form = TargetsForm(request.POST or None, indicators=indicators, given=aims)
    if request.method == "POST":
        access.require(request.user, REPORT, unit)
        if form.is_valid():
            services.set_targets(unit, year, form.cleaned_data, actor=request.user)
            messages.success(request, _("The targets of %(year)s are set.") % {"year": str(year)})
            return redirect(f"{reverse('insights:target-list', args=[pk])}?year={year}")
    found = readings.shares([unit.pk], [one.definition for one in indicators], readings.NOW)
    lines = [queries.Line(one, found[unit.pk, one.definition], aims.get(one.pk)) for one in indicators]
    context = {"unit": unit, "year": str(year), "form": form, "lines": lines, "may_set": may_set}
    context |= {"before": str(year - 1), "after": str(year + 1)}
    return render(request, "insights/target_list.html", context, status=422 if form.errors or asked.errors else 200)


# Reports ------------------------------------------------------------------------------------------------------------
class PeriodTable(Table):
    columns = (
        Column("ends_on", gettext_lazy("Figures of the day"), show=lambda row: short_day(row.ends_on), sort="ends_on"),
        Column("organization", gettext_lazy("Unit"), value=lambda row: row.organization.short_name),
        Column("version", gettext_lazy("Version"), end=True),
        Column("state", gettext_lazy("State"), value=lambda row: row.get_state_display(),
               show=lambda row: badge(BADGES[PeriodState(row.state)], row.get_state_display())),
        Column("known_at", gettext_lazy("As known on"),
               value=lambda row: timezone.localdate(row.known_at) if row.known_at else None,
               show=lambda row: short_day(timezone.localdate(row.known_at)) if row.known_at else ""),
        Column("reason", gettext_lazy("Corrected because")),
    )  # fmt: skip
    filters = (
        Choice("state", gettext_lazy("State"), PeriodState.choices, gettext_lazy("any state")),
        Search("q", gettext_lazy("Unit"), fields=("organization__name", "organization__code")),
    )
    sentence = gettext_lazy("Reports in {state} of units whose name or code contains {q}")
    empty = gettext_lazy("Reports of your units will be listed here.")
    file_name = gettext_lazy("Reports")

    def row_href(self, row: Period) -> str:
        return reverse("insights:period", args=[row.pk])


@require_safe
@login_required
def period_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = Period.objects.visible_to(request.user).select_related("organization")
    context = {
        "waiting": periods.approvable(request.user).count(),
        "may_report": access.can_anywhere(request.user, REPORT),
        "total": rows.count(),
    }
    return PeriodTable(request, rows).respond("insights/period_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def period_create(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, REPORT)
    units = queries.units(request.user, REPORT)
    form = PeriodForm(request.POST or None, units=units, initial={"ends_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_period(**form.cleaned_data, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return redirect("insights:period", made.pk)
    return render(request, "insights/period_form.html", {"form": form}, status=422 if form.is_bound else 200)


def _period(request: Request, pk: UUID) -> Period:
    rows = Period.objects.visible_to(request.user).select_related(
        "organization__parent", "supersedes", "submitted_by", "approved_by"
    )
    period: Period = get_object_or_404(rows, pk=pk)
    return period


@require_safe
@login_required
def period_detail(request: Request, pk: UUID) -> HttpResponse:
    period = _period(request, pk)
    found = periods.reported(period)
    may_report = access.can(request.user, REPORT, period.organization)
    later = Period.objects.visible_to(request.user).filter(supersedes=period).first()
    context = {
        "period": period,
        "badge": (BADGES[PeriodState(period.state)], period.get_state_display()),
        "found": found,
        "differing": sum(one.differs for one in found),
        "later": later,
        "may_submit": may_report and period.state == PeriodState.OPEN,
        "may_correct": may_report and period.state == PeriodState.APPROVED and later is None,
        "may_approve": periods.may_approve(request.user, period),
    }
    return render(request, "insights/period.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def period_submit(request: Request, pk: UUID) -> HttpResponse:
    period = _period(request, pk)
    access.require(request.user, REPORT, period.organization)
    if request.method == "POST":
        services.submit_period(period, actor=request.user)
        messages.success(request, _("The figures are submitted to the unit above."))
        return redirect("insights:period", pk)
    return _confirm(
        request,
        period,
        _("Submit the figures of %(unit)s for %(day)s?"),
        _("Submit the figures"),
        [
            _("Every indicator is read now and kept as it is, with its words and its definition."),
            _("The unit above approves it; then it is locked."),
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def period_approve(request: Request, pk: UUID) -> HttpResponse:
    period = _period(request, pk)
    if request.method == "POST":
        services.approve_period(period, actor=request.user)
        messages.success(request, _("The figures are approved and locked."))
        return redirect("insights:period", pk)
    services.require_approver(period, request.user)
    return _confirm(
        request,
        period,
        _("Approve the figures of %(unit)s for %(day)s?"),
        _("Approve and lock the figures"),
        [
            _("Nobody can change them any more; a correction stands beside them as a new version."),
            _("Your name and this moment stand beside them."),
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def period_return(request: Request, pk: UUID) -> HttpResponse:
    period = _period(request, pk)
    services.require_approver(period, request.user)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.return_period(period, **form.cleaned_data, actor=request.user)
        messages.success(request, _("The figures are given back."))
        return redirect("insights:period", pk)
    return _confirm(
        request,
        period,
        _("Give the figures of %(unit)s for %(day)s back?"),
        _("Give the figures back"),
        [_("They are read anew when they are submitted again. The history keeps what was submitted.")],
        form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def period_correct(request: Request, pk: UUID) -> HttpResponse:
    period = _period(request, pk)
    access.require(request.user, REPORT, period.organization)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.correct_period(period, **form.cleaned_data, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("Version %(version)s is in preparation.") % {"version": made.version})
            return redirect("insights:period", made.pk)
    return _confirm(
        request,
        period,
        _("Correct the figures of %(unit)s for %(day)s?"),
        _("Begin the correction"),
        [
            _("The approved version stays as it is."),
            _("Both figures and their difference are shown side by side."),
        ],
        form,
    )


def _confirm(
    request: Request, period: Period, heading: str, verb: str, consequences: list[Any], form: Any = None
) -> HttpResponse:
    names = {"unit": period.organization.short_name, "day": short_day(period.ends_on)}
    back = reverse("insights:period", args=[period.pk])
    return pages.confirm(request, heading=heading % names, verb=verb, back=back, consequences=consequences, form=form)
