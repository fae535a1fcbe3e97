"""Reads about accounts: who works where, and what one may give to others."""

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, QuerySet
from django.utils.translation import ngettext

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, registered
from niangjia.org.models import Organization, OrganizationQuerySet


def colleagues(actor: User) -> QuerySet[User]:
    """People with a role that the actor may see, their visible assignments at hand as ``held``."""
    seen = Assignment.objects.visible_to(actor)
    shown = seen.current().select_related("role", "organization").order_by("organization__sort_key", "role__code")
    return (
        User.objects.visible_to(actor)
        .filter(pk__in=seen.values("user"))
        .prefetch_related(Prefetch("assignments", shown, to_attr="held"))
    )


def roles_to_give(actor: User) -> QuerySet[Role]:
    """Roles that hold nothing which the actor does not hold somewhere."""
    held = [permission for permission in registered if access.can_anywhere(actor, permission)]
    return Role.objects.filter(permissions__contained_by=held)


def units_to_staff(actor: User) -> OrganizationQuerySet:
    """Open units in which the actor may give roles."""
    return Organization.objects.filter(access.scope(actor, MANAGE, field="path")).live()


def has_second_factor(user: User) -> bool:
    """Whether log-in asks for more than the password."""
    found: bool = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    return found


def words_of(permissions: list[str]) -> list[str]:
    """What an administrator reads for each of ``permissions``."""
    return sorted(str(registered.get(name, name)) for name in permissions)


def workplace(actor: Actor) -> str:
    """The unit somebody works for, as the head of the staff pages shows it; with more than one, how many more."""
    held = Assignment.objects.filter(user_id=actor.pk).current().order_by("organization__sort_key")
    names = list(dict.fromkeys(held.values_list("organization__name", flat=True)))
    if len(names) < 2:
        return names[0] if names else ""
    more = ngettext("%(name)s and %(n)s more unit", "%(name)s and %(n)s more units", len(names) - 1)
    return more % {"name": names[0], "n": len(names) - 1}
