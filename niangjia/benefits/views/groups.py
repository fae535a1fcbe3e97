"""Offline: the groups, their lists, the sheet, and what was signed."""

from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from niangjia.benefits import services
from niangjia.benefits.forms import ReasonForm, SheetForm, SignedForm, SplitForm
from niangjia.benefits.models import Handout, HandoutStatus, Programme
from niangjia.benefits.permissions import HAND_OUT, PLAN
from niangjia.benefits.queries import handing, planning
from niangjia.benefits.views.common import kept, show, split_of
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings.queries import has_limits
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import formats, pages
from niangjia.ui.filters import Choice, Search
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

STATES = {HandoutStatus.LISTED: "waiting", HandoutStatus.HANDED_OUT: "done", HandoutStatus.TAKEN_OFF: "closed"}


def _when(row: Handout) -> str:
    return f"{formats.short_day(row.handed_at)} {formats.clock(row.handed_at)}" if row.handed_at else ""


class HandoutTable(Table):
    columns = (
        Column("name", gettext_lazy("Full name"), value=lambda row: row.member.name),
        Column("number", gettext_lazy("No."), sort="number"),
        Column("unit", gettext_lazy("Union"), value=lambda row: row.unit.name),
        Column("occupation", gettext_lazy("Occupation"), value=lambda row: str(row.occupation or "")),
        Column(
            "status",
            gettext_lazy("State"),
            value=lambda row: row.get_status_display(),
            show=lambda row: badge(STATES[HandoutStatus(row.status)], row.get_status_display()),
        ),
        Column("handed_at", gettext_lazy("Handed out"), show=_when),
        Column("helper_name", gettext_lazy("By")),
    )
    filters: ClassVar = (
        Choice("status", gettext_lazy("State"), HandoutStatus.choices, gettext_lazy("any state")),
        Search("q", gettext_lazy("Full name"), fields=("member__name",)),
    )
    sentence = gettext_lazy("People in {status} with {q} in their name")
    empty = gettext_lazy("The people of this group will be listed here once the list is made.")
    file_name = gettext_lazy("List of a group")

    def row_href(self, row: Handout) -> str:
        return reverse("benefits:handout", args=[row.programme_id, row.pk])


