"""Bringing an installation to life: its first union and the first account, from which everything else is given."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.identity import services as identity
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.org import services as org
from niangjia.org.models import Organization

FOUNDER = "founder"


class AlreadyFounded(DomainError):
    """There is a union already; accounts are made by those who may."""

    code = "already-founded"


@whole
def found_installation(
    *, code: str, name: str, kind: str, level: str, username: str, person: str, password: str
) -> User:
    """Make the root of the tree and an account that holds every permission there. Works once."""
    org.lock_tree()
    if Organization.objects.exists():
        raise AlreadyFounded(
            _("This installation has been founded already."), remedy=_("Further accounts are made on its pages.")
        )
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from error
    root = org.create_organization(parent=None, code=code, name=name, kind=kind, level=level, actor=None)
    user = identity.create_user(name=person, username=username, password=password, actor=None)
    role = identity.define_role(code=FOUNDER, name=_("Founder"), permissions=sorted(registered), actor=None)
    identity.assign_role(user, role, at=root, actor=None)
    return user
