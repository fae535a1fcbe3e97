"""Passwords: the ones we hand out, and what a new one must not be."""

import secrets

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no sign that is read as another
GROUPS, GROUP = 4, 4


def temporary() -> str:
    """A password to be told once, by word or on paper: ``hk4m-p2xq-…``, some 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


class NotThePresentOne:
    """A password validator: a change that changes nothing is none."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if user is not None and user.pk and user.has_usable_password() and user.check_password(password):
            raise ValidationError(_("This is the password you have now. Choose another."), code="password_unchanged")

    def get_help_text(self) -> str:
        return _("It must differ from your present password.")
