"""Publishing, watching, closing, reporting: the life of a programme as officers see it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from niangjia.audiences import queries as audiences
from niangjia.benefits import papers, services
from niangjia.benefits.charts import report_charts
from niangjia.benefits.forms import ReasonForm
from niangjia.benefits.models import ProgrammeStatus
from niangjia.benefits.permissions import PLAN, PUBLISH, REPORT
from niangjia.benefits.queries import allocation, planning
from niangjia.benefits.queries import live as watching
from niangjia.benefits.queries.report import report
from niangjia.benefits.sheets import report_excel
from niangjia.benefits.views.common import kept, show
from niangjia.benefits.views.programmes import form_page
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.papers.models import Paper
from niangjia.ui import pages
from niangjia.ui.tables import excel_response


@form_page
@login_required
def publish(request: UserRequest, pk: UUID) -> HttpResponse:
    """Everything that becomes public, as it will be read, and one button."""
    found = kept(request, pk, PUBLISH)
    if request.method == "POST":
        services.publish_programme(found, actor=request.user, at=timezone.now())
        messages.success(request, _("The notice is public. Booking opens at its moment by itself."))
        return redirect("benefits:live", pk)
    context = {
        "gifts": planning.gifts_of(found),
        "points": found.points.all(),
        "missing": planning.missing(found, timezone.now()),
        "warnings": planning.warnings(found, timezone.localdate()),
        "rule": audiences.words(found.audience.rule_version) if found.audience else "",
        "how": allocation.sentences(found),
    }
    return show(request, found, "publish.html", context)


@form_page
@login_required
def abandon(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.abandon_programme(found, reason=form.cleaned_data["reason"], actor=request.user)
        return redirect("benefits:programme-list")
    return pages.confirm(
        request,
        heading=_("Give up “%(name)s”?") % {"name": found},
        verb=_("Give up this draft"),
        back=reverse("benefits:plan", args=[pk]),
        consequences=[_("What has arrived for it stays in the stock.")],
        form=form,
    )


@require_safe
@login_required
def live(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    if found.status == ProgrammeStatus.DRAFT:
        return redirect("benefits:plan", pk)
    context = {"live": watching.live(found), "now": timezone.now(), "offer_open": found.takes_bookings()}
    return show(request, found, "live.html", context)


@form_page
@login_required
def close(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PUBLISH)
    if request.method == "POST":
        try:
            services.close_programme(found, actor=request.user, at=timezone.now())
        except DomainError as refused:
            messages.error(request, str(refused))
            return redirect("benefits:live", pk)
        messages.success(request, _("The programme is closed. The report is ready to be signed off."))
        return redirect("benefits:report", pk)
    return pages.confirm(
        request,
        heading=_("Close “%(name)s”?") % {"name": found},
        verb=_("Close the programme"),
        back=reverse("benefits:live", args=[pk]),
        consequences=watching.consequences_of_closing(found, timezone.now()),
    )


@require_safe
@login_required
def report_page(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    figures = report(found)
    if request.GET.get("format") == "xlsx":
        return excel_response(_("Report %(name)s") % {"name": found}, report_excel(figures))
    context = {
        "report": figures,
        "charts": report_charts(figures),
        "now": timezone.now(),
        "filed": Paper.objects.visible_to(request.user).about(found)[:20],
    }
    return show(request, found, "report.html", context)


@form_page
@login_required
def report_file(request: UserRequest, pk: UUID) -> HttpResponse:
    """Make the paper as it stands; with ``sign`` sign the report off."""
    found = kept(request, pk, REPORT)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Sign off the report of “%(name)s”?") % {"name": found},
            verb=_("Sign off the report"),
            back=reverse("benefits:report", args=[pk]),
            consequences=[
                _("The report is put on file as Word, PDF and Excel, and the masked result stays public."),
                _("After this nothing of the programme changes any more."),
            ],
        )
    make = services.file_report if request.POST.get("do") == "draft" else services.report_programme
    try:
        paper = make(found, actor=request.user, at=timezone.now())
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("benefits:report", pk)
    return redirect("papers:paper", paper.pk)


@require_safe
@login_required
def poster(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    response = HttpResponse(papers.poster(found), content_type="application/pdf")
    response["Content-Disposition"] = "inline; filename=poster.pdf"
    return response
