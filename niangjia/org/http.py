"""Organisations that a request names."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from niangjia.core.access import Actor
from niangjia.org.models import Organization


def visible_unit(actor: Actor, key: UUID) -> Organization:
    """The organisation with this key, if ``actor`` may see it; not found otherwise."""
    return get_object_or_404(Organization.objects.visible_to(actor), pk=key)


def visible_unit_called(actor: Actor, code: str) -> Organization:
    """The organisation with this code, if ``actor`` may see it; not found otherwise."""
    return get_object_or_404(Organization.objects.visible_to(actor), code=code)
