"""Putting one person on the list of a group by hand."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from niangjia.audiences.queries import explain_frozen
from niangjia.benefits import services
from niangjia.benefits.forms import PersonForm
from niangjia.benefits.models import Split
from niangjia.benefits.permissions import HAND_OUT
from niangjia.benefits.queries import desk as people
from niangjia.benefits.queries import handing
from niangjia.benefits.views.common import kept, show, split_of
from niangjia.benefits.views.programmes import form_page
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member
from niangjia.members.permissions import VIEW as SEE_MEMBERS


@require_safe
@login_required
def group_people(request: UserRequest, pk: UUID, split: UUID) -> HttpResponse:
    """Looking for the person."""
    found = kept(request, pk, HAND_OUT)
    group = split_of(found, split)
    form = PersonForm(request.GET if "q" in request.GET else None)
    asked = form.is_bound and form.is_valid()
    rows = people.find(found, form.cleaned_data["q"], group.audience_id) if asked else []
    context = {"split": group, "row": handing.split_row(group), "form": form, "asked": asked, "rows": rows}
    return show(request, found, "group_people.html", context, status=422 if form.errors else 200)


@form_page
@login_required
def group_person(request: UserRequest, pk: UUID, split: UUID, member: UUID) -> HttpResponse:
    """One person: every condition with the value found, then one button, or why there is none."""
    found = kept(request, pk, HAND_OUT)
    group = split_of(found, split)
    person = get_object_or_404(people.people_of(found), pk=member)
    refusal = _refusal(group, person)
    if request.method == "POST":
        try:
            listed = services.put_on_list(group, person, actor=request.user)
        except DomainError as refused:
            refusal = refused
        else:
            said = _("%(name)s is now on the list, number %(number)s.")
            messages.success(request, said % {"name": person, "number": listed.number})
            return redirect("benefits:group", pk, split)
    context = {
        "split": group,
        "person": person,
        "listed": group.handouts.live().filter(member=person).first(),
        "refusal": refusal,
        "explanation": explain_frozen(group.audience, person, request.user),
        "sees_members": access.can(request.user, SEE_MEMBERS, person.organization),
    }
    return show(request, found, "group_person.html", context, status=409 if request.method == "POST" else 200)


def _refusal(group: Split, person: Member) -> DomainError | None:
    """What the service would say."""
    try:
        services.require_listable(group, person)
    except DomainError as refusal:
        return refusal
    return None
