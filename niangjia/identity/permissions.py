"""What a role may hold here, and the registry of all permissions: a role that names an unknown one is refused."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VIEW = "identity.view"
MANAGE = "identity.manage"

registered: dict[str, str | Promise] = {}


def register(permission: str, label: str | Promise) -> None:
    """Make ``permission`` known, with the words an administrator reads. Called from each app's ``ready``."""
    registered[permission] = label


register(VIEW, _("See accounts and roles"))
register(MANAGE, _("Create accounts and assign roles"))
