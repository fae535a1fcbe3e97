"""A member's page of her own data: what is known, who has looked, what she can have corrected."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.members import queries, services
from niangjia.members.forms import CorrectionForm
from niangjia.members.models import CorrectionRequest, CorrectionStatus, Member
from niangjia.members.views.corrections import SHAPES
from niangjia.members.views.people import state_badge
from niangjia.ui import pages


@login_required
@never_cache
def own_data(request: UserRequest) -> HttpResponse:
    own = Member.objects.visible_to(request.user).filter(user=request.user)
    member = own.select_related("organization", "employer", "occupation", "household").first()
    if member is None:
        return render(request, "members/own_unknown.html", status=404)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.request_correction(member, text=form.cleaned_data["text"], actor=request.user)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("Your union has your request and will answer here."))
            return redirect("members:own")
    return render(request, "members/own.html", _context(request, member, form), status=422 if form.is_bound else 200)


def _context(request: UserRequest, member: Member, form: CorrectionForm) -> dict[str, Any]:
    asked = CorrectionRequest.objects.visible_to(request.user).filter(member=member)[:5]
    return {
        "member": member,
        "state": state_badge(member),
        "form": form,
        "asked": [(one, SHAPES[CorrectionStatus(one.status)]) for one in asked],
        "waits": any(one.status == CorrectionStatus.OPEN for one in asked),
        "happenings": queries.happenings(member),
    }
