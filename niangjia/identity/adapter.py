"""What the log-in library has to know about our accounts."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.core import crypto
from niangjia.identity import qr, services
from niangjia.identity.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library ships no types
    """Accounts are made by officers or by a member's first log-in, never by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name and password do not match. Mind capital letters and try again."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "too_many_login_attempts": _("Too many failed attempts. Please wait five minutes and try again."),
        "rate_limited": _("Too many attempts. Please wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        services.change_password(user, password)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        services.note_log_in(user, how="password", address=self.get_client_ip(request))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return redirect("account_change_password") if user.must_change_password else response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        services.note_failed_log_in(str(credentials.get("username", "")), address=self.get_client_ip(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("portal:home")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library ships no types
    """Second factors, their secrets sealed like every other sensitive value."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: enter the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return b64encode(crypto.seal(text, "mfa_authenticator.data")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(b64decode(encrypted_text), "mfa_authenticator.data")

    def build_totp_svg(self, url: str) -> str:
        return qr.svg(url)
