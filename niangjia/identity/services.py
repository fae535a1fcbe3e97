"""Writing accounts and roles."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.crypto import blind_index
from niangjia.core.errors import InvalidInput
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, registered
from niangjia.org.models import Organization

PHONE_INDEX = "identity.user.phone"


def phone_index(phone: str) -> bytes:
    """The keyed hash under which an account is found by its phone."""
    return blind_index(PHONE_INDEX, phone)


@transaction.atomic
def create_user(
    *,
    name: str,
    username: str | None = None,
    password: str | None = None,
    phone: str = "",
    organization: Organization | None = None,
    actor: Actor | None,
) -> User:
    """Make an account. ``organization`` is where the actor must be allowed to; the system needs none."""
    access.require(actor, MANAGE, organization or "")
    index = phone_index(phone) if phone else None
    if username and User.objects.filter(username=username).exists():
        raise InvalidInput(_("The user name %(name)s is taken.") % {"name": username}, field="username")
    if index and User.objects.filter(phone_index=index).exists():
        raise InvalidInput(_("Another account already uses this phone."), field="phone")
    user = User(name=name, username=username, phone=phone, phone_index=index)
    user.set_password(password)
    user.save()
    audit.record(actor, "identity.user.create", user, place=organization.path if organization else "")
    return user


@transaction.atomic
def define_role(*, code: str, name: str, permissions: list[str], actor: Actor | None) -> Role:
    """Create or change a role. A permission that no app has registered is refused by its name."""
    access.require(actor, MANAGE, "")
    unknown = sorted(set(permissions) - set(registered))
    if unknown:
        raise InvalidInput(_("There is no permission %(names)s.") % {"names": ", ".join(unknown)}, field="permissions")
    role, created = Role.objects.update_or_create(
        code=code, defaults={"name": name, "permissions": sorted(set(permissions))}
    )
    audit.record(actor, "identity.role.create" if created else "identity.role.change", role, permissions=permissions)
    return role


@transaction.atomic
def assign_role(
    user: User, role: Role, *, at: Organization, actor: Actor | None, since: date | None = None
) -> Assignment:
    """Give ``role`` to ``user`` at ``at`` and below. One can only give what one holds there oneself."""
    access.require(actor, MANAGE, at)
    for permission in role.permissions if actor else ():
        access.require(actor, permission, at)
    fields: dict[str, Any] = {"valid_from": since} if since else {}
    assignment, created = Assignment.objects.get_or_create(
        user=user,
        role=role,
        organization=at,
        valid_to=None,
        defaults={"organization_path": at.path, **fields},
    )
    if created:
        audit.record(actor, "identity.assignment.create", assignment, role=role.code, user=str(user.pk))
    return assignment


@transaction.atomic
def end_assignment(assignment: Assignment, *, on: date, actor: Actor | None) -> Assignment:
    """Take the role back from ``on``."""
    access.require(actor, MANAGE, assignment.organization)
    assignment = Assignment.objects.select_for_update(of=["self"]).get(pk=assignment.pk)
    assignment.valid_to = max(on, assignment.valid_from)
    assignment.save(update_fields=["valid_to"])
    audit.record(actor, "identity.assignment.end", assignment, on=on)
    return assignment
