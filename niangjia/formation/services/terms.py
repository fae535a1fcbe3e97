"""Terms and posts of unions: what was before this house, what elections bring, and what changes in between."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.cleaning import person_name
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.formation import papers
from niangjia.formation.days import years_later
from niangjia.formation.models import (
    POSTPONEMENT_TRANSITIONS,
    Post,
    PostKind,
    Postponement,
    PostponementStatus,
    Term,
)
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.formation.queries import member_called, running_term
from niangjia.formation.services.common import file_draft, locked_term, require_reason, tell_officers
from niangjia.org.models import Organization
from niangjia.ui import formats

HEADS = frozenset({PostKind.CHAIR, PostKind.AUDIT_CHAIR, PostKind.WOMEN_CHAIR})


class TermRunning(DomainError):
    """The union has a term already."""

    code = "term-running"


@dataclass(frozen=True, kw_only=True)
class PostPlan:
    """Somebody who holds a post."""

    kind: str
    name: str


# Terms ----------------------------------------------------------------------------------------------------------
@whole
def record_term(
    unit: Organization, *, starts_on: date, years: int, posts: Sequence[PostPlan], on: date, actor: Actor | None
) -> Term:
    """Write down the running term of a union whose election was before this house; later ones come from cases."""
    access.require(actor, MANAGE, unit)
    unit = Organization.objects.select_for_update(of=["self"]).get(pk=unit.pk)
    if running_term(unit):
        raise TermRunning(
            _("%(unit)s has a term on file already.") % {"unit": unit},
            remedy=_("The next one begins with a re-election."),
        )
    if starts_on > on:
        raise InvalidInput(_("This day is still to come."), field="starts_on")
    return begin_term(unit, starts_on=starts_on, years=years, posts=posts, actor=actor)


def begin_term(
    unit: Organization, *, starts_on: date, years: int, posts: Sequence[PostPlan], actor: Actor | None
) -> Term:
    """A term with its posts; the one before ends with it. Part of services that have asked for the right."""
    if not 1 <= years <= 10:
        raise InvalidInput(_("A term has 1 to 10 years."), field="years")
    _check_posts(posts)
    before = Term.objects.select_for_update(of=["self"]).filter(organization=unit, ended_on=None).first()
    if before:
        _end_term(before, starts_on)
    until = years_later(starts_on, years)
    term: Term = Term.objects.create(
        organization=unit,
        organization_path=unit.path,
        starts_on=starts_on,
        years=years,
        until=until,
        due_on=until,
    )
    for plan in posts:
        _make_post(term, plan, starts_on)
    audit.record(actor, "formation.term.begin", term, starts_on=starts_on, years=years, posts=len(posts))
    return term


def _check_posts(posts: Sequence[PostPlan]) -> None:
    for kind, count in Counter(plan.kind for plan in posts).items():
        if kind in HEADS and count > 1:
            raise InvalidInput(_("Only one can be: %(post)s.") % {"post": PostKind(kind).label}, field="posts")


def _end_term(term: Term, on: date) -> None:
    if on <= term.starts_on:
        raise InvalidInput(_("The present term began on this day or later."), field="held_on")
    term.ended_on = on
    term.save(update_fields=["ended_on"])
    open_posts = Post.objects.filter(organization=term.organization_id, valid_to=None)
    open_posts.filter(valid_from__gt=on).update(valid_from=on)
    open_posts.update(valid_to=on)


# Posts ----------------------------------------------------------------------------------------------------------
def _make_post(term: Term, plan: PostPlan, valid_from: date) -> Post:
    name = person_name(plan.name)
    post: Post = Post.objects.create(
        organization=term.organization,
        organization_path=term.organization_path,
        term=term,
        kind=plan.kind,
        name=name,
        member=member_called(name, term.organization),
        valid_from=valid_from,
    )
    return post


@whole
def add_post(term: Term, *, plan: PostPlan, valid_from: date, actor: Actor | None) -> Post:
    """Somebody takes a post within the term, by a by-election."""
    term = locked_term(term)
    access.require(actor, MANAGE, term.organization_path)
    if term.ended_on:
        raise DomainError(_("This term is over."), code="term-over")
    if valid_from < term.starts_on:
        raise InvalidInput(_("The term began later."), field="valid_from")
    held = Post.objects.filter(organization=term.organization_id, kind=plan.kind)
    if plan.kind in HEADS and held.exclude(valid_to__lte=valid_from).exists():
        raise InvalidInput(
            _("This post is held already: %(post)s.") % {"post": PostKind(plan.kind).label},
            field="kind",
            remedy=_("Write down first when the one before has left it."),
        )
    post = _make_post(term, plan, valid_from)
    audit.record(actor, "formation.post.add", post, kind=plan.kind, valid_from=valid_from)
    return post


@whole
def end_post(post: Post, *, on: date, reason: str, actor: Actor | None) -> Post:
    """Somebody leaves a post before the term is over, for reasons that are written down."""
    access.require(actor, MANAGE, post.organization_path)
    post = Post.objects.select_for_update(of=["self"]).get(pk=post.pk)
    if post.valid_to:
        raise DomainError(_("This post was left already."), code="post-left")
    if on < post.valid_from:
        raise InvalidInput(_("The post was taken later."), field="on")
    post.valid_to, post.end_reason = on, require_reason(reason)
    post.save(update_fields=["valid_to", "end_reason"])
    audit.record(actor, "formation.post.end", post, on=on, reason=post.end_reason)
    return post


# Postponements --------------------------------------------------------------------------------------------------
@whole
def ask_postponement(term: Term, *, until: date, reason: str, on: date, actor: Actor | None) -> Postponement:
    """Ask the union above to put the re-election off."""
    term = locked_term(term)
    access.require(actor, MANAGE, term.organization_path)
    if term.ended_on:
        raise DomainError(_("This term is over."), code="term-over")
    if until <= term.due_on:
        raise InvalidInput(_("The re-election is due then already."), field="until")
    if term.postponements.filter(status=PostponementStatus.ASKED).exists():
        raise DomainError(_("A postponement waits for the decision of the union above."), code="undecided")
    asked: Postponement = Postponement.objects.create(
        organization=term.organization,
        organization_path=term.organization_path,
        term=term,
        until=until,
        reason=require_reason(reason),
        asked_on=on,
    )
    audit.record(actor, "formation.postponement.ask", asked, until=until)
    file_draft(
        papers.Draft(papers.POSTPONEMENT, term.organization, _postponed(asked)), about=asked, on=on, actor=actor
    )
    tell_officers(
        term.organization.parent or term.organization,
        APPROVE,
        title=_("%(union)s asks to postpone its re-election") % {"union": term.organization},
        body=asked.reason,
        link=address_of_unit(term.organization),
    )
    return asked


def _postponed(asked: Postponement) -> dict[str, object]:
    days = {"until": asked.term.until, "postponed": asked.until}
    return (
        papers.named(asked)
        | {name: formats.short_day(day) for name, day in days.items()}
        | {"reason": papers.sentence(asked.reason)}
    )


@whole
def decide_postponement(
    asked: Postponement, *, grant: bool, reason: str = "", on: date, actor: Actor | None, number: str = ""
) -> Postponement:
    """The union above grants the postponement, or does not and says why."""
    rows = Postponement.objects.select_for_update(of=["self"]).select_related("term", "organization__parent")
    asked = rows.get(pk=asked.pk)
    unit = asked.organization
    access.require(actor, APPROVE, unit.parent or unit)
    if asked.term.ended_on:
        raise DomainError(_("This term is over."), code="term-over")
    advance(asked, PostponementStatus.GRANTED if grant else PostponementStatus.DENIED, POSTPONEMENT_TRANSITIONS)
    asked.decided_on, asked.decision = on, reason.strip() if grant else require_reason(reason)
    asked.save(update_fields=["status", "decided_on", "decision"])
    if grant:
        Term.objects.filter(pk=asked.term_id).update(due_on=asked.until, reminded_on=None, deadline_on=None)
    audit.record(actor, "formation.postponement.decide", asked, grant=grant, reason=asked.decision)
    kind = papers.POSTPONEMENT_GRANTED if grant else papers.REFUSAL
    values = _postponed(asked) | {"asker": papers.asker(asked), "reason": papers.sentence(asked.decision)}
    values["subject"] = _("the postponement of the re-election in %(union)s") % {"union": unit}
    file_draft(papers.Draft(kind, unit, values), about=asked, on=on, actor=actor, number=number)
    tell_officers(
        unit,
        MANAGE,
        title=_("Your postponement is granted") if grant else _("Your postponement is not granted"),
        body=asked.decision or _("The re-election is due on %(day)s.") % {"day": formats.day(asked.until)},
        link=address_of_unit(unit),
    )
    return asked


# Deadlines ------------------------------------------------------------------------------------------------------
@whole
def set_deadline(term: Term, *, deadline: date, on: date, actor: Actor | None, number: str = "") -> Term:
    """The union above sets the day by which an overdue re-election must be held."""
    term = locked_term(term)
    unit = term.organization
    access.require(actor, APPROVE, unit.parent or unit)
    if not term.is_overdue(on):
        raise DomainError(
            _("The re-election of %(unit)s is not overdue.") % {"unit": unit},
            remedy=_("A day is set once it is."),
            code="not-overdue",
        )
    if deadline <= on:
        raise InvalidInput(_("Choose a day that is still to come."), field="deadline")
    before, term.deadline_on = term.deadline_on, deadline
    term.save(update_fields=["deadline_on"])
    audit.record(actor, "formation.term.deadline", term, before=before, deadline=deadline)
    days = {"until": term.until, "due": term.due_on, "deadline": deadline}
    values = papers.named(term) | {name: formats.short_day(day) for name, day in days.items()}
    file_draft(papers.Draft(papers.DEADLINE, unit, values), about=term, on=on, actor=actor, number=number)
    tell_officers(
        unit,
        MANAGE,
        title=_("Hold the re-election by %(day)s") % {"day": formats.short_day(deadline)},
        body=_("The union above has set this day, since the re-election is overdue."),
        link=address_of_unit(unit),
    )
    return term


def address_of_unit(unit: Organization) -> str:
    return reverse("formation:unit", args=[unit.pk])
