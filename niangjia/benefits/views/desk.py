"""For people without a phone: find the person, see whether and why, book or hand out."""

from typing import Any
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
from niangjia.bookings.models import Draw
from niangjia.bookings.permissions import ASSIST
from niangjia.bookings.queries import has_limits
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
    now, do = timezone.now(), request.POST.get("do")
    known: dict[str, Any] = {"name": person}
    if do == "hand_out":
        booking, _redemption = services.hand_out_now(
            programme, person, point=form.cleaned_data["point"], actor=request.user, at=now
        )
        said, known["number"] = _("%(name)s has been handed the gift, number %(number)s."), booking.number
    elif do == "join":
        services.join_line(programme, person, actor=request.user, at=now)
        said = _("%(name)s stands in line.")
    elif do == "accept":
        kept_for = get_object_or_404(person.entries.standing().select_related("member"), offer=programme.pk)
        booking = services.accept_gift(programme, kept_for, actor=request.user, at=now)
        said, known["number"] = _("Accepted for %(name)s, number %(number)s."), booking.number
    else:
        booking = services.book_for(programme, person, actor=request.user, at=now)
        said, known["number"] = (
            _("Booked for %(name)s, number %(number)s. She collects it with her ID card."),
            booking.number,
        )
    messages.success(request, said % known)
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
    context = {
        "person": person,
        "place": place,
        "form": form,
        "warnings": warnings,
        "limited": has_limits(pk),
        "drawn": Draw.objects.visible_to(request.user).filter(offer=pk).exists(),
    }
    return show(request, found, "desk_person.html", context, status=422 if form.errors else 200)
