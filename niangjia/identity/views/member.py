"""A member logs in: the phone, the code, and the first time who it is."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from niangjia.core.errors import DomainError
from niangjia.identity import member_log_in, services
from niangjia.identity.forms import CodeForm, PhoneForm, WhoForm
from niangjia.identity.member_log_in import CodeExpired, Pending
from niangjia.identity.models import User
from niangjia.ui import pages

PENDING, NEXT = "log_in", "log_in_next"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STAYS = 60 * 60 * 24 * 30  # a member's own phone: thirty days


@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """Page 1. Who came from a staff page is shown to the officers' door."""
    after = pages.back_to(request, "")
    if request.user.is_authenticated:
        return redirect(after or "portal:home")
    if after.startswith("/staff/"):
        return redirect(f"{reverse('account_login')}?{urlencode({'next': after})}")
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pending = member_log_in.send_code(form.cleaned_data["phone"], address=_address(request), at=timezone.now())
        except DomainError as no:
            return _refused(request, "identity/log_in.html", form, no, next=after)
        request.session[PENDING], request.session[NEXT] = pending.for_session(), after
        return redirect("identity:log-in-code")
    return _page(request, "identity/log_in.html", form, next=after)


@never_cache
@sensitive_post_parameters("code")
def code_enter(request: HttpRequest) -> HttpResponse:
    """Page 2."""
    pending = Pending.from_session(request.session.get(PENDING))
    if pending is None or pending.is_proven:
        return redirect("identity:log-in-who" if pending else "identity:login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pending, user = member_log_in.check_code(pending, form.cleaned_data["code"], at=timezone.now())
        except DomainError as no:
            return _refused(request, "identity/log_in_code.html", form, no, pending=pending)
        if user:
            return _enter(request, user)
        request.session[PENDING] = pending.for_session()
        return redirect("identity:log-in-who")
    return _page(request, "identity/log_in_code.html", form, pending=pending)


@require_POST
@never_cache
def code_again(request: HttpRequest) -> HttpResponse:
    """Another code to the same phone; the one before no longer counts."""
    pending = Pending.from_session(request.session.get(PENDING))
    if pending is None:
        return redirect("identity:login")
    try:
        fresh = member_log_in.send_code(pending.number, address=_address(request), at=timezone.now())
    except DomainError as no:
        return _refused(request, "identity/log_in_code.html", CodeForm({}), no, pending=pending)
    request.session[PENDING] = fresh.for_session()
    return redirect("identity:log-in-code")


@never_cache
@sensitive_post_parameters("id_tail")
def who_enter(request: HttpRequest) -> HttpResponse:
    """Page 3, the first time only."""
    pending = Pending.from_session(request.session.get(PENDING))
    if pending is None or not pending.is_proven:
        return redirect("identity:login")
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = member_log_in.claim(pending, **form.cleaned_data, address=_address(request), at=timezone.now())
        except CodeExpired:
            del request.session[PENDING]
            raise
        except DomainError as no:
            return _refused(request, "identity/log_in_who.html", form, no, pending=pending)
        return _enter(request, user)
    return _page(request, "identity/log_in_who.html", form, pending=pending)


@require_POST
@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("portal:public")


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """Log in under a new session key, so that who knew the old one knows nothing."""
    after = request.session.get(NEXT) or reverse("portal:home")
    for key in (PENDING, NEXT):
        request.session.pop(key, None)
    auth.login(request, user, backend=BACKEND)
    request.session.set_expiry(STAYS)
    services.note_log_in(user, how="code", address=_address(request))
    return redirect(after)


def _address(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))


def _page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def _refused(
    request: HttpRequest, template: str, form: forms.Form, refusal: DomainError, **context: Any
) -> HttpResponse:
    form.errors.clear()
    pages.refuse(form, refusal)
    response = render(request, template, {"form": form, **context}, status=refusal.status)
    if "retry_after" in refusal.context:
        response["Retry-After"] = str(refusal.context["retry_after"])
    return response
