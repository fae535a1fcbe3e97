"""Writing accounts and roles."""

from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, phones
from niangjia.core.access import Actor
from niangjia.core.crypto import blind_index
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.identity import passwords
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, registered
from niangjia.org import services as org
from niangjia.org.models import Kind, Level, Organization

PHONE_INDEX = "identity.user.phone"
ADMINISTRATOR = "administrator"


def phone_index(phone: str) -> bytes:
    """The keyed hash under which an account is found by its phone."""
    return blind_index(PHONE_INDEX, phone)


@whole
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
    phone = phones.normal(phone)
    index = phone_index(phone) if phone else None
    username = username.lower() if username else None
    if username and User.objects.filter(username=username).exists():
        raise InvalidInput(_("The user name %(name)s is taken.") % {"name": username}, field="username")
    if index and User.objects.filter(phone_index=index).exists():
        raise InvalidInput(_("Another account already uses this phone."), field="phone")
    user = User(name=name, username=username, phone=phone, phone_index=index)
    user.set_password(password)
    user.save()
    audit.record(actor, "identity.user.create", user, place=organization.path if organization else "")
    return user


@whole
def open_account(
    *, name: str, username: str, phone: str = "", role: Role, organization: Organization, actor: Actor | None
) -> tuple[User, str]:
    """An account for a colleague with a first role, and the password to tell them; at log-in they choose their own.

    Without a role nobody but the system could see the account, so both are made together.
    """
    password = passwords.temporary()
    user = create_user(
        name=name, username=username, password=password, phone=phone, organization=organization, actor=actor
    )
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    assign_role(user, role, at=organization, actor=actor)
    return user, password


@whole
def create_first_officer(
    *, username: str, name: str, unit: str = "", code: str = "", level: Level = Level.DISTRICT
) -> tuple[User, str, Organization]:
    """For the operator of a new installation: an administrator at the topmost union, which is made if need be.

    The role ``administrator`` then holds every permission that this version knows.
    """
    top = Organization.objects.filter(parent=None).first()
    if top is None and not (unit and code):
        raise InvalidInput(
            _("There is no union yet."), remedy=_("Name the topmost one with --unit and --code."), field="unit"
        )
    if top is None:
        top = org.create_organization(parent=None, code=code, name=unit, kind=Kind.FEDERATION, level=level, actor=None)
    role = define_role(code=ADMINISTRATOR, name=_("Administrator"), permissions=list(registered), actor=None)
    user, password = open_account(name=name, username=username, role=role, organization=top, actor=None)
    return user, password, top


@whole
def reset_password(user: User, *, actor: Actor | None) -> str:
    """A new temporary password for ``user``, who is logged out everywhere."""
    user = _under_power(user, actor)
    password = passwords.temporary()
    user.set_password(password)
    user.must_change_password = True
    user.epoch += 1
    user.save(update_fields=["password", "must_change_password", "epoch"])
    audit.record(actor, "identity.user.reset_password", user, place=_home(user))
    return password


@whole
def change_password(user: User, password: str) -> User:
    """The person's own new password, already found good; ends the sessions on other devices."""
    locked = User.objects.select_for_update(of=["self"]).get(pk=user.pk)
    locked.set_password(password)
    locked.must_change_password = False
    locked.save(update_fields=["password", "must_change_password"])
    user.password, user.must_change_password = locked.password, False
    audit.record(user, "identity.user.change_password", user, place=_home(user))
    return user


@whole
def remove_second_factor(user: User, *, actor: Actor | None) -> int:
    """For who has lost the phone: log-in by password alone, until they set it up anew. Returns what was removed."""
    user = _under_power(user, actor)
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    if removed:
        user.epoch += 1
        user.save(update_fields=["epoch"])
        audit.record(actor, "identity.user.remove_second_factor", user, place=_home(user))
    return removed


@whole
def deactivate_user(user: User, *, actor: Actor | None) -> User:
    """Close the account at once, on every device; its roles stay written down."""
    user = _under_power(user, actor)
    user.is_active = False
    user.epoch += 1
    user.save(update_fields=["is_active", "epoch"])
    audit.record(actor, "identity.user.deactivate", user, place=_home(user))
    return user


@whole
def reactivate_user(user: User, *, actor: Actor | None) -> User:
    """Open the account again, with the roles that have not ended."""
    user = _under_power(user, actor)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(actor, "identity.user.reactivate", user, place=_home(user))
    return user


@whole
def log_out_everywhere(user: User) -> User:
    """End every session of the person, this one too unless the door renews it."""
    User.objects.filter(pk=user.pk).update(epoch=models.F("epoch") + 1)
    user.refresh_from_db(fields=["epoch"])
    audit.record(user, "identity.user.log_out_everywhere", user, place=_home(user))
    return user


def note_log_in(user: User, *, how: str, address: str) -> None:
    """Write into the history that the person has logged in."""
    audit.record(user, "identity.user.log_in", user, place=_home(user), how=how, address=address)


def note_failed_log_in(username: str, *, address: str) -> None:
    """Write into the history that somebody tried a wrong password on an account that exists."""
    user = User.objects.filter(username=username).first()
    if user:
        audit.record(None, "identity.user.log_in_failed", user, place=_home(user), address=address)


def _home(user: User) -> str:
    """Where a person's own history is kept: the topmost place they work at, nowhere for others."""
    paths = user.assignments.values_list("organization_path", flat=True)
    return min(paths, key=len, default="")


def _under_power(user: User, actor: Actor | None) -> User:
    """The locked row, if the actor holds all that the person holds and does not mean themselves.

    Else somebody with few rights could take over the account of somebody with many.
    """
    user = User.objects.select_for_update(of=["self"]).get(pk=user.pk)
    if actor is None:
        return user
    if user.pk == actor.pk:
        raise DomainError(
            _("You cannot do this to your own account."), remedy=_("Ask another administrator."), code="own-account"
        )
    held = list(user.assignments.select_related("role"))
    today = timezone.localdate()
    places = [place for place in held if place.valid_to is None or place.valid_to > today] or held
    for path in {place.organization_path for place in places} or {""}:
        access.require(actor, MANAGE, path)
    for place in places:
        for permission in place.role.permissions:
            access.require(actor, permission, place.organization_path)
    return user


@whole
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


@whole
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


@whole
def end_assignment(assignment: Assignment, *, on: date, actor: Actor | None) -> Assignment:
    """Take the role back from ``on``. Nobody can lock themselves out by it."""
    access.require(actor, MANAGE, assignment.organization_path)
    assignment = Assignment.objects.select_for_update(of=["self"]).get(pk=assignment.pk)
    if actor and assignment.user_id == actor.pk:
        raise DomainError(
            _("You cannot end a role of your own."), remedy=_("Ask another administrator."), code="own-account"
        )
    if assignment.valid_to and assignment.valid_to <= on:
        raise DomainError(_("This role has ended already."), code="ended")
    assignment.valid_to = max(on, assignment.valid_from)
    assignment.save(update_fields=["valid_to"])
    audit.record(actor, "identity.assignment.end", assignment, on=on)
    return assignment
