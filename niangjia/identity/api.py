"""Who a program speaks for; accounts, and who works where with which role."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.shapes import In, Line30, Name60, UnitOut
from niangjia.identity import queries, services
from niangjia.identity.http import UserRequest
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, VIEW
from niangjia.org.http import visible_unit

router = Router()
people = Router()
assignments = Router()
roles = Router()

UserName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9._-]+$")]


class HeldOut(Schema):
    role: str
    organization: str
    permissions: list[str]


class MeOut(Schema):
    id: UUID
    name: str
    roles: list[HeldOut]


class RoleOut(Schema):
    id: UUID
    code: str
    name: str
    permissions: list[str]


class AssignmentOut(Schema):
    """A person holds a role at an organisation and in all below it, until ``valid_to`` (not included)."""

    id: UUID
    user_id: UUID
    role: RoleOut
    organization: UnitOut
    valid_from: date
    valid_to: date | None


class AccountOut(Schema):
    id: UUID
    username: str | None
    name: str
    is_active: bool
    last_login: datetime | None


class AccountMadeOut(AccountOut):
    password: str = Field(description="Temporary. It is told once; at log-in they choose their own.")


class PasswordOut(Schema):
    password: str = Field(description="Temporary. It is told once; at log-in they choose their own.")


class AccountIn(In):
    name: Name60
    username: UserName
    phone: Line30 = ""
    role_id: UUID
    organization_id: UUID


class AssignmentIn(In):
    role_id: UUID
    organization_id: UUID


@router.get("/me", response=MeOut, summary="Who am I, and which roles do I hold")
def me(request: UserRequest) -> dict[str, object]:
    held = Assignment.objects.visible_to(request.user).current().filter(user_id=request.user.pk)
    named = [
        {"role": one.role.code, "organization": one.organization.code, "permissions": one.role.permissions}
        for one in held.select_related("role", "organization")
    ]
    return {"id": request.user.pk, "name": str(request.user), "roles": named}


# Accounts ----------------------------------------------------------------------------------------------------------
@people.get("", response=list[AccountOut], summary="Colleagues with a role in the units that I look after")
@paginate
def account_list(request: UserRequest, q: str = "", is_active: bool | None = None) -> QuerySet[User]:
    access.require_anywhere(request.user, VIEW)
    rows = queries.colleagues(request.user)
    rows = rows if is_active is None else rows.filter(is_active=is_active)
    return rows.filter(Q(name__icontains=q) | Q(username__icontains=q)) if q else rows


@people.get("/{uuid:user_id}", response=AccountOut, summary="One account")
def account_detail(request: UserRequest, user_id: UUID) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=user_id)


@people.post("", response={201: AccountMadeOut}, summary="Open an account for a colleague, with a first role")
def account_create(request: UserRequest, data: AccountIn) -> Status[dict[str, Any]]:
    access.require_anywhere(request.user, MANAGE)
    user, password = services.open_account(
        name=data.name,
        username=data.username,
        phone=data.phone,
        role=_role(request, data.role_id),
        organization=visible_unit(request.user, data.organization_id),
        actor=request.user,
    )
    return Status(201, {**AccountOut.from_orm(user).dict(), "password": password})


@people.post("/{uuid:user_id}/password", response=PasswordOut, summary="Give somebody a new temporary password")
def account_reset_password(request: UserRequest, user_id: UUID) -> dict[str, str]:
    user = account_detail(request, user_id)
    return {"password": services.reset_password(user, actor=request.user)}


@people.post(
    "/{uuid:user_id}/second-factor/remove", response=AccountOut, summary="Remove a second factor that was lost"
)
def account_remove_factor(request: UserRequest, user_id: UUID) -> User:
    services.remove_second_factor(account_detail(request, user_id), actor=request.user)
    return account_detail(request, user_id)


@people.post("/{uuid:user_id}/close", response=AccountOut, summary="Close an account at once")
def account_close(request: UserRequest, user_id: UUID) -> User:
    return services.deactivate_user(account_detail(request, user_id), actor=request.user)


@people.post("/{uuid:user_id}/reopen", response=AccountOut, summary="Open an account again")
def account_reopen(request: UserRequest, user_id: UUID) -> User:
    return services.reactivate_user(account_detail(request, user_id), actor=request.user)


# Roles -------------------------------------------------------------------------------------------------------------
@roles.get("", response=list[RoleOut], summary="Roles, and what each may do")
@paginate
def role_list(request: UserRequest) -> QuerySet[Role]:
    access.require_anywhere(request.user, VIEW)
    return Role.objects.visible_to(request.user)


@assignments.get("", response=list[AssignmentOut], summary="Who holds which role where")
@paginate
def assignment_list(request: UserRequest, user_id: UUID | None = None, current: bool = True) -> "QuerySet[Any]":
    rows = Assignment.objects.visible_to(request.user).select_related("role", "organization")
    rows = rows.current() if current else rows
    rows = rows.filter(user_id=user_id) if user_id else rows
    return rows.order_by("organization__sort_key", "role__code", "pk")


@people.post("/{uuid:user_id}/assignments", response={201: AssignmentOut}, summary="Give somebody a role at a unit")
def assignment_create(request: UserRequest, user_id: UUID, data: AssignmentIn) -> Status[Assignment]:
    access.require_anywhere(request.user, MANAGE)
    user, role = account_detail(request, user_id), _role(request, data.role_id)
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.assign_role(user, role, at=unit, actor=request.user))


@assignments.post("/{uuid:assignment_id}/end", response=AssignmentOut, summary="End a role today")
def assignment_end(request: UserRequest, assignment_id: UUID) -> Assignment:
    rows = Assignment.objects.visible_to(request.user).select_related("role", "organization")
    held = get_object_or_404(rows, pk=assignment_id)
    return services.end_assignment(held, on=timezone.localdate(), actor=request.user)


def _role(request: UserRequest, key: UUID) -> Role:
    """One may give a role that holds nothing which one does not hold oneself."""
    role = queries.roles_to_give(request.user).filter(pk=key).first()
    if role is None:
        raise Http404
    return role
