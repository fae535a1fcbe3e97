"""Who may do what, where: asked over a protocol, so that apps below ``identity`` can ask too."""

from typing import Protocol
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from niangjia.core.errors import NotPermitted


class Actor(Protocol):
    """Somebody who acts: a user, or whatever a token stands for."""

    @property
    def pk(self) -> UUID: ...

    @property
    def is_authenticated(self) -> bool: ...

    def paths(self, permission: str) -> list[str]:
        """Roots of the subtrees in which the actor holds ``permission``; empty for the inactive."""


class Placed(Protocol):
    """Anything with a place in the tree of organisations: an organisation itself has ``path``."""

    @property
    def path(self) -> str: ...


def can(actor: Actor | None, permission: str, where: Placed | str) -> bool:
    """Whether ``actor`` holds ``permission`` at ``where``. ``None`` is the system itself, which may."""
    if actor is None:
        return True
    path = where if isinstance(where, str) else where.path
    return path.startswith(tuple(actor.paths(permission)))


def can_anywhere(actor: Actor, permission: str) -> bool:
    """Whether ``actor`` holds ``permission`` at all."""
    return bool(actor.paths(permission))


def require(actor: Actor | None, permission: str, where: Placed | str) -> None:
    """Raise ``NotPermitted`` unless ``actor`` holds ``permission`` at ``where``."""
    if not can(actor, permission, where):
        raise _refusal(permission)


def require_anywhere(actor: Actor, permission: str) -> None:
    """Raise ``NotPermitted`` unless ``actor`` holds ``permission`` at some place: the guard of lists."""
    if not can_anywhere(actor, permission):
        raise _refusal(permission)


def _refusal(permission: str) -> NotPermitted:
    return NotPermitted(
        _("Your role does not allow this here."),
        remedy=_("Ask the administrator of your union for the right, or ask a colleague who has it."),
        context={"permission": permission},
    )


def scope(actor: Actor, permission: str, *, field: str = "organization_path") -> Q:
    """A filter for the rows whose ``field`` lies in a subtree where ``actor`` holds ``permission``."""
    allowed = Q(pk__in=[])
    for path in actor.paths(permission):
        allowed |= Q(**{f"{field}__startswith": path})
    return allowed
