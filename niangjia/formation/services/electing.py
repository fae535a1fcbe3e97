"""The members' meeting with its election, the report of its result, and what follows from its approval."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.formation import papers
from niangjia.formation.models import (
    BODIES,
    CASE_TRANSITIONS,
    Body,
    Candidate,
    CaseStatus,
    Election,
    Founding,
    PostKind,
    Renewal,
    VoteBasis,
)
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.formation.services.common import AnyCase, address_of, file_draft, locked, noun, tell_officers
from niangjia.formation.services.terms import PostPlan, begin_term
from niangjia.org.models import Organization
from niangjia.org.permissions import MANAGE as MANAGE_UNITS
from niangjia.org.services import create_organization
from niangjia.ui import formats


@dataclass(frozen=True, kw_only=True)
class Stood:
    """One candidate, as it is written down."""

    post: str
    name: str
    votes: int
    elected: bool = False


@dataclass(frozen=True, kw_only=True)
class ElectionPlan:
    """What is written down of a meeting and its election."""

    held_on: date
    members: int
    due: int
    attending: int
    seats_committee: int
    years: int
    candidates: Sequence[Stood]
    women: int = 0
    by_delegates: bool = False
    basis: str = VoteBasis.DUE
    secret: bool = True
    no_relatives: bool = False
    seats_audit: int = 0
    seats_women: int = 0

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "candidates"}

    def seats(self, body: Body) -> int:
        number: int = getattr(self, f"seats_{body.value}")
        return number


@whole
def record_election(case: AnyCase, *, plan: ElectionPlan, on: date, actor: Actor | None) -> AnyCase:
    """Write down the meeting as it was held, or write it down again while the result is not reported."""
    case = locked(case, actor, MANAGE)
    advance(case, CaseStatus.ELECTED, CASE_TRANSITIONS)
    _check(plan, case, on)
    election = _written(case, plan)
    election.candidates.all().delete()
    Candidate.objects.bulk_create(
        Candidate(election=election, number=number, **vars(one)) for number, one in enumerate(plan.candidates, start=1)
    )
    case.save(update_fields=["status"])
    told = {name: value for name, value in plan.fields().items() if name in {"held_on", "due", "attending", "years"}}
    audit.record(actor, "formation.election.record", case, candidates=[vars(one) for one in plan.candidates], **told)
    return case


def _written(case: Founding | Renewal, plan: ElectionPlan) -> Election:
    if isinstance(case, Founding):
        return Election.objects.update_or_create(founding=case, defaults=plan.fields())[0]
    return Election.objects.update_or_create(renewal=case, defaults=plan.fields())[0]


def _check(plan: ElectionPlan, case: Founding | Renewal, on: date) -> None:
    """Numbers that cannot be are refused; what only differs from a rule is not."""
    if plan.held_on > on:
        raise InvalidInput(_("This day is still to come."), field="held_on")
    if isinstance(case, Renewal) and plan.held_on <= case.term.starts_on:
        raise InvalidInput(_("The present term began on this day or later."), field="held_on")
    for name, most, said in (
        ("women", plan.members, _("There are only %(n)s members.")),
        ("due", plan.members, _("There are only %(n)s members.")),
        ("attending", plan.due, _("Only %(n)s were due to attend.")),
    ):
        if getattr(plan, name) > most:
            raise InvalidInput(said % {"n": most}, field=name)
    if plan.attending < 1:
        raise InvalidInput(_("Somebody must have attended."), field="attending")
    if not 1 <= plan.years <= 10:
        raise InvalidInput(_("A term has 1 to 10 years."), field="years")
    _check_candidates(plan)


def _check_candidates(plan: ElectionPlan) -> None:
    if not any(one.elected for one in plan.candidates):
        raise InvalidInput(_("Say who was elected."), field="candidates")
    for one in plan.candidates:
        if one.votes > plan.attending:
            told = {"name": one.name, "n": plan.attending}
            raise InvalidInput(_("%(name)s has more votes than the %(n)s who attended.") % told, field="candidates")
    twice = [name for (name, _post), n in Counter((one.name, one.post) for one in plan.candidates).items() if n > 1]
    if twice:
        raise InvalidInput(_("%(name)s stands twice for one post.") % {"name": twice[0]}, field="candidates")
    chosen = [PostKind(one.post) for one in plan.candidates if one.elected]
    for body, count in Counter(BODIES[post] for post in chosen).items():
        if count > plan.seats(body):
            told = {"n": count, "body": body.label, "seats": plan.seats(body)}
            raise InvalidInput(
                _("%(n)s are elected to the %(body)s, which has %(seats)s seats.") % told, field="candidates"
            )
    heads = Counter(chosen)
    for post in (PostKind.CHAIR, PostKind.AUDIT_CHAIR, PostKind.WOMEN_CHAIR):
        if heads[post] > 1:
            raise InvalidInput(_("Only one can be: %(post)s.") % {"post": post.label}, field="candidates")


@whole
def report_result(case: AnyCase, *, on: date, actor: Actor | None) -> AnyCase:
    """Report the result to the union above."""
    case = locked(case, actor, MANAGE)
    advance(case, CaseStatus.REPORTED, CASE_TRANSITIONS)
    case.reported_on = on
    case.save(update_fields=["status", "reported_on"])
    audit.record(actor, f"formation.{noun(case)}.report", case)
    election = case.election
    values = papers.named(case) | {
        "held": formats.short_day(election.held_on),
        "meeting": _("members' congress") if election.by_delegates else _("members' meeting"),
        "due": f"{election.due:,}",
        "attending": f"{election.attending:,}",
        "years": election.years,
    }
    draft = papers.Draft(papers.RESULT, case.organization, values, papers.elected(election, all_of_them=True))
    file_draft(draft, about=case, on=on, actor=actor)
    tell_officers(
        case.above,
        APPROVE,
        title=_("Result of the election in %(union)s") % {"union": case},
        body=_("It was filed on %(day)s and waits for your decision.") % {"day": formats.day(on)},
        link=address_of(case),
    )
    return case


@whole
def confirm_founding(founding: Founding, *, on: date, actor: Actor | None, number: str = "") -> Founding:
    """Approve the result: the union now hangs in the tree, with its officers and its term.

    A unit in the tree is a right of its own: the actor needs that of ``org`` at the union above as well.
    """
    founding = locked(founding, actor, APPROVE, above=True)
    access.require(actor, MANAGE_UNITS, founding.organization)
    advance(founding, CaseStatus.CONFIRMED, CASE_TRANSITIONS)
    founding.unit = create_organization(
        parent=founding.organization,
        code=founding.code,
        name=founding.name,
        kind=founding.kind,
        level=founding.level,
        opened_on=on,
        actor=actor,
    )
    founding.confirmed_on, founding.decision = on, ""
    founding.save(update_fields=["status", "unit", "confirmed_on", "decision"])
    audit.record(actor, "formation.founding.confirm", founding, unit=founding.unit.code)
    _begin(founding, founding.unit, on, actor, number)
    return founding


@whole
def confirm_renewal(renewal: Renewal, *, on: date, actor: Actor | None, number: str = "") -> Renewal:
    """Approve the result: the term ends, and the next begins on the day of the election."""
    renewal = locked(renewal, actor, APPROVE, above=True)
    advance(renewal, CaseStatus.CONFIRMED, CASE_TRANSITIONS)
    renewal.confirmed_on, renewal.decision = on, ""
    renewal.save(update_fields=["status", "confirmed_on", "decision"])
    audit.record(actor, "formation.renewal.confirm", renewal)
    _begin(renewal, renewal.organization, on, actor, number)
    return renewal


def _begin(case: Founding | Renewal, unit: Organization, on: date, actor: Actor | None, number: str) -> None:
    """The term of those who were elected, the approval as a paper, and a letter to those who keep the case."""
    election = case.election
    posts = [PostPlan(kind=one.post, name=one.name) for one in election.candidates.all() if one.elected]
    term = begin_term(unit, starts_on=election.held_on, years=election.years, posts=posts, actor=actor)
    values = papers.named(case) | {
        "held": formats.short_day(election.held_on),
        "years": election.years,
        "starts": formats.short_day(term.starts_on),
        "until": formats.short_day(term.until),
    }
    draft = papers.Draft(papers.CONFIRMATION, case.organization, values, papers.elected(election, all_of_them=False))
    file_draft(draft, about=case, on=on, actor=actor, number=number)
    tell_officers(
        case.organization,
        MANAGE,
        title=_("The result of %(union)s is approved") % {"union": case},
        body=_("The new term ends on %(day)s.") % {"day": formats.day(term.until)},
        link=address_of(case),
    )
