"""What a person does about their own account."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.identity import services
from niangjia.identity.http import UserRequest
from niangjia.ui import pages


@login_required
def log_out_everywhere(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Log out on all other devices?"),
            verb=_("Log out on all other devices"),
            back=reverse("mfa_index"),
            consequences=[_("Every other phone and computer must log in anew. This one stays logged in.")],
            frame="ui/page_staff.html" if request.user.is_staff_member else "ui/page_member.html",
        )
    update_session_auth_hash(request, services.log_out_everywhere(request.user))
    messages.success(request, _("All other devices are logged out."))
    return redirect("mfa_index")
