"""Making and revoking tokens; forgetting old answers."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.api.models import Answer, Token
from niangjia.api.permissions import CONNECT
from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.core.transactions import whole
from niangjia.identity.models import User

PREFIX = "nj_"
LONGEST = timedelta(days=366)
REMEMBERED = timedelta(days=2)


def digest_of(secret: str) -> bytes:
    """What is kept of a token. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


@whole
def create_token(
    *, name: str, permissions: list[str], expires_at: datetime, actor: Actor, at: datetime
) -> tuple[Token, str]:
    """Make a token for oneself within one's own rights; the secret is returned once and not kept."""
    access.require_anywhere(actor, CONNECT)
    if not at < expires_at <= at + LONGEST:
        raise InvalidInput(_("A token lasts for a year at most."), field="expires_at")
    beyond = [permission for permission in permissions if not actor.paths(permission)]
    if beyond or not permissions:
        raise InvalidInput(_("Choose from the rights that you hold yourself."), field="permissions")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user_id=actor.pk, name=name, digest=digest_of(secret), permissions=sorted(permissions), expires_at=expires_at
    )
    audit.record(actor, "api.token.create", token, permissions=permissions)
    return token, secret


@whole
def revoke_token(token: Token, *, actor: Actor, at: datetime) -> Token:
    """End a token at once. Revoking twice is no fault."""
    token = Token.objects.select_for_update(of=["self"]).get(pk=token.pk)
    if token.user_id != actor.pk:
        raise NotPermitted(_("This token belongs to somebody else."))
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        audit.record(actor, "api.token.revoke", token)
    return token


def user_of(secret: str, *, at: datetime) -> User | None:
    """The person a token speaks for, holding no more than the token allows; ``None`` when it is not valid."""
    token = (
        Token.objects.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=at)
        .select_related("user")
        .first()
    )
    if token is None or not token.user.is_active:
        return None
    if token.used_on != timezone.localdate(at):
        Token.objects.filter(pk=token.pk).update(used_on=timezone.localdate(at))
    user: User = token.user
    user.limit_to(token.permissions)
    return user


def forget_answers(*, at: datetime) -> int:
    """Delete the answers that nobody will ask for again."""
    return Answer.objects.filter(at__lt=at - REMEMBERED).delete()[0]
