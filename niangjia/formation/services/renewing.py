"""A union elects its officers anew: the reminder before the term ends, and the request."""

from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.formation import papers, queries
from niangjia.formation.models import CASE_TRANSITIONS, CaseStatus, Renewal, Term
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.formation.services.common import address_of, file_draft, locked, locked_term, tell_officers
from niangjia.formation.services.terms import address_of_unit
from niangjia.ui import formats


@whole
def remind_terms(*, on: date) -> int:
    """Write to the officers of each union whose term ends soon, once; returns how many unions."""
    due = queries.to_remind(on).select_for_update(of=["self"], skip_locked=True).select_related("organization")
    count = 0
    for term in due:
        tell_officers(
            term.organization,
            MANAGE,
            title=_("The term of %(union)s ends on %(day)s")
            % {"union": term.organization, "day": formats.short_day(term.due_on)},
            body=_("Please prepare the re-election and file the request with the union above."),
            link=address_of_unit(term.organization),
        )
        term.reminded_on = on
        term.save(update_fields=["reminded_on"])
        audit.record(None, "formation.term.remind", term, due_on=term.due_on)
        count += 1
    return count


@whole
def request_renewal(term: Term, *, planned_on: date, note: str = "", on: date, actor: Actor | None) -> Renewal:
    """File the request for re-election with the union above."""
    term = locked_term(term)
    access.require(actor, MANAGE, term.organization_path)
    if term.ended_on:
        raise DomainError(_("This term is over."), code="term-over")
    if term.renewals.under_way().exists():
        raise DomainError(_("A re-election is under way already."), code="under-way")
    renewal: Renewal = Renewal.objects.create(
        organization=term.organization,
        organization_path=term.organization_path,
        term=term,
        planned_on=planned_on,
        note=note,
        status=CaseStatus.APPLIED,
        applied_on=on,
    )
    audit.record(actor, "formation.renewal.request", renewal, planned_on=planned_on)
    _file(renewal, on, actor)
    return renewal


@whole
def refile_renewal(renewal: Renewal, *, planned_on: date, note: str = "", on: date, actor: Actor | None) -> Renewal:
    """File a refused request again, mended."""
    renewal = locked(renewal, actor, MANAGE)
    advance(renewal, CaseStatus.APPLIED, CASE_TRANSITIONS)
    renewal.planned_on, renewal.note, renewal.applied_on = planned_on, note, on
    renewal.save(update_fields=["status", "planned_on", "note", "applied_on"])
    audit.record(actor, "formation.renewal.request", renewal, planned_on=planned_on)
    _file(renewal, on, actor)
    return renewal


def _file(renewal: Renewal, on: date, actor: Actor | None) -> None:
    term = renewal.term
    days = {"until": term.until, "due": term.due_on, "planned": renewal.planned_on}
    values = papers.named(renewal) | {name: formats.short_day(day) for name, day in days.items()}
    draft = papers.Draft(papers.RENEWAL, renewal.organization, values | {"note": papers.sentence(renewal.note)})
    file_draft(draft, about=renewal, on=on, actor=actor)
    tell_officers(
        renewal.above,
        APPROVE,
        title=_("%(union)s asks for its re-election") % {"union": renewal},
        body=_("It was filed on %(day)s and waits for your decision.") % {"day": formats.day(on)},
        link=address_of(renewal),
    )
