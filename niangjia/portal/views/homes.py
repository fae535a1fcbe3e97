"""The first pages: of anybody, of a member, of an officer; and the pages that explain the house itself."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from niangjia.identity.http import UserRequest
from niangjia.jobs.models import Job
from niangjia.members.models import Member
from niangjia.notices import queries as notices
from niangjia.org import queries as org
from niangjia.ui import inbox, sections

RECENT = 5


def public_home(request: HttpRequest) -> HttpResponse:
    context = {
        "sections": sections.shown(request, "public"),
        "notices": notices.public_notices(timezone.now())[:RECENT],
    }
    return render(request, "portal/public_home.html", context)


def home(request: HttpRequest) -> HttpResponse:
    """Where this person's day begins."""
    user = request.user
    if not user.is_authenticated:
        return redirect("portal:public")
    if user.must_change_password:
        return redirect("account_change_password")
    return redirect("portal:staff" if user.is_staff_member else "portal:member")


@login_required
def member_home(request: UserRequest) -> HttpResponse:
    """What is there for me now?"""
    member = Member.objects.visible_to(request.user).filter(user=request.user).select_related("organization").first()
    context = {"member": member, "sections": sections.shown(request, "member")}
    return render(request, "portal/member_home.html", context)


@login_required
def staff_home(request: UserRequest) -> HttpResponse:
    """What waits for a decision of mine?"""
    if not request.user.is_staff_member:
        raise PermissionDenied
    context = {
        "alarms": sections.shown(request, "alarm"),
        "waiting": inbox.waiting_for(request.user),
        "jobs": Job.objects.visible_to(request.user)[:RECENT],
        "sections": sections.shown(request, "staff"),
    }
    return render(request, "portal/staff_home.html", context)


def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html", {"union": _own_union(request), "counters": org.counters()})


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


def _own_union(request: HttpRequest) -> object:
    """The union of the member who asks, if one does."""
    if not request.user.is_authenticated:
        return None
    own = Member.objects.visible_to(request.user).filter(user=request.user).select_related("organization").first()
    return own.organization if own else None
