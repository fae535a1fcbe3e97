"""Letting one hand-over pass in spite of a limit, with a reason that stays on record."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.benefits.forms import ReasonForm
from niangjia.benefits.models import Handout
from niangjia.benefits.queries import desk
from niangjia.benefits.views.common import kept
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.bookings.permissions import MANAGE
from niangjia.core import access
from niangjia.identity.http import UserRequest
from niangjia.org.models import Owned
from niangjia.ui import pages


@form_page
@login_required
def booking(request: UserRequest, pk: UUID, member: UUID) -> HttpResponse:
    found = kept(request, pk)
    access.require(request.user, MANAGE, found.organization)
    person = get_object_or_404(desk.people_of(found), pk=member)
    rows = Booking.objects.visible_to(request.user).filter(offer=pk, status=BookingStatus.BOOKED)
    allowed = get_object_or_404(rows.select_related("organization"), member=person)
    return _ask(request, allowed, name=person.name, back=reverse("benefits:desk-person", args=[pk, member]))


@form_page
@login_required
def handout(request: UserRequest, pk: UUID, handout: UUID) -> HttpResponse:
    found = kept(request, pk)
    access.require(request.user, MANAGE, found.organization)
    rows = Handout.objects.visible_to(request.user).filter(programme=found)
    allowed = get_object_or_404(rows.select_related("organization", "member"), pk=handout)
    return _ask(request, allowed, name=allowed.member.name, back=reverse("benefits:handout", args=[pk, handout]))


def _ask(request: UserRequest, allowed: Owned, *, name: str, back: str) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        bookings.allow_beyond_limit(allowed, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
        messages.success(request, _("The gift may be handed over in spite of the limit."))
        return redirect(back)
    return pages.confirm(
        request,
        heading=_("Let %(name)s have the gift in spite of a limit?") % {"name": name},
        verb=_("Allow it with this reason"),
        back=back,
        consequences=[_("Your name and the reason stand in the history, and in what is checked later.")],
        form=form,
    )
