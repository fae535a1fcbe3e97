"""The programme that a command names."""

from uuid import UUID

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from niangjia.benefits.models import Programme


def find_programme(named: str) -> Programme:
    """By its name in rules, or by its key."""
    rows = Programme.objects.select_related("organization")
    found = rows.filter(Q(pk=_key(named)) | Q(code=named)).first()
    if found is None:
        raise CommandError(
            _("There is no programme “%(name)s”. Its name in rules stands on the page of its plan.") % {"name": named}
        )
    return found


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
