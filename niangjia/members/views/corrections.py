"""Requests of members to correct their record, as officers decide them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.members import services
from niangjia.members.forms import DecisionForm
from niangjia.members.models import CorrectionRequest, CorrectionStatus
from niangjia.members.permissions import CHANGE
from niangjia.ui import pages
from niangjia.ui.filters import Choice
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

SHAPES = {CorrectionStatus.OPEN: "waiting", CorrectionStatus.ACCEPTED: "done", CorrectionStatus.DECLINED: "closed"}


class CorrectionTable(Table):
    columns = (
        Column("member", gettext_lazy("Member"), value=lambda row: row.member.name),
        Column("organization", gettext_lazy("Union"), value=lambda row: row.organization.short_name),
        Column("text", gettext_lazy("Begins"), value=lambda row: row.text[:40]),
        Column("created_at", gettext_lazy("Received"), sort="created_at"),
        Column("status", gettext_lazy("State"), value=lambda row: row.get_status_display(),
               show=lambda row: badge(SHAPES[CorrectionStatus(row.status)], row.get_status_display())),
    )  # fmt: skip
    filters = (Choice("status", gettext_lazy("State"), CorrectionStatus.choices, gettext_lazy("answered or not")),)
    sentence = gettext_lazy("Requests {status}")
    caption = gettext_lazy("Requests for correction")
    empty = gettext_lazy("When members ask for a correction of their data, it will stand here.")

    def row_href(self, row: CorrectionRequest) -> str:
        return reverse("members:correction", args=[row.pk])


@login_required
@never_cache
def correction_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, CHANGE)
    visible = CorrectionRequest.objects.visible_to(request.user).filter(access.scope(request.user, CHANGE))
    table = CorrectionTable(request, visible.select_related("member", "organization"))
    return table.respond("members/correction_list.html", {"waiting": visible.undecided().count()})


@login_required
@never_cache
def correction_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    visible = CorrectionRequest.objects.visible_to(request.user).filter(access.scope(request.user, CHANGE))
    asked = get_object_or_404(visible.select_related("member", "organization", "decided_by"), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accepted, answer = request.POST.get("do") == "accept", form.cleaned_data["answer"]
        try:
            services.decide_correction(asked, accepted=accepted, answer=answer, at=timezone.now(), actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("The member has your answer."))
            return redirect("members:correction-list")
    context = {"asked": asked, "form": form, "shape": SHAPES[CorrectionStatus(asked.status)]}
    return render(request, "members/correction_detail.html", context, status=422 if form.is_bound else 200)
