"""Which union covers an employer, and in which workplace it stands."""

from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, clock
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.histories import clear, put
from niangjia.core.transactions import whole
from niangjia.coverage import tallies
from niangjia.coverage.models import Coverage, Employer, Inside, Status, Subject, Workplace
from niangjia.coverage.permissions import MANAGE
from niangjia.coverage.unions import HOW
from niangjia.org.models import Organization


@whole
def cover(employer: Employer, *, by: Organization, actor: Actor | None, on: date | None = None) -> Coverage:
    """``by`` covers the employer since ``on``, or from today, instead of whichever union did; on a past day, until the
    day of which something else is known already."""
    access.require(actor, MANAGE, employer.organization_path)
    access.require(actor, MANAGE, by)
    moment = tallies.hold()
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    on = clock.day_come(on, moment)
    _require_open(employer, on)
    how = HOW.get(by.kind)
    if how is None or by.closed_on:
        raise InvalidInput(
            _("%(name)s does not cover employers.") % {"name": by},
            field="by",
            remedy=_("Choose a primary union that is open, a joint, an industrial or a regional one."),
        )
    closed = employer.versions.known().filter(valid_from__gt=on).exclude(status=Status.OPEN).first()
    limit = closed.valid_from if closed else None
    rows = Coverage.objects.filter(employer=employer)
    with tallies.kept(Subject.EMPLOYER, [employer.pk], moment):
        made: Coverage = put(rows, on, at=moment.at, limit=limit, employer=employer, union=by, how=how)
    audit.record(actor, "coverage.employer.cover", employer, on=on, union=by.code, how=how)
    return made


def _require_open(employer: Employer, on: date) -> None:
    held = employer.versions.known().on(on).first()
    if held is None:
        raise InvalidInput(_("The register knows this employer only since a later day."), field="on")
    if held.status != Status.OPEN:
        raise DomainError(_("%(name)s was closed on that day.") % {"name": employer}, code="closed")


@whole
def uncover(employer: Employer, *, on: date, reason: str, actor: Actor | None) -> None:
    """No union covers the employer since ``on``, until the day of which something else is known already."""
    access.require(actor, MANAGE, employer.organization_path)
    moment = tallies.hold()
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    clock.day_come(on, moment)
    rows = Coverage.objects.filter(employer=employer)
    held = rows.known().on(on).first()
    if held is None:
        raise DomainError(_("No union covered %(name)s on that day.") % {"name": employer}, code="not-covered")
    with tallies.kept(Subject.EMPLOYER, [employer.pk], moment):
        clear(rows, on, held.valid_to, at=moment.at)
    audit.record(actor, "coverage.employer.uncover", employer, on=on, reason=reason)


@whole
def place_employer(
    employer: Employer, *, inside: Workplace | None, actor: Actor | None, on: date | None = None
) -> None:
    """The employer stands in a workplace, or in none, since ``on`` or from today."""
    access.require(actor, MANAGE, employer.organization_path)
    moment = tallies.hold()
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    on = clock.day_come(on, moment)
    rows = Inside.objects.filter(employer=employer)
    if inside:
        put(rows, on, at=moment.at, employer=employer, workplace=inside)
    else:
        clear(rows, on, at=moment.at)
    audit.record(actor, "coverage.employer.place", employer, on=on, inside=str(inside or ""))
