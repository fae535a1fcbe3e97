"""What accounts add to the page of a unit: who works there."""

from typing import Any

from niangjia.core import access
from niangjia.identity.http import UserRequest
from niangjia.identity.models import Assignment
from niangjia.identity.permissions import MANAGE, VIEW
from niangjia.org.models import Organization


def of_unit(request: UserRequest, unit: Organization) -> dict[str, Any] | None:
    """Roles held at ``unit`` itself, for whoever may see accounts there."""
    if not access.can(request.user, VIEW, unit):
        return None
    held = Assignment.objects.visible_to(request.user).current().filter(organization=unit)
    return {
        "unit": unit,
        "held": held.select_related("user", "role").order_by("role__code", "user__name"),
        "may_manage": access.can(request.user, MANAGE, unit),
    }
