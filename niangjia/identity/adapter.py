"""What the log-in library has to know about our accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library ships no types
    """Accounts are made by officers or by a member's first log-in, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
