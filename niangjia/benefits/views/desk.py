"""For people without a phone: find the person, see whether and why, book or hand out."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from niangjia.benefits import services
from niangjia.benefits.forms import DeskForm, PersonForm
from niangjia.benefits.models import Programme
from niangjia.benefits.queries import desk as people
from niangjia.benefits.queries import planning
from niangjia.benefits.queries.live import live
from niangjia.benefits.queries.members import place_of
from niangjia.benefits.views.common import kept, show
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings.permissions import ASSIST
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member
from niangjia.ui import pages


@require_safe
@login_required
def desk(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk, ASSIST)
    form = PersonForm(request.GET if "q" in request.GET else None)
    asked = form.is_bound and form.is_valid()
    rows = people.find(found, form.cleaned_data["q"]) if asked else []
    context = {"form": form, "asked": asked, "rows": rows, "live": live(found)}
    return show(request, found, "desk.html", context, status=422 if form.errors else 200)


def _serve(request: UserRequest, programme: Programme, person: Member, form: DeskForm) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("do") == "hand_out":
        booking, _redemption = services.hand_out_now(
            programme, person, point=form.cleaned_data["point"], actor=request.user, at=now
        )
        said = _("%(name)s has been handed the gift, number %(number)s.")
    else:
        booking = services.book_for(programme, person, actor=request.user, at=now)
        said = _("Booked for %(name)s, number %(number)s. She collects it with her ID card.")
    messages.success(request, said % {"name": person, "number": booking.number})
    return redirect("benefits:desk-person", programme.pk, person.pk)


@form_page
@login_required
def desk_person(request: UserRequest, pk: UUID, member: UUID) -> HttpResponse:
    """One person: every condition with the value found, then one button."""
    found = kept(request, pk, ASSIST)
    person = get_object_or_404(people.people_of(found), pk=member)
    form = DeskForm(request.POST or None, programme=found)
    if request.method == "POST" and form.is_valid():
        try:
            return _serve(request, found, person, form)
        except DomainError as refused:
            pages.refuse(form, refused)
    place = place_of(found, person, timezone.now())
    fresh = place.gift is not None and place.booking is None and place.handout is None
    warnings = planning.person_warnings(place.gift, person, timezone.localdate()) if fresh and place.gift else []
    context = {"person": person, "place": place, "form": form, "warnings": warnings}
    return show(request, found, "desk_person.html", context, status=422 if form.errors else 200)
