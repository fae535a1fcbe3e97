"""What the union above says to an application, and cases that are given up."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core.access import Actor
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.formation import papers
from niangjia.formation.models import CASE_TRANSITIONS, CaseStatus, Founding, Renewal
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.formation.services.common import (
    AnyCase,
    address_of,
    file_draft,
    locked,
    noun,
    require_reason,
    tell_officers,
)
from niangjia.ui import formats


@whole
def approve_case(case: AnyCase, *, on: date, actor: Actor | None, number: str = "") -> AnyCase:
    """The union above agrees: the union may elect."""
    case = locked(case, actor, APPROVE, above=True)
    advance(case, CaseStatus.APPROVED, CASE_TRANSITIONS)
    case.decided_on, case.decision = on, ""
    case.save(update_fields=["status", "decided_on", "decision"])
    audit.record(actor, f"formation.{noun(case)}.approve", case)
    file_draft(_approval(case), about=case, on=on, actor=actor, number=number)
    _tell(case, _("The application of %(union)s is approved") % {"union": case}, _("The election can be prepared."))
    return case


def _approval(case: Founding | Renewal) -> papers.Draft:
    values: dict[str, Any] = papers.named(case) | {"applied": formats.short_day(case.applied_on)}
    if isinstance(case, Founding):
        return papers.Draft(papers.APPROVAL, case.organization, values)
    values |= {"planned": formats.short_day(case.planned_on)}
    return papers.Draft(papers.RENEWAL_APPROVAL, case.organization, values)


@whole
def refuse_case(case: AnyCase, *, reason: str, on: date, actor: Actor | None, number: str = "") -> AnyCase:
    """The union above does not agree, and says why; the application can be filed again."""
    case = locked(case, actor, APPROVE, above=True)
    advance(case, CaseStatus.REFUSED, CASE_TRANSITIONS)
    case.decided_on, case.decision = on, require_reason(reason)
    case.save(update_fields=["status", "decided_on", "decision"])
    audit.record(actor, f"formation.{noun(case)}.refuse", case, reason=case.decision)
    file_draft(_refusal(papers.REFUSAL, case, _subject(case)), about=case, on=on, actor=actor, number=number)
    _tell(case, _("The application of %(union)s is refused") % {"union": case}, case.decision)
    return case


@whole
def return_result(case: AnyCase, *, reason: str, on: date, actor: Actor | None, number: str = "") -> AnyCase:
    """The union above does not approve the result, and says why; the election is held again."""
    case = locked(case, actor, APPROVE, above=True)
    advance(case, CaseStatus.RETURNED, CASE_TRANSITIONS)
    case.decision, case.reported_on = require_reason(reason), None
    case.save(update_fields=["status", "decision", "reported_on"])
    audit.record(actor, f"formation.{noun(case)}.return_result", case, reason=case.decision)
    subject = _("the result of the election in %(union)s") % {"union": case}
    file_draft(_refusal(papers.RETURN, case, subject), about=case, on=on, actor=actor, number=number)
    _tell(case, _("The result of %(union)s is not approved") % {"union": case}, case.decision)
    return case


def _refusal(kind: str, case: Founding | Renewal, subject: str) -> papers.Draft:
    values = papers.named(case) | {
        "subject": subject,
        "asker": papers.asker(case),
        "reason": papers.sentence(case.decision),
    }
    return papers.Draft(kind, case.organization, values)


def _subject(case: Founding | Renewal) -> str:
    if isinstance(case, Founding):
        return _("the founding of %(union)s") % {"union": case}
    return _("the re-election in %(union)s") % {"union": case}


@whole
def abandon_case(case: AnyCase, *, reason: str, actor: Actor | None) -> AnyCase:
    """Give a case up, before anybody is elected."""
    case = locked(case, actor, MANAGE)
    advance(case, CaseStatus.ABANDONED, CASE_TRANSITIONS)
    case.decision = require_reason(reason)
    case.save(update_fields=["status", "decision"])
    audit.record(actor, f"formation.{noun(case)}.abandon", case, reason=case.decision)
    return case


def _tell(case: Founding | Renewal, title: str, body: str) -> None:
    """Those who keep the case learn what the union above has said."""
    tell_officers(case.organization, MANAGE, title=title, body=body, link=address_of(case))
