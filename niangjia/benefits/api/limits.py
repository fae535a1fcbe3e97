"""The dated limits of what one person may be given, for programs."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from niangjia.benefits import services
from niangjia.benefits.models import AmountLimit, LimitKind, Occasion
from niangjia.benefits.permissions import PLAN
from niangjia.benefits.queries import planning
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import Filled, In, Reason, UnitOut
from niangjia.org.http import visible_unit

router = Router()


class LimitOut(Schema):
    """What one person may be given. Without an organisation it holds everywhere, without an occasion for every one."""

    id: UUID
    organization: UnitOut | None
    kind: LimitKind
    occasion: Filled[Occasion]
    amount_fen: int
    source: str
    valid_from: date
    valid_to: date | None
    confirmed_by: str

    @staticmethod
    def resolve_amount_fen(row: AmountLimit) -> int:
        return row.amount


class LimitIn(In):
    organization_id: UUID
    kind: LimitKind
    occasion: Occasion | Literal[""] = ""
    amount_fen: Annotated[int, Field(ge=1, le=10**13)]
    source: Reason
    valid_from: date


class LimitEndIn(In):
    on: date | None = None


@router.get("", response=list[LimitOut], summary="Limits that bear on what I plan, past and to come")
@paginate
def limit_list(request: Request) -> "QuerySet[Any]":
    access.require_anywhere(request.user, PLAN)
    return planning.limits_for(request.user)


@router.post("", response={201: LimitOut}, summary="Set a limit from a day on; the one before ends with that day")
def limit_set(request: Request, data: LimitIn) -> Status[AmountLimit]:
    unit = visible_unit(request.user, data.organization_id)
    fields = data.dict(exclude={"organization_id", "amount_fen"})
    return Status(201, services.set_limit(organization=unit, amount=data.amount_fen, actor=request.user, **fields))


@router.post("/{uuid:limit_id}/end", response=LimitOut, summary="End a limit, today unless another day is named")
def limit_end(request: Request, limit_id: UUID, data: LimitEndIn) -> AmountLimit:
    limit = get_object_or_404(planning.limits_for(request.user), pk=limit_id)
    services.end_limit(limit, on=data.on or timezone.localdate(), actor=request.user)
    return get_object_or_404(planning.limits_for(request.user), pk=limit_id)
