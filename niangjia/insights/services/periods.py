"""Reporting a day's figures: prepared, submitted, approved by the unit above; corrected only by a version beside."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, clock
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.coverage import tallies
from niangjia.insights.models import PERIOD_TRANSITIONS, Indicator, Lock, Period, PeriodState, PeriodValue
from niangjia.insights.permissions import APPROVE, REPORT
from niangjia.insights.queries.readings import AsOf, shares
from niangjia.org.models import Organization

COPIED = ("version", "name", "numerator", "denominator", "dimensions", "unit", "measure", "source")


@whole
def open_period(organization: Organization, ends_on: date, *, actor: Actor | None) -> Period:
    """Begin to prepare the figures of a day that has ended or is today's."""
    access.require(actor, REPORT, organization)
    Organization.objects.select_for_update().get(pk=organization.pk)  # two who begin at once begin one after the other
    clock.day_come(ends_on, clock.now(), field="ends_on")
    if Period.objects.filter(organization=organization, ends_on=ends_on).exists():
        raise InvalidInput(
            _("The figures of this day are reported already."), field="ends_on", remedy=_("Correct that report.")
        )
    period: Period = Period.objects.create(
        organization=organization, organization_path=organization.path, ends_on=ends_on
    )
    audit.record(actor, "insights.period.open", period, ends_on=ends_on)
    return period


@whole
def submit_period(period: Period, *, actor: Actor | None) -> Period:
    """Read every indicator for the day, as it is known now, and keep what it came to; nobody writes meanwhile what is
    counted, so that all figures are of one moment."""
    access.require(actor, REPORT, period.organization)
    moment = tallies.hold()
    period = _locked(period)
    advance(period, PeriodState.SUBMITTED, PERIOD_TRANSITIONS, field="state")
    period.known_at, period.submitted_by_id = moment.at, actor.pk if actor else None
    period.save(update_fields=["state", "known_at", "submitted_by"])
    values = _read(period, Indicator.objects.all())
    PeriodValue.objects.bulk_create(values)
    audit.record(actor, "insights.period.submit", period, values=_said(values))
    return period


def _read(period: Period, indicators: Iterable[Indicator]) -> list[PeriodValue]:
    rows = list(indicators)
    found = shares([period.organization_id], [row.definition for row in rows], AsOf(on=period.ends_on))
    values = []
    for row in rows:
        share = found[period.organization_id, row.definition]
        told = {name: getattr(row, name) for name in COPIED}
        values.append(PeriodValue(period=period, indicator=row, counted=share.counted, over=share.over, **told))
    return values


def _said(values: Iterable[PeriodValue]) -> dict[str, list[int | None]]:
    return {value.indicator.code: [value.counted, value.over] for value in values}


@whole
def approve_period(period: Period, *, actor: Actor | None) -> Period:
    """Approve for the unit above, or at the root by a second person; from then on the figures are locked."""
    period = _locked(period)
    require_approver(period, actor)
    advance(period, PeriodState.APPROVED, PERIOD_TRANSITIONS, field="state")
    period.approved_at, period.approved_by_id = clock.now().at, actor.pk if actor else None
    period.save(update_fields=["state", "approved_at", "approved_by"])
    values = period.values.select_related("indicator")
    Lock.objects.bulk_create(Lock(value=value, digest=value.digest, period=period) for value in values)
    audit.record(actor, "insights.period.approve", period, values=_said(values))
    return period


def require_approver(period: Period, actor: Actor | None) -> None:
    """The unit above approves; at the root, where there is none, a colleague of who submitted."""
    above = period.organization.parent or period.organization
    access.require(actor, APPROVE, above)
    if actor is not None and actor.pk == period.submitted_by_id:
        raise NotPermitted(
            _("Who submitted the figures does not approve them."), remedy=_("Ask a colleague of the unit above.")
        )


@whole
def return_period(period: Period, *, reason: str, actor: Actor | None) -> Period:
    """Give the figures back for another submission; what was read is dropped, the history keeps it."""
    period = _locked(period)
    require_approver(period, actor)
    if not reason.strip():
        raise InvalidInput(_("Say why, so that it can be mended."), field="reason")
    advance(period, PeriodState.OPEN, PERIOD_TRANSITIONS, field="state")
    period.values.all().delete()
    period.known_at, period.submitted_by = None, None
    period.save(update_fields=["state", "known_at", "submitted_by"])
    audit.record(actor, "insights.period.return", period, reason=reason)
    return period


@whole
def correct_period(period: Period, *, reason: str, actor: Actor | None) -> Period:
    """Begin a new version beside an approved one, which stays as it is."""
    period = _locked(period)
    access.require(actor, REPORT, period.organization)
    if not reason.strip():
        raise InvalidInput(_("Say what is corrected, and why."), field="reason")
    if period.state != PeriodState.APPROVED:
        raise DomainError(
            _("Only an approved report is corrected."), remedy=_("This one can still be changed."), code="not-approved"
        )
    if Period.objects.filter(supersedes=period).exists():
        raise DomainError(
            _("There is a correction of this report already."),
            remedy=_("Correct the latest version."),
            code="corrected",
        )
    made: Period = Period.objects.create(
        organization=period.organization, organization_path=period.organization_path, ends_on=period.ends_on,
        version=period.version + 1, supersedes=period, reason=reason.strip(),
    )  # fmt: skip
    audit.record(actor, "insights.period.correct", made, reason=reason, version=made.version)
    return made


def _locked(period: Period) -> Period:
    rows = Period.objects.select_for_update(of=["self"]).select_related("organization__parent")
    locked: Period = rows.get(pk=period.pk)
    return locked
