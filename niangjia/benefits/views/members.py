"""A programme as one member sees it: one question, one button."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from niangjia.benefits import services
from niangjia.benefits.models import Programme
from niangjia.benefits.queries import allocation
from niangjia.benefits.queries.members import Standing, place_of
from niangjia.benefits.views.outcome import said
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings import services as bookings
from niangjia.bookings.models import STANDING, Entry, EntryState, Method
from niangjia.bookings.queries import now
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member
from niangjia.ui import pages


def _own(request: UserRequest) -> Member | None:
    found: Member | None = (
        Member.objects.visible_to(request.user).filter(user=request.user).select_related("organization").first()
    )
    return found


@require_safe
@never_cache
@login_required
def programme(request: UserRequest, pk: UUID) -> HttpResponse:
    """What is on offer to her, and why or why not."""
    return _page(request, pk)


@require_safe
@never_cache
@login_required
def booked(request: UserRequest, pk: UUID) -> HttpResponse:
    """The same page, after she has asked for a booking: it says first what has come of that."""
    return _page(request, pk, outcome=request.GET.get("outcome", ""))


def _page(request: UserRequest, pk: UUID, *, outcome: str = "") -> HttpResponse:
    """The pass is made anew each time the page is read."""
    found = get_object_or_404(
        Programme.objects.visible_to(request.user).public().select_related("organization", "audience__organization"),
        pk=pk,
    )
    member = _own(request)
    if member is None:
        return redirect("benefits:public", pk)
    at = timezone.now()
    place = place_of(found, member, at)
    if told := said(outcome, place.standing):
        messages.add_message(request, told.level, str(told.text))
    offer = place.offer
    context = {
        "programme": found,
        "place": place,
        "points": found.points.all(),
        "token": bookings.issue_pass(offer, member) if offer and place.standing == Standing.OPEN else "",
        "how": allocation.sentences(found, at),
        "drawn": offer is not None and offer.method == Method.DRAW,
        "phone": found.contact_phone or found.organization.phone,
    }
    return render(request, "benefits/member_programme.html", context)


@form_page
@never_cache
@login_required
def cancel(request: UserRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Programme.objects.visible_to(request.user).public(), pk=pk)
    member = _own(request)
    place = place_of(found, member, timezone.now()) if member else None
    if member is None or place is None or place.booking is None:
        return redirect("benefits:member-programme", pk)
    if request.method == "POST":
        try:
            services.cancel_own(place.booking, member, actor=request.user, at=now())
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Your booking is cancelled. The gift is free for another person."))
        return redirect("benefits:member-programme", pk)
    return pages.confirm(
        request,
        heading=_("Cancel your booking?"),
        verb=_("Cancel my booking"),
        back=reverse("benefits:member-programme", args=[pk]),
        consequences=[
            _("The gift goes to another person at once."),
            _("You may book again while gifts are left; you then get a new number."),
        ],
        frame="ui/page_member.html",
    )


# In line ----------------------------------------------------------------------------------------------------------
@require_POST
@login_required
def join(request: UserRequest, pk: UUID) -> HttpResponse:
    """Enter the draw, or stand on the waiting list."""
    found = get_object_or_404(Programme.objects.visible_to(request.user).public(), pk=pk)
    member = _own(request)
    if member is None:
        return redirect("benefits:public", pk)
    try:
        entry = services.join_line(found, member, actor=request.user, at=timezone.now())
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        drawn = entry.state == EntryState.ENTERED
        messages.success(request, _("You have entered.") if drawn else _("You are on the waiting list."))
    return redirect("benefits:member-programme", pk)


def _entry(request: UserRequest, pk: UUID) -> Entry | None:
    """Her own entry that still stands, or that she has just accepted."""
    rows = Entry.objects.visible_to(request.user).filter(member__user=request.user, offer=pk)
    found: Entry | None = rows.select_related("offer", "member", "organization").order_by("-id").first()
    return found


@require_POST
@login_required
def accept(request: UserRequest, pk: UUID) -> HttpResponse:
    """Take the gift that is kept."""
    found = get_object_or_404(Programme.objects.visible_to(request.user).public(), pk=pk)
    entry = _entry(request, pk)
    if entry is not None:
        try:
            booking = services.accept_gift(found, entry, actor=request.user, at=timezone.now())
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The gift is yours: number %(n)s.") % {"n": booking.number})
    return redirect("benefits:member-programme", pk)


@form_page
@never_cache
@login_required
def leave(request: UserRequest, pk: UUID) -> HttpResponse:
    """Withdraw from the line, or decline the gift that is kept; asked once more, since it cannot be undone."""
    get_object_or_404(Programme.objects.visible_to(request.user).public(), pk=pk)
    entry = _entry(request, pk)
    if entry is None or entry.state not in STANDING:
        return redirect("benefits:member-programme", pk)
    if request.method == "POST":
        try:
            bookings.leave(entry, actor=request.user, at=timezone.now())
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Done. Thank you for saying so: another is glad of it."))
        return redirect("benefits:member-programme", pk)
    heading, verb, consequence = _leaving(EntryState(entry.state))
    return pages.confirm(
        request,
        heading=heading,
        verb=verb,
        back=reverse("benefits:member-programme", args=[pk]),
        consequences=[consequence],
        frame="ui/page_member.html",
    )


def _leaving(state: EntryState) -> tuple[str, str, str]:
    return {
        EntryState.OFFERED: (
            _("Decline the gift?"), _("Decline the gift"), _("It goes to the next in line at once.")
        ),
        EntryState.ENTERED: (
            _("Withdraw from the draw?"), _("Withdraw from the draw"), _("You may enter again until entries close.")
        ),
        EntryState.WAITING: (
            _("Leave the waiting list?"), _("Leave the waiting list"), _("Who joins again stands at its end.")
        ),
    }[state]  # fmt: skip
