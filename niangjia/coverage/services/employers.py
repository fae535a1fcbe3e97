"""Entering employers, and what becomes of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, bulk, clock
from niangjia.core.access import Actor
from niangjia.core.clock import Moment
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.histories import Bound, clear, earlier, restate
from niangjia.core.transactions import whole
from niangjia.coverage import tallies
from niangjia.coverage.models import Coverage, Employer, EmployerVersion, Status, Subject
from niangjia.coverage.permissions import MANAGE
from niangjia.coverage.services.naming import NAME_LENGTH, checked_credit_code, employer_name
from niangjia.coverage.unions import how_covered
from niangjia.org.models import Organization

# What belongs together, and holds until something else is said of the same.
GROUPS = (
    ("workers", "workers_on", "workers_source", "dispatched", "new_employment"),
    ("name",),
    ("organization_id",),
    ("ownership",),
    ("industry",),
    ("status",),
)
PLAIN = ("address", "credit_code", "party_organization", "contact_name", "contact_phone")


@whole
def create_employer(
    *,
    organization: Organization,
    name: str,
    credit_code: str = "",
    on: date | None = None,
    covered_since: date | None = None,
    actor: Actor | None,
    **said: Any,
) -> Employer:
    """Enter an employer in the area of ``organization``, since ``on`` or from today; a name or code it has already is
    refused. One that is entered at a primary union is covered by it, since ``covered_since`` or from the same day."""
    access.require(actor, MANAGE, organization)
    moment = tallies.hold()
    organization = Organization.objects.get(pk=organization.pk)  # it may have moved until the tree was held
    employer = Employer(organization=organization, organization_path=organization.path, **said)
    employer.name, employer.credit_code = employer_name(name), checked_credit_code(credit_code)
    _require_name(employer)
    _require_code(employer)
    _require_numbers(employer)
    day = clock.day_come(on, moment)
    covered = clock.day_come(covered_since or day, moment, field="covered_since")
    since = min(day, covered)
    employer.save(force_insert=True)
    _version(employer, since, moment).save(force_insert=True)
    if coverage := _coverage(employer, covered, moment):
        coverage.save(force_insert=True)
    tallies.count_new(Subject.EMPLOYER, [employer.pk], moment)
    audit.record(actor, "coverage.employer.create", employer, on=since)
    return employer


def _require_name(employer: Employer) -> None:
    if not 2 <= len(employer.name) <= NAME_LENGTH:
        raise InvalidInput(_("The name of the employer must have 2 to 120 characters."), field="name")
    alike = Employer.objects.filter(organization=employer.organization_id, name=employer.name).exclude(pk=employer.pk)
    if alike.exists():
        raise InvalidInput(_("%(name)s is entered already.") % {"name": employer.name}, field="name")


def _require_code(employer: Employer) -> None:
    same = Employer.objects.filter(credit_code=employer.credit_code).exclude(pk=employer.pk)
    if employer.credit_code and same.exists():
        raise InvalidInput(_("Another employer has this credit code."), field="credit_code")


def _require_numbers(employer: Employer) -> None:
    for name in ("dispatched", "new_employment"):
        part = getattr(employer, name)
        if part is not None and employer.workers is not None and part > employer.workers:
            raise InvalidInput(_("These cannot be more than all workers."), field=name)


@dataclass(frozen=True, kw_only=True)
class NewEmployer:
    """One of many that are entered at once; ``on`` is since when it is there, ``covered_since`` since when covered."""

    organization: Organization
    name: str
    credit_code: str = ""
    ownership: str = ""
    industry: str = ""
    address: str = ""
    workers: int | None = None
    workers_on: date | None = None
    workers_source: str = ""
    on: date | None = None
    covered_since: date | None = None


@whole
def enter_employers(new: Sequence[NewEmployer], *, actor: Actor | None) -> list[Employer]:
    """``create_employer`` for many, in a few statements: all of them, or none where one breaks a rule."""
    moment = tallies.hold()
    units = Organization.objects.in_bulk({one.organization.pk for one in new})
    for unit in units.values():
        access.require(actor, MANAGE, unit)
    made = [_new(one, units[one.organization.pk]) for one in new]
    _require_unlike(made)
    bulk.copy_in(Employer, made)
    days = [_days(one, moment) for one in new]
    bulk.copy_in(EmployerVersion, [_version(one, since, moment) for one, (since, _on) in zip(made, days, strict=True)])
    covered = [_coverage(one, since, moment) for one, (_on, since) in zip(made, days, strict=True)]
    bulk.copy_in(Coverage, [one for one in covered if one])
    tallies.count_new(Subject.EMPLOYER, [one.pk for one in made], moment)
    audit.record_many(
        actor, "coverage.employer.create", [(one, {"on": since}) for one, (since, _on) in zip(made, days, strict=True)]
    )
    return made


def _new(one: NewEmployer, unit: Organization) -> Employer:
    said = {field.name: getattr(one, field.name) for field in fields(one) if field.name not in {"on", "covered_since"}}
    employer = Employer(**said | {"organization": unit, "organization_path": unit.path})
    employer.name, employer.credit_code = employer_name(one.name), checked_credit_code(one.credit_code)
    if not 2 <= len(employer.name) <= NAME_LENGTH:
        raise InvalidInput(_("The name of the employer must have 2 to 120 characters."), field="name")
    return employer


def _require_unlike(made: list[Employer]) -> None:
    """No two of them, nor one of them and one that is known, have the same code, or the same name at one unit."""
    codes = [one.credit_code for one in made if one.credit_code]
    if len(codes) > len(set(codes)) or Employer.objects.filter(credit_code__in=codes).exists():
        raise InvalidInput(_("Another employer has this credit code."), field="credit_code")
    names = Counter((one.organization_id, one.name) for one in made)
    known = Employer.objects.filter(name__in={name for _unit, name in names}).values_list("organization_id", "name")
    if twice := [
        name for (unit, name), number in (names + Counter(known)).items() if number > 1 and (unit, name) in names
    ]:
        raise InvalidInput(_("%(name)s is entered already.") % {"name": twice[0]}, field="name")


def _days(one: NewEmployer, moment: Moment) -> tuple[date, date]:
    """Since when it is there, and since when it is covered if it is entered at a primary union."""
    since = clock.day_come(one.on, moment)
    covered = clock.day_come(one.covered_since or since, moment, field="covered_since")
    return min(since, covered), covered


def _coverage(employer: Employer, since: date, moment: Moment) -> Coverage | None:
    union = employer.organization
    how = how_covered(union)
    if how is None:
        return None
    return Coverage(employer=employer, union=union, how=how, valid_from=since, recorded_at=moment.at)


def _version(employer: Employer, since: date, moment: Moment) -> EmployerVersion:
    said = {name: getattr(employer, name) for name in EmployerVersion.FACTS}
    return EmployerVersion(employer=employer, valid_from=since, recorded_at=moment.at, **said)


@whole
def get_or_create_employers(
    names: Iterable[str], *, organization: Organization, actor: Actor | None
) -> dict[str, Employer]:
    """Employers of ``organization`` and below by name, made at ``organization`` where none is known yet.

    Where two units below cover employers of one name, the one nearest to ``organization`` is meant.
    """
    wanted = {employer_name(name) for name in names} - {""}
    found = known_employers(wanted, organization)
    missing = sorted(wanted - found.keys())
    if too_long := [name for name in missing if len(name) > NAME_LENGTH]:
        raise InvalidInput(_("“%(name)s” is too long for the name of an employer.") % {"name": too_long[0]})
    if not missing:
        return found
    made = enter_employers([NewEmployer(organization=organization, name=name) for name in missing], actor=actor)
    return found | {employer.name: employer for employer in made}


def known_employers(names: set[str], organization: Organization) -> dict[str, Employer]:
    """Those of ``names`` that ``organization`` and the units below it cover."""
    rows = Employer.objects.filter(organization_path__startswith=organization.path, name__in=names)
    return {row.name: row for row in sorted(rows, key=lambda row: -len(row.organization_path))}


@whole
def change_employer(employer: Employer, *, actor: Actor | None, on: date | None = None, **changes: Any) -> Employer:
    """Say something else of an employer, since ``on`` or from today. On a past day it is a correction: it holds until
    something else of the same was said of a later day, and what was believed before stays in store."""
    access.require(actor, MANAGE, employer.organization_path)
    moment = tallies.hold()
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    on = clock.day_come(on, moment)
    changes = _cleaned(employer, actor, changes, on)
    told: dict[str, Any] = {}
    with tallies.kept(Subject.EMPLOYER, [employer.pk], moment):
        _extend(employer, on, moment)
        for group in GROUPS:
            said = {name: changes[name] for name in group if name in changes}
            if said and (differs := _said_otherwise(employer, on, said, moment)):
                told |= differs
    _refresh(employer, {name: changes[name] for name in PLAIN if name in changes})
    told |= {name: _shown(name, changes[name]) for name in PLAIN if name in changes}
    audit.record(actor, "coverage.employer.change", employer, on=on, changes=told)
    return employer


def _cleaned(employer: Employer, actor: Actor | None, changes: dict[str, Any], on: date) -> dict[str, Any]:
    """What is to be said, as it is kept; refused where it breaks a rule."""
    wanted = dict(changes)
    if "workers" in wanted:
        wanted.setdefault("workers_on", on)  # another number is not that of the old day
    if organization := wanted.pop("organization", None):
        access.require(actor, MANAGE, organization)
        wanted["organization_id"] = organization.pk
    if "name" in wanted:
        wanted["name"] = employer_name(wanted["name"])
    if "credit_code" in wanted:
        wanted["credit_code"] = checked_credit_code(wanted["credit_code"])
    for name, value in wanted.items():
        setattr(employer, name, value)
    _require_name(employer)
    _require_code(employer)
    _require_numbers(employer)
    return wanted


def _shown(name: str, value: Any) -> Any:
    """What the history of the house may hold of a change: nothing that is sealed."""
    return "…" if name.startswith("contact") else value


def _extend(employer: Employer, on: date, moment: Moment) -> None:
    """An employer of which something is said on an earlier day was there on that day."""
    first = employer.versions.known().order_by("valid_from").first()
    if first and on < first.valid_from:
        said = {name: getattr(first, name) for name in EmployerVersion.FACTS}
        EmployerVersion.objects.create(
            employer=employer, valid_from=on, valid_to=first.valid_from, recorded_at=moment.at, **said
        )


def _said_otherwise(employer: Employer, on: date, said: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """Restate one group of facts from ``on`` to the day on which it next changed; empty if it was so already."""
    rows = list(employer.versions.known().order_by("valid_from"))
    held = next(row for row in rows if row.valid_to is None or on < row.valid_to)
    differs = {name: [getattr(held, name), value] for name, value in said.items() if getattr(held, name) != value}
    if differs:
        restate(
            EmployerVersion.objects.filter(employer=employer), on, _until(rows, held, said), at=moment.at, facts=said
        )
    return differs


def _until(rows: list[EmployerVersion], held: EmployerVersion, said: dict[str, Any]) -> Bound:
    """When what ``held`` says was next said otherwise."""
    for row in rows:
        if earlier(held.valid_from, row.valid_from) and any(
            getattr(row, name) != getattr(held, name) for name in said
        ):
            return row.valid_from
    return None


def _refresh(employer: Employer, plain: dict[str, Any]) -> None:
    """The present is what the last version says."""
    last = employer.versions.known().get(valid_to=None)
    for name in EmployerVersion.FACTS:
        setattr(employer, name, getattr(last, name))
    employer.organization_path = Organization.objects.get(pk=last.organization_id).path
    for name, value in plain.items():
        setattr(employer, name, value)
    employer.save()


@whole
def close_employer(employer: Employer, *, on: date, actor: Actor | None, status: Status = Status.CLOSED) -> Employer:
    """An employer has ended, or is an empty shell: since ``on`` it is neither due to have a union nor covered."""
    access.require(actor, MANAGE, employer.organization_path)
    moment = tallies.hold()
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    if employer.status != Status.OPEN:
        raise DomainError(_("%(name)s is closed already.") % {"name": employer}, code="closed")
    clock.day_come(on, moment)
    _require_begun(employer, on)
    with tallies.kept(Subject.EMPLOYER, [employer.pk], moment):
        restate(EmployerVersion.objects.filter(employer=employer), on, at=moment.at, facts={"status": status})
        clear(Coverage.objects.filter(employer=employer), on, at=moment.at)
    _refresh(employer, {})
    audit.record(actor, "coverage.employer.close", employer, on=on, status=status)
    return employer


@whole
def reopen_employer(employer: Employer, *, actor: Actor | None, on: date | None = None) -> Employer:
    """It works again, since ``on`` or from today. Who covers it has to be said anew."""
    access.require(actor, MANAGE, employer.organization_path)
    moment = tallies.hold()
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    if employer.status == Status.OPEN:
        raise DomainError(_("%(name)s is open.") % {"name": employer}, code="open")
    on = clock.day_come(on, moment)
    _require_begun(employer, on)
    with tallies.kept(Subject.EMPLOYER, [employer.pk], moment):
        restate(EmployerVersion.objects.filter(employer=employer), on, at=moment.at, facts={"status": Status.OPEN})
    _refresh(employer, {})
    audit.record(actor, "coverage.employer.reopen", employer, on=on)
    return employer


def _require_begun(employer: Employer, on: date) -> None:
    first = employer.versions.known().order_by("valid_from").first()
    if first is None or on < first.valid_from:
        raise InvalidInput(_("The register knows this employer only since a later day."), field="on")
