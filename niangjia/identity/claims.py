"""How a phone that nobody knows becomes an account: an app above supplies the check against its roster."""

from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError
from niangjia.identity.models import User


class Claim(Protocol):
    """Finds the one person with this name and the last four of the ID number, and links an account to them.

    Runs in a transaction of its own. Refuses with a ``DomainError`` that does not tell which of the parts was wrong.
    """

    def __call__(self, *, phone: str, name: str, id_tail: str, at: datetime) -> User: ...


_claims: list[Claim] = []


def register(claim: Claim) -> None:
    """Name the function that claims accounts; called from ``apps.ready``. The last one registered counts."""
    _claims[:] = [claim]


def claim_account(*, phone: str, name: str, id_tail: str, at: datetime) -> User:
    """The account of the person who can show ``phone`` and knows the rest."""
    if not _claims:
        raise DomainError(
            _("There is no roster of members here yet."), remedy=_("Ask your union when it will be ready.")
        )
    return _claims[0](phone=phone, name=name, id_tail=id_tail, at=at)