@require_safe
@login_required
def group_list(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    rows = handing.splits_of(found)
    each = [handing.packs_for_offline(gift) for gift in found.gifts.select_related("item")]
    packs, split = sum(each), sum(row.split.quantity for row in rows)
    context = {"rows": rows, "packs": packs, "split": split, "free": packs - split}
    return show(request, found, "groups.html", context)


@form_page
@login_required
def group_new(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    form = SplitForm(request.POST or None, programme=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_split(found, form.plan(), actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            return redirect("benefits:group", pk, made.pk)
    return show(request, found, "group_form.html", {"form": form}, status=422 if form.errors else 200)


@form_page
@login_required
def group_change(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    changed = split_of(found, split)
    form = SplitForm(request.POST or None, programme=found, initial=SplitForm.shown(changed))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_split(changed, form.plan(), actor=request.user)
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            return redirect("benefits:group", pk, split)
    context = {"form": form, "split": changed}
    return show(request, found, "group_form.html", context, status=422 if form.errors else 200)


@form_page
@login_required
def group_remove(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    found = kept(request, pk, PLAN)
    removed = split_of(found, split)
    if request.method == "POST":
        services.remove_split(removed, actor=request.user)
        return redirect("benefits:groups", pk)
    return pages.confirm(
        request,
        heading=_("Remove the group “%(name)s”?") % {"name": removed},
        verb=_("Drop the group"),
        back=reverse("benefits:group", args=[pk, split]),
        consequences=[_("Its list of people goes too; its packs are free for other groups.")],
    )


@require_safe
@login_required
def group(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    found = kept(request, pk)
    shown = split_of(found, split)
    rows = Handout.objects.visible_to(request.user).filter(split=shown).select_related("member", "unit", "occupation")
    table = HandoutTable(request, rows)
    if table.wants_export:
        return table.export()
    context = {"split": shown, "row": handing.split_row(shown), "table": table}
    return show(request, found, "group.html", context)


@require_POST
@login_required
def group_fill(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    found = kept(request, pk, HAND_OUT)
    try:
        filled = services.fill_list(split_of(found, split), actor=request.user)
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        _say_filled(request, filled.listed, filled.left_over)
    return redirect("benefits:group", pk, split)


def _say_filled(request: UserRequest, listed: int, left_over: int) -> None:
    if listed:
        messages.success(request, _("%(count)s people are now on the list.") % {"count": listed})
    else:
        messages.info(request, _("There is nobody to add to the list."))
    if left_over:
        messages.warning(
            request, _("%(count)s more are eligible, but no pack is left for them.") % {"count": left_over}
        )


@require_POST
@login_required
def group_sheet(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    found = kept(request, pk, HAND_OUT)
    try:
        paper = services.print_sheet(split_of(found, split), actor=request.user, at=timezone.now())
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("benefits:group", pk, split)
    return redirect("papers:paper", paper.pk)


@form_page
@login_required
def group_record(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    """Write down a signed sheet: everybody but those whose numbers are named."""
    found = kept(request, pk, HAND_OUT)
    signed = split_of(found, split)
    form = SheetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = services.record_sheet(
                signed, absent=form.cleaned_data["absent"], actor=request.user, at=timezone.now()
            )
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("%(count)s people have been handed a pack.") % {"count": done.done})
            for number, why in done.refused:
                messages.warning(request, _("Number %(number)s: %(why)s") % {"number": number, "why": why})
            return redirect("benefits:group", pk, split)
    context = {"form": form, "split": signed, "row": handing.split_row(signed)}
    return show(request, found, "group_record.html", context, status=422 if form.errors else 200)


# One person -------------------------------------------------------------------------------------------------------
def _handout(request: UserRequest, programme: Programme, pk: UUID) -> Handout:
    related = (
        "member",
        "unit",
        "occupation",
        "split__gift__item",
        "split__gift__programme",
        "programme__organization",
        "organization",
        "helper",
    )
    rows = Handout.objects.visible_to(request.user).filter(programme=programme)
    found: Handout = get_object_or_404(rows.select_related(*related), pk=pk)
    return found


def _warnings(handout: Handout) -> list[str]:
    if handout.status != HandoutStatus.LISTED:
        return []
    return planning.person_warnings(handout.split.gift, handout.member, timezone.localdate())


@form_page
@login_required
def handout(request: UserRequest, pk: UUID, handout: UUID) -> HttpResponse:
    """One person of a list: hand out with a signature."""
    found = kept(request, pk)
    shown = _handout(request, found, handout)
    form = SignedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_handout(
                shown, actor=request.user, at=timezone.now(), signed_by=form.cleaned_data["signed_by"]
            )
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("%(name)s has been handed the pack.") % {"name": shown.member})
            return redirect("benefits:group", pk, shown.split_id)
    context = {
        "handout": shown,
        "split": shown.split,
        "form": form,
        "badge_of": STATES[HandoutStatus(shown.status)],
        "history": handing.history(shown),
        "limited": has_limits(pk),
        "warnings": _warnings(shown),
    }
    return show(request, found, "handout.html", context, status=422 if form.errors else 200)


@form_page
@login_required
def handout_undo(request: UserRequest, pk: UUID, handout: UUID) -> HttpResponse:
    """Undo a hand-out that was a mistake, or take somebody off the list who was not handed anything."""
    found = kept(request, pk, HAND_OUT)
    undone = _handout(request, found, handout)
    handed = undone.status == HandoutStatus.HANDED_OUT
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = services.undo_handout if handed else services.take_off_list
        act(undone, reason=form.cleaned_data["reason"], actor=request.user)
        return redirect("benefits:group", pk, undone.split_id)
    heading = _("Undo the hand-out to %(name)s?") if handed else _("Take %(name)s off the list?")
    return pages.confirm(
        request,
        heading=heading % {"name": undone.member},
        verb=_("Undo the hand-out") if handed else _("Take off the list"),
        back=reverse("benefits:handout", args=[pk, handout]),
        consequences=[
            _("The pack is set aside for this person again.") if handed else _("The pack is free for another person.")
        ],
        form=form,
    )
