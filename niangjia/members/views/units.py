"""What members add to the page of a unit: how many people it looks after."""

from typing import Any

from niangjia.core import access
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member
from niangjia.members.permissions import VIEW
from niangjia.org.models import Organization


def of_unit(request: UserRequest, unit: Organization) -> dict[str, Any] | None:
    """For whoever may see members there."""
    if not access.can(request.user, VIEW, unit):
        return None
    people = Member.objects.visible_to(request.user).live()
    return {
        "unit": unit,
        "own": people.filter(organization=unit).count(),
        "below": people.filter(organization_path__startswith=unit.path).count(),
    }
