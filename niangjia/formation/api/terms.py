"""Terms, posts and postponements, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.formation import queries, services
from niangjia.formation.api.common import today
from niangjia.formation.api.renewals import seen
from niangjia.formation.models import Post, Postponement, Renewal, Term
from niangjia.formation.permissions import VIEW
from niangjia.formation.services import PostPlan
from niangjia.formation.shapes import (
    DeadlineIn,
    PostAddIn,
    PostEndIn,
    PostOut,
    PostponementDecisionIn,
    PostponementIn,
    PostponementOut,
    RenewalDetailOut,
    RenewalIn,
    TermDetailOut,
    TermIn,
    TermOut,
)
from niangjia.org.http import visible_unit, visible_unit_called

router = Router()
posts = Router()
postponements = Router()

ONE = "/{uuid:term_id}"


@router.get("", response=list[TermOut], summary="Running terms of my units, the longest overdue first")
@paginate
def term_list(request: Request, overdue: bool = False, under: str = "") -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = Term.objects.visible_to(request.user)
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    return queries.by_due_day(rows.overdue(today()) if overdue else rows)


@router.get(ONE, response=TermDetailOut, summary="One term with its posts and postponements")
def term_detail(request: Request, term_id: UUID) -> Term:
    return _term(request, term_id)


@router.post("", response={201: TermDetailOut}, summary="Write down the running term of a union that has none on file")
def term_record(request: Request, data: TermIn) -> Status[Term]:
    unit = visible_unit(request.user, data.organization_id)
    fields = data.dict(exclude={"organization_id", "posts"})
    plans = [PostPlan(**one.dict()) for one in data.posts]
    return Status(201, services.record_term(unit, posts=plans, on=today(), actor=request.user, **fields))


@router.post(f"{ONE}/renewal", response={201: RenewalDetailOut}, summary="File the request for re-election")
def term_renew(request: Request, term_id: UUID, data: RenewalIn) -> Status[Renewal]:
    made = services.request_renewal(_term(request, term_id), on=today(), actor=request.user, **data.dict())
    return Status(201, seen(request, made.pk))


@router.post(f"{ONE}/posts", response={201: TermDetailOut}, summary="Somebody takes a post within the term")
def term_post_add(request: Request, term_id: UUID, data: PostAddIn) -> Status[Term]:
    plan = PostPlan(kind=data.kind, name=data.name)
    services.add_post(_term(request, term_id), plan=plan, valid_from=data.valid_from, actor=request.user)
    return Status(201, _term(request, term_id))


@router.post(f"{ONE}/postponements", response={201: TermDetailOut}, summary="Ask to hold the re-election later")
def term_postpone(request: Request, term_id: UUID, data: PostponementIn) -> Status[Term]:
    services.ask_postponement(_term(request, term_id), on=today(), actor=request.user, **data.dict())
    return Status(201, _term(request, term_id))


@router.post(f"{ONE}/deadline", response=TermDetailOut, summary="Set the day of an overdue re-election")
def term_deadline(request: Request, term_id: UUID, data: DeadlineIn) -> Term:
    services.set_deadline(_term(request, term_id), on=today(), actor=request.user, **data.dict())
    return _term(request, term_id)


@posts.post("/{uuid:post_id}/end", response=PostOut, summary="Somebody has left a post within the term")
def post_end(request: Request, post_id: UUID, data: PostEndIn) -> Post:
    post = get_object_or_404(Post.objects.visible_to(request.user), pk=post_id)
    return services.end_post(post, actor=request.user, **data.dict())


@postponements.post(
    "/{uuid:postponement_id}/decide", response=PostponementOut, summary="Grant a postponement, or do not and say why"
)
def postponement_decide(request: Request, postponement_id: UUID, data: PostponementDecisionIn) -> Postponement:
    asked = get_object_or_404(Postponement.objects.visible_to(request.user), pk=postponement_id)
    return services.decide_postponement(asked, on=today(), actor=request.user, **data.dict())


def _term(request: Request, key: UUID) -> Term:
    rows = Term.objects.visible_to(request.user).select_related("organization")
    found: Term = get_object_or_404(rows, pk=key)
    return found
