"""A member's way in: a phone, the code sent to it, and the first time a look into the roster.

What is under way lives in the visitor's session as a ``Pending``: the phone sealed, the code as a keyed hash. An
unknown phone gets a code like any other, so that nobody learns who has an account. See docs/adr/0006.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from django.utils.translation import gettext as _

from niangjia.core import crypto, phones, senders
from niangjia.core.cleaning import compact
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.identity import claims, services
from niangjia.identity.limits import Limit
from niangjia.identity.models import User

CODE_LIFE = timedelta(minutes=5)
PROOF_LIFE = timedelta(minutes=15)
PAUSE = timedelta(seconds=60)

# Per phone tightly; per address only against floods, since a whole factory or a carrier may share one.
ONE_A_MINUTE = Limit("code-pause", 1, PAUSE)
CODES_PER_PHONE = (Limit("code-hour", 5, timedelta(hours=1)), Limit("code-day", 10, timedelta(days=1)))
CODES_PER_ADDRESS = Limit("code-address", 200, timedelta(minutes=10))
TRIES_PER_CODE = Limit("code-tries", 5, CODE_LIFE + PAUSE)
CLAIMS_PER_PHONE = Limit("claim-phone", 5, timedelta(days=1))
CLAIMS_PER_ADDRESS = Limit("claim-address", 100, timedelta(hours=1))


class LogInRefused(DomainError):
    """There is no way in from here; the remedy names the right one."""

    code = "log-in-refused"
    status = 403


class CodeExpired(DomainError):
    """The code, or the proof it gave, is too old or used up: begin again."""

    code = "code-expired"
    status = 410


@dataclass(frozen=True)
class Pending:
    """A log-in under way. ``shown`` is the code itself, only where the installation shows codes on screen."""

    nonce: str
    phone: str
    digest: str
    sent_at: str
    proven_at: str = ""
    shown: str = ""

    @classmethod
    def from_session(cls, kept: Any) -> Self | None:
        return cls(**kept) if kept else None

    def for_session(self) -> dict[str, str]:
        return asdict(self)

    @property
    def number(self) -> str:
        """The phone in clear."""
        return crypto.unseal(b64decode(self.phone), self._bound)

    @property
    def is_proven(self) -> bool:
        return bool(self.proven_at)

    def again_in(self, at: datetime) -> int:
        """How many seconds until another code may be asked for."""
        return max(0, int((_moment(self.sent_at) + PAUSE - at).total_seconds()))

    @property
    def _bound(self) -> str:
        return f"identity.log-in/{self.nonce}"


def send_code(phone: str, *, address: str, at: datetime) -> Pending:
    """Send a code to ``phone``; refuses what is no mobile number, what comes too often, and a gateway that fails."""
    number = phones.normal(phone)
    if not phones.is_mobile(number):
        raise InvalidInput(
            _("This is not a mobile number of the mainland."),
            remedy=_("Enter the 11 digits that begin with 1."),
            field="phone",
        )
    CODES_PER_ADDRESS.take(address, at=at)
    ONE_A_MINUTE.take(number, at=at)
    for limit in CODES_PER_PHONE:
        limit.take(number, at=at)
    code = f"{secrets.randbelow(1_000_000):06}"
    nonce = secrets.token_urlsafe(16)
    senders.send(phone=number, text=_text(code))
    sealed = crypto.seal(number, f"identity.log-in/{nonce}")
    shown = code if senders.sender().shows_on_screen else ""
    return Pending(nonce, b64encode(sealed).decode(), _digest(nonce, code), at.isoformat(), shown=shown)


def _text(code: str) -> str:
    sentence = _("%(code)s is your code for logging in to Niangjia, valid for 5 minutes. Nobody will ask you for it.")
    return sentence % {"code": code}


def _digest(nonce: str, code: str) -> str:
    return crypto.blind_index("identity.log-in.code", f"{nonce}:{code}").hex()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def check_code(pending: Pending, code: str, *, at: datetime) -> tuple[Pending, User | None]:
    """Compare the code. Then the account of the phone, or nobody: the person must show who they are."""
    if not pending.digest or at > _moment(pending.sent_at) + CODE_LIFE:
        raise CodeExpired(_("This code is no longer valid."), remedy=_("Have a new code sent."))
    TRIES_PER_CODE.take(pending.nonce, at=at)
    if not hmac.compare_digest(_digest(pending.nonce, compact(code)), pending.digest):
        raise InvalidInput(
            _("This is not the code we sent."),
            remedy=_("Look at the newest message and enter it again."),
            field="code",
        )
    user = User.objects.filter(phone_index=services.phone_index(pending.number)).first()
    if user:
        _may_enter(user)
    return replace(pending, digest="", shown="", proven_at=at.isoformat()), user


def _may_enter(user: User) -> None:
    """A closed account has no way in; one with a password has that way only, or a text would replace its factors."""
    if not user.is_active:
        raise LogInRefused(_("This account has been closed."), remedy=_("Please ask your union."))
    if user.has_usable_password():
        raise LogInRefused(
            _("You work for the union and have a user name."),
            remedy=_("Log in with user name and password; your member pages are there too."),
            code="use-password",
        )


def claim(pending: Pending, *, name: str, id_tail: str, address: str, at: datetime) -> User:
    """The first time: find the person in the roster and link an account to the proven phone."""
    if not pending.is_proven or at > _moment(pending.proven_at) + PROOF_LIFE:
        raise CodeExpired(_("Too much time has passed since you entered the code."), remedy=_("Have a new code sent."))
    CLAIMS_PER_ADDRESS.take(address, at=at)
    CLAIMS_PER_PHONE.take(pending.number, at=at)
    user = claims.claim_account(phone=pending.number, name=name, id_tail=id_tail, at=at)
    _may_enter(user)
    return user
