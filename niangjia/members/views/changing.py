"""What an officer does with one person: enter, change, transfer, end, look at the full numbers."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.coverage.models import Employer
from niangjia.identity.http import UserRequest
from niangjia.members import queries, services
from niangjia.members.forms import ChangeForm, NewMemberForm, RevealForm, StateForm, TransferForm
from niangjia.members.models import Member, MemberState
from niangjia.members.permissions import CHANGE, REVEAL
from niangjia.members.views.people import visible_member
from niangjia.ui import pages


def _page(request: UserRequest, form: Form, heading: str, verb: str, back: str, lead: str = "") -> HttpResponse:
    context = {"form": form, "heading": heading, "verb": verb, "back": back, "lead": lead}
    return render(request, "members/form.html", context, status=422 if form.is_bound else 200)


def _choices(request: UserRequest) -> dict[str, Any]:
    employers = Employer.objects.visible_to(request.user)
    return {"employers": employers, "occupations": queries.occupations()}


@login_required
def member_new(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, CHANGE)
    units = queries.units(request.user, CHANGE)
    form = NewMemberForm(request.POST or None, units=units, **_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            person = services.NewMember(**form.cleaned_data)
            member = services.register_member(person, on=timezone.localdate(), actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("%(name)s is entered.") % {"name": member.name})
            return redirect("members:member", member.pk)
    return _page(request, form, _("Who is the new member?"), _("Enter this person"), reverse("members:member-list"))


@login_required
@never_cache
def member_change(request: UserRequest, pk: UUID) -> HttpResponse:
    member = visible_member(request, pk)
    access.require(request.user, CHANGE, member.organization)
    names = ("name", "joined_on", "employer", "occupation", "on_duty_festival")
    initial = {name: getattr(member, name) for name in names}
    form = ChangeForm(request.POST or None, initial=initial, **_choices(request))
    if request.method == "POST" and form.is_valid():
        try:
            changes = cast("services.Changes", form.changes)
            services.change_member(member, on=timezone.localdate(), actor=request.user, **changes)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return _done(request, member, _("The record of %(name)s is changed."))
    heading = _("Change the record of %(name)s") % {"name": member.name}
    return _page(request, form, heading, _("Save the changes"), reverse("members:member", args=[pk]))


def _done(request: UserRequest, member: Member, sentence: str) -> HttpResponse:
    messages.success(request, sentence % {"name": member.name})
    return redirect("members:member", member.pk)


@login_required
def member_transfer(request: UserRequest, pk: UUID) -> HttpResponse:
    member = visible_member(request, pk)
    access.require(request.user, CHANGE, member.organization)
    units = queries.units(request.user, CHANGE).exclude(pk=member.organization_id)
    today = timezone.localdate()
    form = TransferForm(request.POST or None, initial={"on": today}, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            services.transfer_member(member, actor=request.user, **form.cleaned_data)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return _done(request, member, _("The membership of %(name)s is transferred."))
    heading = _("Transfer the membership of %(name)s") % {"name": member.name}
    lead = _("Now at %(unit)s. What she has booked and received stays where it was.") % {"unit": member.organization}
    back = reverse("members:member", args=[pk])
    return _page(request, form, heading, _("Transfer the membership"), back, lead)


@login_required
def member_state(request: UserRequest, pk: UUID) -> HttpResponse:
    member = visible_member(request, pk)
    access.require(request.user, CHANGE, member.organization)
    form = StateForm(request.POST or None, initial={"on": timezone.localdate()}, member=member)
    if request.method == "POST" and form.is_valid():
        to, on, reason = (form.cleaned_data[name] for name in ("to", "on", "reason"))
        try:
            services.change_state(member, MemberState(to), on=on, reason=reason, actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            return _done(request, member, _("The state of the membership of %(name)s is changed."))
    heading = _("Change the state of the membership of %(name)s") % {"name": member.name}
    lead = _("Now: %(state)s") % {"state": member.get_state_display()}
    return _page(request, form, heading, _("Change the state"), reverse("members:member", args=[pk]), lead)


@login_required
@never_cache
def member_reveal(request: UserRequest, pk: UUID) -> HttpResponse:
    """The full numbers, once, on the answer to the form that says why."""
    member = visible_member(request, pk)
    access.require(request.user, REVEAL, member.organization)
    form = RevealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shown = services.reveal_member(member, reason=form.cleaned_data["reason"], actor=request.user)
        return render(request, "members/member_revealed.html", {"member": member, "shown": shown})
    return pages.confirm(
        request,
        heading=_("Show the full numbers of %(name)s?") % {"name": member.name},
        verb=_("Show the full numbers"),
        back=reverse("members:member", args=[pk]),
        consequences=[
            _("Your name, the time and your reason are recorded."),
            _("The member can read that on the page of her own data."),
        ],
        form=form,
    )
