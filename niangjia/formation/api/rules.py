"""The rules of terms and elections, for programs."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from ninja import Router, Status
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.formation import queries, services
from niangjia.formation.models import RuleName, RuleRow
from niangjia.formation.permissions import VIEW
from niangjia.formation.services import Band
from niangjia.formation.shapes import FormationRuleIn, FormationRuleOut

router = Router()


@router.get("", response=list[FormationRuleOut], summary="Every rule, past and to come, or those of one day")
@paginate
def formation_rule_list(request: Request, on: date | None = None) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    return queries.rule_rows(on)


@router.put("/{name}", response={201: list[FormationRuleOut]}, summary="Write down a whole rule from a day on")
def formation_rule_set(request: Request, name: RuleName, data: FormationRuleIn) -> Status[list[RuleRow]]:
    bands = [Band(**band.dict()) for band in data.bands]
    made = services.set_rule(name, bands, valid_from=data.valid_from, source=data.source, actor=request.user)
    return Status(201, made)
