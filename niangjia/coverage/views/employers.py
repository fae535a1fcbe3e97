"""Employers, as far as an officer may look."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.core.request import Request
from niangjia.coverage import industries, queries, services
from niangjia.coverage.forms import EmployerForm, MomentForm
from niangjia.coverage.models import Employer, Ownership
from niangjia.coverage.permissions import MANAGE, VIEW
from niangjia.ui import pages
from niangjia.ui.filters import Choice, Options, Search
from niangjia.ui.tables import Column, Table


def _units(request: HttpRequest) -> Options:
    return [(unit.path, unit.name) for unit in queries.units(request.user, VIEW)]  # type: ignore[arg-type]  # logged in


class EmployerTable(Table):
    columns = (
        Column("name", gettext_lazy("Employer"), sort="name"),
        Column("credit_code", gettext_lazy("Unified social credit code")),
        Column("organization", gettext_lazy("In the area of"), value=lambda row: row.organization.short_name),
        Column("ownership", gettext_lazy("Ownership"), value=lambda row: row.get_ownership_display()),
        Column("workers", gettext_lazy("Number of workers"), sort="workers", end=True),
    )
    filters = (
        Choice("unit", gettext_lazy("Union"), _units, gettext_lazy("all unions"),
               apply=lambda rows, path: rows.filter(organization_path__startswith=path)),
        Choice("ownership", gettext_lazy("Ownership"), Ownership.choices, gettext_lazy("any ownership")),
        Search("q", gettext_lazy("Name or credit code"), fields=("name", "credit_code")),
    )  # fmt: skip
    sentence = gettext_lazy("Employers of {unit}, of {ownership}, whose name or credit code contains {q}")
    caption = gettext_lazy("Employers")
    empty = gettext_lazy(
        "Employers in the area of your unions will be listed here; an import of a roster enters new ones."
    )
    file_name = gettext_lazy("Employers")

    def row_href(self, row: Employer) -> str:
        return reverse("coverage:employer", args=[row.pk])


@login_required
def employer_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    employers = Employer.objects.visible_to(request.user)
    table = EmployerTable(request, employers.select_related("organization"))
    context = {"total": employers.count(), "may_manage": access.can_anywhere(request.user, MANAGE)}
    return table.respond("coverage/employer_list.html", context)


def visible_employer(request: Request, pk: UUID) -> Employer:
    visible = Employer.objects.visible_to(request.user).select_related("organization")
    employer: Employer = get_object_or_404(visible, pk=pk)
    return employer


@login_required
def employer_detail(request: Request, pk: UUID) -> HttpResponse:
    """What is known of it now, and its history: of a day, as it was known on a day."""
    employer = visible_employer(request, pk)
    form = MomentForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    on, known_on = asked.get("on"), asked.get("known_on")
    context = {
        "employer": employer,
        "industry": industries.name_of(employer.industry),
        "form": form,
        "asked": bool(on or known_on),
        "may_manage": access.can(request.user, MANAGE, employer.organization_path),
        "covered": queries.coverages(employer).filter(valid_to=None).first(),
        "inside": queries.workplace_of(employer),
        "versions": queries.versions(employer, on=on, known_on=known_on),
        "coverages": queries.coverages(employer, on=on, known_on=known_on),
    }
    return render(request, "coverage/employer_detail.html", context, status=422 if form.errors else 200)


@login_required
def employer_new(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, MANAGE)
    form = EmployerForm(request.POST or None, units=queries.units(request.user, MANAGE))
    if request.method == "POST" and form.is_valid():
        try:
            counted = timezone.localdate() if form.cleaned_data["workers"] is not None else None
            employer = services.create_employer(**form.cleaned_data, workers_on=counted, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("%(name)s is entered.") % {"name": employer.name})
            return redirect("coverage:employer", employer.pk)
    return render(request, "coverage/employer_new.html", {"form": form}, status=422 if form.is_bound else 200)
