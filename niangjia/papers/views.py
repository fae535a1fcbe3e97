"""Papers on file, and the words they are made with."""

from typing import ClassVar, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.files.http import attachment
from niangjia.identity.http import UserRequest
from niangjia.org.models import Organization
from niangjia.papers import queries, services
from niangjia.papers.forms import NumberForm, WordingForm
from niangjia.papers.kinds import Kind, registered
from niangjia.papers.models import Paper
from niangjia.papers.pdf import render_pdf
from niangjia.papers.permissions import CHANGE, VIEW
from niangjia.ui import formats, pages
from niangjia.ui.tables import Choice, Column, Search, Table

FORMATS = {"pdf": "PDF", "word": "Word", "excel": "Excel"}


class PaperTable(Table):
    columns = (
        Column("title", gettext_lazy("Paper"), sort="title"),
        Column("kind", gettext_lazy("Kind"), value=lambda row: str(row.kind_label)),
        Column("number", gettext_lazy("Document number"), sort="number"),
        Column("unit", gettext_lazy("Unit"), value=lambda row: row.organization.short_name),
        Column("made_at", gettext_lazy("Made"), sort="made_at", show=lambda row: formats.moment(row.made_at)),
    )
    filters: ClassVar = (
        Choice(
            "kind",
            gettext_lazy("Kind"),
            lambda request: [(kind.code, kind.label) for kind in registered.values()],
            gettext_lazy("any kind"),
        ),
        Search("q", gettext_lazy("Title or number"), fields=("title", "number")),
    )
    sentence = gettext_lazy("Papers of {kind} with {q} in the title or number")
    empty = gettext_lazy("Papers will be listed here once a sign-for sheet or a report has been made.")

    def row_href(self, row: Paper) -> str:
        return reverse("papers:paper", args=[row.pk])


@require_safe
@login_required
def paper_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    table = PaperTable(request, Paper.objects.visible_to(request.user).select_related("organization"))
    may_change = access.can_anywhere(request.user, CHANGE)
    return table.respond("papers/paper_list.html", {"may_change": may_change})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def paper(request: UserRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Paper.objects.visible_to(request.user).select_related("organization"), pk=pk)
    form = NumberForm(request.POST or None, initial={"number": found.number})
    if request.method == "POST" and form.is_valid():
        try:
            services.number_paper(found, form.cleaned_data["number"], actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("The document number is written down."))
            return redirect("papers:paper", pk)
    context = {
        "paper": found,
        "form": form,
        "formats": [(code, label) for code, label in FORMATS.items() if getattr(found, f"{code}_id")],
        "history": [
            (entry.at, words.said(entry.action), entry.actor_name)
            for entry in Entry.objects.visible_to(request.user).about(found)
        ],
        "may_change": access.can(request.user, CHANGE, found.organization_path),
    }
    return render(request, "papers/paper.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def paper_download(request: UserRequest, pk: UUID, form: str) -> HttpResponse:
    if form not in FORMATS:
        raise Http404
    found = get_object_or_404(Paper.objects.visible_to(request.user), pk=pk)
    return attachment(*services.read_paper(found, cast("services.Format", form), actor=request.user))


@require_safe
@login_required
def wording_list(request: UserRequest) -> HttpResponse:
    units = queries.places(request.user)
    if not units:
        access.require(request.user, CHANGE, "-")
    rows = [(unit, [(kind, queries.own_wording(kind.code, unit)) for kind in registered.values()]) for unit in units]
    return render(request, "papers/wording_list.html", {"rows": rows})


def _unit_and_kind(request: UserRequest, unit: UUID, code: str) -> tuple[Organization, Kind]:
    if code not in registered:
        raise Http404
    found = next((place for place in queries.places(request.user) if place.pk == unit), None)
    if found is None:
        raise Http404
    return found, registered[code]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wording_change(request: UserRequest, unit: UUID, code: str) -> HttpResponse:
    place, kind = _unit_and_kind(request, unit, code)
    form = WordingForm.showing(queries.wording(code, place), request.POST or None)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "sample":
            made = render_pdf("papers/official", queries.sample(kind, form.words()).data())
            return HttpResponse(made, content_type="application/pdf")
        try:
            services.change_wording(code, place, form.words(), actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("Papers made from now on use these words."))
            return redirect("papers:wording-list")
    context = {"form": form, "kind": kind, "unit": place, "own": queries.own_wording(code, place)}
    return render(request, "papers/wording.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wording_reset(request: UserRequest, unit: UUID, code: str) -> HttpResponse:
    place, kind = _unit_and_kind(request, unit, code)
    if request.method == "POST":
        services.reset_wording(code, place, actor=request.user)
        messages.success(request, _("The default words are in force again."))
        return redirect("papers:wording-list")
    return pages.confirm(
        request,
        heading=_("Use the default words again for “%(kind)s”?") % {"kind": kind.label},
        verb=_("Use the default words"),
        back=reverse("papers:wording-change", args=[place.pk, code]),
        consequences=[_("The words of %(unit)s for this paper are forgotten.") % {"unit": place}],
    )
