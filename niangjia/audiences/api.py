"""Rules, audiences and frozen lists, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.pagination import paginate

from niangjia.audiences import conditions, queries, services
from niangjia.audiences.explain import Explanation
from niangjia.audiences.frozen import Tally
from niangjia.audiences.models import Audience, AudienceEntry, AudienceStatus, Rule, RuleVersion, ZodiacRule
from niangjia.audiences.permissions import DEFINE, VIEW
from niangjia.audiences.registry import RuleRefused, usable
from niangjia.audiences.shapes import (
    AudienceIn,
    AudienceOut,
    EntryPersonOut,
    ExplanationOut,
    FactOut,
    RuleCheckIn,
    RuleCheckOut,
    RuleIn,
    RuleOut,
    RuleVersionOut,
    RuleWithVersionsOut,
    TallyOut,
    YearStartIn,
    YearStartOut,
)
from niangjia.audiences.tree import conjuncts
from niangjia.audiences.valid import checked
from niangjia.audiences.words import paragraph
from niangjia.core import access
from niangjia.core.catalogue import Fact
from niangjia.core.request import Request
from niangjia.members.models import Member
from niangjia.org.http import visible_unit, visible_unit_called

router = Router()
rules = Router()


# Rules -------------------------------------------------------------------------------------------------------------
@rules.get("/facts", response=list[FactOut], summary="What a rule may ask about members of a unit")
@paginate
def fact_list(request: Request, organization_id: UUID) -> list[Fact]:
    unit = visible_unit(request.user, organization_id)
    access.require(request.user, VIEW, unit)
    return usable(request.user, unit)


@rules.post("/check", response=RuleCheckOut, summary="Try a rule: what is wrong, or who satisfies it now")
def rule_check(request: Request, data: RuleCheckIn) -> dict[str, Any]:
    unit = visible_unit(request.user, data.organization_id)
    access.require(request.user, VIEW, unit)
    try:
        source = data.text()
        root = checked(source)
    except RuleRefused as no:
        fault = {"message": str(no.message), "remedy": str(no.remedy), "line": no.line, "column": no.column}
        return {"errors": [fault]}
    found = queries.eligible(root, unit, request.user)
    return {
        "source": source,
        "conditions": conditions.read(root),
        "words": paragraph(conjuncts(root)),
        "count": found.count(),
        "first": queries.people(found, data.first),
    }


@rules.get("", response=list[RuleOut], summary="Rules of the units that I look after")
@paginate
def rule_list(request: Request, q: str = "") -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = Rule.objects.visible_to(request.user).select_related("organization")
    return rows.filter(name__icontains=q) if q else rows


@rules.get("/{uuid:rule_id}", response=RuleWithVersionsOut, summary="One rule with all it ever said")
def rule_detail(request: Request, rule_id: UUID) -> Rule:
    rows = Rule.objects.visible_to(request.user).select_related("organization")
    rule: Rule = get_object_or_404(rows.prefetch_related("versions__created_by"), pk=rule_id)
    return rule


@rules.post("", response={201: RuleVersionOut}, summary="Save a rule, as the next version of the one of that name")
def rule_save(request: Request, data: RuleIn) -> Status[RuleVersion]:
    unit = visible_unit(request.user, data.organization_id)
    access.require(request.user, DEFINE, unit)
    version = services.save_rule(organization=unit, name=data.name, source=data.text(), actor=request.user)
    return Status(201, version)


@rules.get(
    "/versions/{uuid:version_id}/explain", response=ExplanationOut, summary="Whether and why a person satisfies a rule"
)
def rule_explain(request: Request, version_id: UUID, member_id: UUID) -> Explanation:
    rows = RuleVersion.objects.visible_to(request.user).select_related("rule__organization")
    version = get_object_or_404(rows, pk=version_id)
    return queries.explain(version, _member(request, member_id), request.user)


# The year of an animal ----------------------------------------------------------------------------------------------
@rules.get("/zodiac", response=list[YearStartOut], summary="With which day the year of an animal begins, and began")
@paginate
def year_start_list(request: Request) -> list[ZodiacRule]:
    access.require_anywhere(request.user, VIEW)
    return queries.year_starts()


@rules.post("/zodiac", response={201: YearStartOut}, summary="Settle it for the whole house, from a day on")
def year_start_set(request: Request, data: YearStartIn) -> Status[ZodiacRule]:
    return Status(201, services.set_year_start(**data.dict(), actor=request.user))


# Audiences ---------------------------------------------------------------------------------------------------------
@router.get("", response=list[AudienceOut], summary="Audiences of the units that I look after")
@paginate
def audience_list(
    request: Request, q: str = "", under: str = "", status: AudienceStatus | None = None
) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = _audiences(request)
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    rows = rows.filter(status=status) if status else rows
    return rows.filter(name__icontains=q) if q else rows


@router.get("/{uuid:audience_id}", response=AudienceOut, summary="One audience")
def audience_detail(request: Request, audience_id: UUID) -> Audience:
    return _audience(request, audience_id)


@router.post("", response={201: AudienceOut}, summary="Draw up an audience: a rule, applied to a unit")
def audience_create(request: Request, data: AudienceIn) -> Status[Audience]:
    unit = visible_unit(request.user, data.organization_id)
    version = get_object_or_404(RuleVersion.objects.visible_to(request.user), pk=data.rule_version_id)
    made = services.create_audience(organization=unit, name=data.name, rule_version=version, actor=request.user)
    return Status(201, made)


@router.post("/{uuid:audience_id}/freeze", response={202: AudienceOut}, summary="Begin to freeze the list")
def audience_freeze(request: Request, audience_id: UUID) -> Status[Audience]:
    audience = _audience(request, audience_id)
    services.start_freezing(audience, actor=request.user, result_url=f"/staff/audiences/{audience.pk}/")
    return Status(202, _audience(request, audience_id))


@router.get("/{uuid:audience_id}/entries", response=list[EntryPersonOut], summary="The people of a frozen list")
@paginate
def entry_list_of_audience(request: Request, audience_id: UUID, eligible: bool | None = None) -> "QuerySet[Any]":
    audience = _audience(request, audience_id)
    rows = AudienceEntry.objects.visible_to(request.user).filter(audience=audience)
    rows = rows if eligible is None else rows.filter(eligible=eligible)
    return rows.select_related("member").order_by("organization_path", "member_id")


@router.get("/{uuid:audience_id}/reasons", response=list[TallyOut], summary="Which conditions kept how many out")
def audience_reasons(request: Request, audience_id: UUID) -> list[Tally]:
    return queries.tallies(_audience(request, audience_id))


@router.get(
    "/{uuid:audience_id}/explain", response=ExplanationOut, summary="Whether and why a person is on the frozen list"
)
def audience_explain(request: Request, audience_id: UUID, member_id: UUID) -> Explanation:
    return queries.explain_frozen(_audience(request, audience_id), _member(request, member_id), request.user)


def _audiences(request: Request) -> "QuerySet[Any]":
    return Audience.objects.visible_to(request.user).select_related("organization")


def _audience(request: Request, key: UUID) -> Audience:
    audience: Audience = get_object_or_404(_audiences(request), pk=key)
    return audience


def _member(request: Request, key: UUID) -> Member:
    rows = Member.objects.visible_to(request.user).select_related("organization")
    member: Member = get_object_or_404(rows, pk=key)
    return member
