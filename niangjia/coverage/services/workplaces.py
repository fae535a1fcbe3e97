"""Workplaces, and how unions reach them."""

from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, clock
from niangjia.core.access import Actor
from niangjia.core.cleaning import narrow, tidy
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.histories import clear, put, restate
from niangjia.core.transactions import whole
from niangjia.coverage import tallies
from niangjia.coverage.models import PlaceKind, Reach, ReachedHow, Subject, Workplace, WorkplaceVersion
from niangjia.coverage.permissions import MANAGE
from niangjia.org.models import Organization


@whole
def create_workplace(
    *,
    organization: Organization,
    kind: PlaceKind,
    name: str,
    code: str = "",
    address: str = "",
    on: date | None = None,
    actor: Actor | None,
) -> Workplace:
    """Enter a park, a community or a building in the area of ``organization``, since ``on`` or from today."""
    access.require(actor, MANAGE, organization)
    moment = tallies.hold()
    organization = Organization.objects.get(pk=organization.pk)  # it may have moved until the tree was held
    since = clock.day_come(on, moment)
    place = Workplace(organization=organization, organization_path=organization.path, kind=kind, code=tidy(code))
    place.name, place.address = tidy(narrow(name)), address
    _require_unknown(place)
    place.save(force_insert=True)
    WorkplaceVersion.objects.create(
        workplace=place, organization=organization, name=place.name, kind=kind, valid_from=since, recorded_at=moment.at
    )
    tallies.count_new(Subject.WORKPLACE, [place.pk], moment)
    audit.record(actor, "coverage.workplace.create", place, on=since)
    return place


def _require_unknown(place: Workplace) -> None:
    if len(place.name) < 2:
        raise InvalidInput(_("The name of the workplace must have 2 to 120 characters."), field="name")
    if Workplace.objects.filter(organization=place.organization_id, name=place.name).exists():
        raise InvalidInput(_("%(name)s is entered already.") % {"name": place.name}, field="name")
    if place.code and Workplace.objects.filter(code=place.code).exists():
        raise InvalidInput(_("Another workplace has this code."), field="code")


@whole
def close_workplace(workplace: Workplace, *, on: date, actor: Actor | None) -> Workplace:
    """It is no workplace any more since ``on``, and need not be reached."""
    access.require(actor, MANAGE, workplace.organization_path)
    moment = tallies.hold()
    workplace = _begun(workplace, on)
    clock.day_come(on, moment)
    if not workplace.is_open:
        raise DomainError(_("%(name)s is closed already.") % {"name": workplace}, code="closed")
    with tallies.kept(Subject.WORKPLACE, [workplace.pk], moment):
        versions = WorkplaceVersion.objects.filter(workplace=workplace)
        restate(versions, on, at=moment.at, facts={"is_open": False})
        clear(Reach.objects.filter(workplace=workplace), on, at=moment.at)
    workplace.is_open = False
    workplace.save(update_fields=["is_open"])
    audit.record(actor, "coverage.workplace.close", workplace, on=on)
    return workplace


def _begun(workplace: Workplace, on: date) -> Workplace:
    workplace = Workplace.objects.select_for_update().get(pk=workplace.pk)
    if not workplace.versions.known().on(on).exists():
        raise InvalidInput(_("The register knows this workplace only since a later day."), field="on")
    return workplace


@whole
def reach(
    workplace: Workplace, *, by: Organization, how: ReachedHow, actor: Actor | None, on: date | None = None
) -> Reach:
    """``by`` reaches the workplace since ``on`` or from today; on a past day, until the day of which something else is
    known already."""
    access.require(actor, MANAGE, workplace.organization_path)
    access.require(actor, MANAGE, by)
    moment = tallies.hold()
    on = clock.day_come(on, moment)
    workplace = _begun(workplace, on)
    if not workplace.versions.known().on(on).filter(is_open=True).exists():
        raise DomainError(_("%(name)s was closed on that day.") % {"name": workplace}, code="closed")
    rows = Reach.objects.filter(workplace=workplace)
    with tallies.kept(Subject.WORKPLACE, [workplace.pk], moment):
        made: Reach = put(rows, on, at=moment.at, workplace=workplace, union=by, how=how)
    audit.record(actor, "coverage.workplace.reach", workplace, on=on, union=by.code, how=how)
    return made


@whole
def unreach(workplace: Workplace, *, on: date, reason: str, actor: Actor | None) -> None:
    """Nobody reaches the workplace since ``on``, until the day of which something else is known already."""
    access.require(actor, MANAGE, workplace.organization_path)
    moment = tallies.hold()
    clock.day_come(on, moment)
    workplace = _begun(workplace, on)
    rows = Reach.objects.filter(workplace=workplace)
    held = rows.known().on(on).first()
    if held is None:
        raise DomainError(_("Nobody reached %(name)s on that day.") % {"name": workplace}, code="not-reached")
    with tallies.kept(Subject.WORKPLACE, [workplace.pk], moment):
        clear(rows, on, held.valid_to, at=moment.at)
    audit.record(actor, "coverage.workplace.unreach", workplace, on=on, reason=reason)
