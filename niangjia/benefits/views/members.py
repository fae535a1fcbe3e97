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
from django.views.decorators.http import require_safe

from niangjia.audiences import queries as audiences
from niangjia.benefits import services
from niangjia.benefits.models import Programme
from niangjia.benefits.queries.members import Standing, place_of
from niangjia.benefits.views.outcome import said
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Offer
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
        Programme.objects.visible_to(request.user).public().select_related("organization", "audience__rule_version"),
        pk=pk,
    )
    member = _own(request)
    if member is None:
        return redirect("benefits:public", pk)
    place = place_of(found, member, timezone.now())
    if told := said(outcome, place.standing):
        messages.add_message(request, told.level, str(told.text))
    offer = Offer.objects.visible_to(request.user).filter(pk=pk).first()
    context = {
        "programme": found,
        "place": place,
        "points": found.points.all(),
        "token": bookings.issue_pass(offer, member) if offer and place.standing == Standing.OPEN else "",
        "rule": audiences.words(found.audience.rule_version) if found.audience else "",
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
