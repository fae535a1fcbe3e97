"""Reads about employers."""

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.org.models import Organization, OrganizationQuerySet


def units(actor: Actor, permission: str) -> OrganizationQuerySet:
    """The open unions at which ``actor`` holds ``permission`` over employers."""
    return Organization.objects.live().filter(access.scope(actor, permission, field="path"))
