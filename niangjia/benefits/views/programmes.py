"""The list of programmes, and the steps of a plan: basics, gifts, times and places, eligibility, goods."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from niangjia.audiences import queries as audiences
from niangjia.benefits import services
from niangjia.benefits.forms import AudienceForm, BasicsForm, GiftForm, GoodsForm, TimesForm
from niangjia.benefits.models import Programme, ProgrammeStatus
from niangjia.benefits.permissions import HAND_OUT, PLAN, VIEW
from niangjia.benefits.queries import allocation, planning, with_totals
from niangjia.benefits.views.common import BADGES, gift_of, kept, show
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import formats, pages
from niangjia.ui.filters import Choice, Search
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

form_page = require_http_methods(["GET", "HEAD", "POST"])


class ProgrammeTable(Table):
    columns = (
        Column("name", gettext_lazy("Programme"), sort="name"),
        Column("unit", gettext_lazy("Union"), value=lambda row: row.organization.short_name, whole=True),
        Column(
            "status",
            gettext_lazy("State"),
            value=lambda row: row.get_status_display(),
            show=lambda row: badge(BADGES[ProgrammeStatus(row.status)], row.get_status_display()),
        ),
        Column("booking", gettext_lazy("Booking"), value=lambda row: formats.period(row.opens_at, row.closes_at)),
        Column("online_booked", gettext_lazy("Booked online"), sort="online_booked", end=True),
        Column("offline_handed_out", gettext_lazy("Handed out offline"), sort="offline_handed_out", end=True),
        Column("all", gettext_lazy("In all"), sort="all", end=True),
    )
    filters: ClassVar = (
        Choice("status", gettext_lazy("State"), ProgrammeStatus.choices, gettext_lazy("any state")),
        Search("q", gettext_lazy("Name"), fields=("name", "code")),
    )
    sentence = gettext_lazy("Programmes in {status} with {q} in the name")
    empty = gettext_lazy("Your programmes will be listed here, from the plan to the report.")
    empty_action = gettext_lazy("Plan a programme")
    file_name = gettext_lazy("Programmes")

    def empty_href(self) -> str:
        user = self.request.user
        return reverse("benefits:new") if user.is_authenticated and access.can_anywhere(user, PLAN) else ""

    def row_href(self, row: Programme) -> str:
        return reverse("benefits:programme", args=[row.pk])


@require_safe
@login_required
def programme_list(request: UserRequest) -> HttpResponse:
    if not access.can_anywhere(request.user, HAND_OUT):
        access.require_anywhere(request.user, VIEW)
    rows = Programme.objects.visible_to(request.user).kept_by(request.user).select_related("organization")
    table = ProgrammeTable(request, with_totals(rows))
    running = rows.running().count()
    context = {"running": running, "may_plan": access.can_anywhere(request.user, PLAN)}
    return table.respond("benefits/programme_list.html", context)


# The steps of a plan ----------------------------------------------------------------------------------------------
@form_page
@login_required
def programme_new(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, PLAN)
    today = timezone.localdate()
    form = BasicsForm(request.POST or None, units=planning.units_for(request.user), initial={"year": today.year})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_programme(**form.cleaned_data, actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            return redirect("benefits:gifts", made.pk)
    return render(request, "benefits/programme_new.html", {"form": form}, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


@require_safe
@login_required
def programme(request: UserRequest, pk: UUID) -> HttpResponse:
    """A draft shows its plan, a programme under way its live page, one that is over its report."""
    found = kept(request, pk)
    if found.status not in {ProgrammeStatus.DRAFT, ProgrammeStatus.ABANDONED}:
        return redirect("benefits:live" if found.is_running else "benefits:report", pk)
    return redirect("benefits:plan", pk)


@require_safe
@login_required
def plan(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    context = {
        "gifts": planning.gifts_of(found),
        "arrivals": planning.arrivals(found),
        "points": found.points.all(),
        "missing": planning.missing(found, timezone.now()) if found.status == ProgrammeStatus.DRAFT else [],
        "warnings": planning.warnings(found, timezone.localdate()),
        "rule": audiences.words(found.audience.rule_version) if found.audience else "",
        "how": allocation.sentences(found),
    }
    return show(request, found, "plan.html", context)


@form_page
@login_required
def basics(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    form = BasicsForm(request.POST or None, units=[found.organization], initial=BasicsForm.shown(found))
    if request.method == "POST" and form.is_valid():
        changes = {name: value for name, value in form.cleaned_data.items() if name != "organization"}
        try:
            services.change_programme(found, actor=request.user, at=timezone.now(), **changes)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("The programme is saved."))
            return redirect("benefits:plan", pk)
    return show(request, found, "basics.html", {"form": form}, status=_status(form))


@require_safe
@login_required
def gifts(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    rows = planning.gifts_of(found)
    context = {"gifts": rows, "warnings": planning.warnings(found, timezone.localdate())}
    return show(request, found, "gifts.html", context)


@form_page
@login_required
def gift_new(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    form = GiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_gift(found, form.plan(), actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            return redirect("benefits:gifts", pk)
    return show(request, found, "gift.html", {"form": form}, status=_status(form))


@form_page
@login_required
def gift_change(request: UserRequest, pk: UUID, gift: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    changed = gift_of(found, gift)
    form = GiftForm(request.POST or None, initial=GiftForm.shown(changed))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_gift(changed, form.plan(), actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            return redirect("benefits:gifts", pk)
    return show(request, found, "gift.html", {"form": form, "gift": changed}, status=_status(form))


@form_page
@login_required
def gift_remove(request: UserRequest, pk: UUID, gift: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    removed = gift_of(found, gift)
    if request.method == "POST":
        services.remove_gift(removed, actor=request.user)
        return redirect("benefits:gifts", pk)
    return pages.confirm(
        request,
        heading=_("Drop “%(gift)s” from the plan?") % {"gift": removed},
        verb=_("Drop the gift"),
        back=reverse("benefits:gifts", args=[pk]),
    )


@form_page
@login_required
def times(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    form = TimesForm(request.POST or None, programme=found)
    if request.method == "POST" and form.is_valid():
        sent = {name: form.cleaned_data[name] for name in {*form.changed_data, "points"}}
        try:
            services.set_times(found, actor=request.user, at=timezone.now(), **sent)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("Times and places are saved."))
            return redirect("benefits:plan", pk)
    return show(request, found, "times.html", {"form": form}, status=_status(form))


@form_page
@login_required
def eligibility(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    form = AudienceForm(request.POST or None, programme=found, initial={"audience": found.audience_id})
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_audience(found, form.cleaned_data["audience"], actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("The list is chosen."))
            return redirect("benefits:eligibility", pk)
    context = {
        "form": form,
        "audience": found.audience,
        "rule": audiences.words(found.audience.rule_version) if found.audience else "",
        "reasons": audiences.reasons(found.audience) if found.audience and found.audience.is_frozen else [],
    }
    return show(request, found, "eligibility.html", context, status=_status(form))


@require_safe
@login_required
def goods(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    context = {"arrivals": planning.arrivals(found), "deliveries": planning.deliveries(found)}
    return show(request, found, "goods.html", context)


@form_page
@login_required
def goods_receive(request: UserRequest, pk: UUID, gift: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    received = gift_of(found, gift)
    arrival = next(row for row in planning.arrivals(found) if row.gift == received)
    initial = {
        "quantity": arrival.short or None,
        "unit_price": received.unit_price,
        "money_source": received.money_source,
    }
    form = GoodsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.receive_goods(received, **form.cleaned_data, actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("The delivery is written into the stock."))
            return redirect("benefits:goods", pk)
    return show(request, found, "goods_receive.html", {"form": form, "arrival": arrival}, status=_status(form))
