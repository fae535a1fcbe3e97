"""Who a program speaks for."""

from uuid import UUID

from ninja import Router, Schema

from niangjia.core.request import Request
from niangjia.identity.models import Assignment

router = Router()


class HeldOut(Schema):
    role: str
    organization: str
    permissions: list[str]


class MeOut(Schema):
    id: UUID
    name: str
    roles: list[HeldOut]


@router.get("/me", response=MeOut, summary="Who am I, and which roles do I hold")
def me(request: Request) -> dict[str, object]:
    held = Assignment.objects.visible_to(request.user).current().filter(user_id=request.user.pk)
    roles = [
        {"role": one.role.code, "organization": one.organization.code, "permissions": one.role.permissions}
        for one in held.select_related("role", "organization")
    ]
    return {"id": request.user.pk, "name": str(request.user), "roles": roles}
