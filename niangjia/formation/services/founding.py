"""A union that is to be founded: proposed, talked over, applied for, and in the end registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.coverage.services import checked_credit_code
from niangjia.formation import papers
from niangjia.formation.models import CASE_TRANSITIONS, CaseStatus, Founding, Talk
from niangjia.formation.permissions import APPROVE, MANAGE
from niangjia.formation.services.common import address_of, file_draft, locked, tell_officers
from niangjia.org import positions
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.positions import Position
from niangjia.ui import formats


class ProposalFixed(DomainError):
    """What was approved is no longer changed."""

    code = "proposal-fixed"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is said of a union before it is there."""

    name: str
    code: str
    kind: str
    level: str
    workers: int
    willing: int
    women: int = 0
    employers: Sequence[str] = ()
    contact: str = ""

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"employers": list(self.employers)}


@whole
def open_founding(*, organization: Organization, proposal: Proposal, on: date, actor: Actor | None) -> Founding:
    """Begin a founding under ``organization``, the union that will decide."""
    access.require(actor, MANAGE, organization)
    if organization.closed_on:
        raise InvalidInput(_("%(name)s is closed.") % {"name": organization}, field="organization")
    _check(proposal, organization)
    founding = Founding(
        organization=organization,
        organization_path=organization.path,
        status=CaseStatus.TALKS,
        opened_on=on,
        **proposal.fields(),
    )
    founding.save(force_insert=True)
    audit.record(actor, "formation.founding.open", founding, code=proposal.code)
    return founding


@whole
def change_founding(founding: Founding, *, proposal: Proposal, actor: Actor | None) -> Founding:
    """Say anew what is proposed, as long as nothing lies with the union above and nothing is approved."""
    founding = locked(founding, actor, MANAGE)
    if founding.status not in {CaseStatus.TALKS, CaseStatus.REFUSED}:
        raise ProposalFixed(
            _("What was filed is no longer changed."), remedy=_("Ask the union above to refuse it with its reasons.")
        )
    _check(proposal, founding.organization, founding)
    told = {name: value for name, value in proposal.fields().items() if getattr(founding, name) != value}
    for name, value in told.items():
        setattr(founding, name, value)
    founding.save(update_fields=list(proposal.fields()))
    audit.record(actor, "formation.founding.change", founding, changed=sorted(told))
    return founding


def _check(proposal: Proposal, above: Organization, founding: Founding | None = None) -> None:
    """Numbers that cannot be, a place that the tree does not have, a code that is taken."""
    for name in ("willing", "women"):
        if getattr(proposal, name) > proposal.workers:
            raise InvalidInput(_("There are only %(n)s workers.") % {"n": proposal.workers}, field=name)
    position = Position(Kind(proposal.kind), Level(proposal.level))
    wrong = positions.wrong_level(position) or positions.wrong_place(position, positions.of(above))
    if wrong:
        raise InvalidInput(wrong, field="level", remedy=_("Choose another kind or another place."), code="wrong-place")
    others = Founding.objects.exclude(pk=founding.pk) if founding else Founding.objects.all()
    proposed = others.exclude(status=CaseStatus.ABANDONED).filter(code=proposal.code)
    if proposed.exists() or Organization.objects.filter(code=proposal.code).exists():
        raise InvalidInput(_("The code %(code)s is in use.") % {"code": proposal.code}, field="code")


@whole
def add_talk(
    founding: Founding,
    *,
    side: str,
    on: date,
    who: str,
    outcome: str,
    note: str = "",
    actor: Actor | None,
) -> Talk:
    """Write down a talk with one side; until the application is filed, and again after it was refused."""
    founding = locked(founding, actor, MANAGE)
    if founding.status not in {CaseStatus.TALKS, CaseStatus.REFUSED}:
        raise ProposalFixed(_("The application is filed; talks before it are no longer added."))
    talk = Talk.objects.create(founding=founding, side=side, on=on, who=who, outcome=outcome, note=note)
    audit.record(actor, "formation.founding.talk", founding, side=side, on=on, outcome=outcome)
    return talk


@whole
def apply_founding(founding: Founding, *, on: date, actor: Actor | None) -> Founding:
    """File the application with the union above, for the first time or again."""
    founding = locked(founding, actor, MANAGE)
    advance(founding, CaseStatus.APPLIED, CASE_TRANSITIONS)
    founding.applied_on = on
    founding.save(update_fields=["status", "applied_on"])
    audit.record(actor, "formation.founding.apply", founding)
    file_draft(papers.application(founding), about=founding, on=on, actor=actor)
    tell_officers(
        founding.organization,
        APPROVE,
        title=_("Application to found %(union)s") % {"union": founding},
        body=_("It was filed on %(day)s and waits for your decision.") % {"day": formats.day(on)},
        link=address_of(founding),
    )
    return founding


@whole
def register_legal_person(
    founding: Founding, *, credit_code: str, certificate_on: date, on: date, actor: Actor | None, number: str = ""
) -> Founding:
    """Write down the credit code and the certificate with which the union became a legal person."""
    founding = locked(founding, actor, MANAGE)
    advance(founding, CaseStatus.REGISTERED, CASE_TRANSITIONS)
    code = checked_credit_code(credit_code)
    if not code:
        raise InvalidInput(_("Write down the credit code."), field="credit_code")
    if Founding.objects.filter(credit_code=code).exists():
        raise InvalidInput(_("Another union has this credit code."), field="credit_code")
    if certificate_on > on:
        raise InvalidInput(_("This day is still to come."), field="certificate_on")
    founding.credit_code, founding.certificate_on = code, certificate_on
    founding.save(update_fields=["status", "credit_code", "certificate_on"])
    audit.record(actor, "formation.founding.register", founding, credit_code=code, certificate_on=certificate_on)
    values = papers.named(founding) | {"credit_code": code, "certificate": formats.short_day(certificate_on)}
    draft = papers.Draft(papers.REGISTRATION, founding.organization, values)
    file_draft(draft, about=founding, on=on, actor=actor, number=number)
    return founding
