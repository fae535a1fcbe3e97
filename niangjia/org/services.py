"""Writing the tree. Whoever changes its shape holds one advisory lock, so that two movers cannot make a ring."""

from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, clock
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.org import holds, positions, standings
from niangjia.org.models import Kind, Level, Organization, models_with_a_copy, new_label, placed
from niangjia.org.permissions import MANAGE
from niangjia.org.positions import Position
from niangjia.org.signals import unit_moved
from niangjia.org.standings import MoveRefused

LOCK = 0x6F72_6774  # the tree's advisory lock: "orgt"
CHANGEABLE = ("name", "short_name", "kind", "level", "phone", "address", "opened_on")
SHORT = 60  # letters of a short name


class StillNeeded(DomainError):
    """Something would be left without a home if the unit were closed."""

    code = "still-needed"


# A unit and what is said of it --------------------------------------------------------------------------------------
@whole
def create_organization(
    *, parent: Organization | None, code: str, name: str, actor: Actor | None, **fields: Any
) -> Organization:
    """Add an organisation under ``parent``; only the system makes the root. Raises ``InvalidInput`` on a used code."""
    access.require(actor, MANAGE, parent.path if parent else "")
    lock_tree()
    if Organization.objects.filter(code=code).exists():
        raise InvalidInput(_("The code %(code)s is in use.") % {"code": code}, field="code")
    parent = Organization.objects.get(pk=parent.pk) if parent else None
    if parent:
        _require_open(parent)
    _require_place(Position(Kind(fields["kind"]), Level(fields["level"])), parent)
    fields["short_name"] = fields.get("short_name") or name[:SHORT]
    made = Organization(parent=parent, label=new_label(), code=code, name=name, **fields)
    made.path, made.sort_key = placed(made, parent)
    moment = clock.now()
    clock.day_come(made.opened_on, moment, field="opened_on")
    made.save(force_insert=True)
    standings.begin(made, moment=moment)
    audit.record(actor, "org.organization.create", made, code=code)
    return made


@whole
def change_organization(
    organization: Organization, *, actor: Actor | None, on: date | None = None, **changes: Any
) -> Organization:
    """Set some of ``CHANGEABLE``, from the day ``on``, or from today. The code stays: rules, imports and programs
    call the unit by it."""
    access.require(actor, MANAGE, organization)
    lock_tree()
    organization = _locked(organization)
    before = {name: getattr(organization, name) for name in changes}
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.short_name = organization.short_name or organization.name[:SHORT]
    if {"kind", "level"} & changes.keys():
        _require_fit(organization)
    _require_days(organization)
    organization.save(update_fields=CHANGEABLE)
    _remember(organization, before, on)
    changed = {name: {"before": old, "after": getattr(organization, name)} for name, old in before.items()}
    if told := {name: pair for name, pair in changed.items() if pair["before"] != pair["after"]}:
        audit.record(actor, "org.organization.change", organization, changes=told)
    return organization


def _remember(organization: Organization, before: dict[str, Any], on: date | None) -> None:
    """What changed, with the days since when it holds."""
    moment = clock.now()
    on = clock.day_come(on, moment)
    changed = {name for name, old in before.items() if old != getattr(organization, name)}
    if changed & set(standings.REMEMBERED):
        standings.change(organization, since=on, moment=moment)
    if "opened_on" in changed:
        clock.day_come(organization.opened_on, moment, field="opened_on")
        standings.found(organization, moment=moment)


def _require_place(position: Position, parent: Organization | None) -> None:
    if wrong := positions.wrong_level(position):
        levels = "、".join(str(level.label) for level in Level if level in positions.LEVELS[position.kind])
        remedy = _("It stands on: %(levels)s.") % {"levels": levels}
        raise InvalidInput(wrong, field="level", code="wrong-level", remedy=remedy)
    if parent and (wrong := positions.wrong_place(position, positions.of(parent))):
        remedy = _("Choose another kind or another place.")
        raise InvalidInput(wrong, field="parent", code="wrong-place", remedy=remedy)


def _require_fit(organization: Organization) -> None:
    """What the unit now is must suit what it hangs under, and what hangs under it."""
    _require_place(positions.of(organization), organization.parent)
    for child in organization.children.live():
        if wrong := positions.wrong_place(positions.of(child), positions.of(organization)):
            raise InvalidInput(
                _("%(name)s hangs under it. %(why)s") % {"name": child, "why": wrong},
                field="kind",
                code="wrong-place",
                remedy=_("Move it elsewhere first."),
            )


def _require_days(organization: Organization) -> None:
    opened, closed = organization.opened_on, organization.closed_on
    if opened and closed and closed < opened:
        raise InvalidInput(_("It was closed before this day."), field="opened_on")


# Where it hangs -----------------------------------------------------------------------------------------------------
@whole
def move_organization(
    organization: Organization, *, to: Organization, actor: Actor | None, on: date | None = None
) -> Organization:
    """Hang ``organization`` with all below it under ``to``, since ``on`` or from today; every copied path follows in
    the same transaction."""
    lock_tree()
    organization = _locked(organization)
    to = Organization.objects.get(pk=to.pk)
    access.require(actor, MANAGE, organization)
    access.require(actor, MANAGE, to)
    _require_move(organization, to)
    moment = clock.now()
    on = clock.day_come(on, moment)
    standings.require_no_ring(organization, to, since=on)
    old_parent, old_path = organization.parent, organization.path
    _hang(organization, to)
    standings.move(organization, to=to, since=on, moment=moment)
    news = {"old_path": old_path, "new_path": organization.path, "old_parent": old_parent, "new_parent": to}
    unit_moved.send(Organization, organization=organization, **news, on=on, moment=moment)
    audit.record(actor, "org.organization.move", organization, old=old_path, new=organization.path, to=to.code, on=on)
    return organization


def _require_move(organization: Organization, to: Organization) -> None:
    if to.path.startswith(organization.path):
        raise MoveRefused(
            _("%(name)s cannot hang under itself.") % {"name": organization}, remedy=_("Choose a unit outside it.")
        )
    _require_open(to)
    _require_place(positions.of(organization), to)


def _hang(organization: Organization, to: Organization) -> None:
    """The unit, what is below it, and every copy of their paths."""
    old, old_key = organization.path, organization.sort_key
    new, new_key = placed(organization, to)
    Organization.objects.filter(pk=organization.pk).update(parent=to)
    below = Organization.objects.under(organization)
    below.update(path=_exchanged("path", old, new), sort_key=_exchanged("sort_key", old_key, new_key))
    for model in models_with_a_copy():
        copies = model._default_manager.filter(organization_path__startswith=old)
        copies.update(organization_path=_exchanged("organization_path", old, new))
    organization.refresh_from_db()


def _exchanged(field: str, old: str, new: str) -> Concat:
    """``field`` with another beginning."""
    return Concat(models.Value(new), Substr(field, len(old) + 1))


# Its end ------------------------------------------------------------------------------------------------------------
@whole
def close_organization(organization: Organization, *, on: date, actor: Actor | None) -> Organization:
    """End a unit that has no open unit below it and that nothing needs. Its cases stay where they are."""
    access.require(actor, MANAGE, organization)
    lock_tree()
    organization = _locked(organization)
    if organization.closed_on:
        raise DomainError(_("%(name)s is closed already.") % {"name": organization}, code="closed")
    if organization.children.live().exists():
        raise DomainError(
            _("%(name)s still has open units below it.") % {"name": organization},
            remedy=_("Close or move them first."),
            code="has-open-units",
        )
    if needed := holds.found(organization):
        raise StillNeeded(" ".join(map(str, needed)))
    moment = clock.now()
    clock.day_come(on, moment)
    if organization.opened_on and on < organization.opened_on:
        raise InvalidInput(_("The unit was founded after this day."), field="on")
    organization.closed_on = on
    organization.save(update_fields=["closed_on"])
    standings.close(organization, since=on, moment=moment)
    audit.record(actor, "org.organization.close", organization, on=on)
    return organization


@whole
def reopen_organization(organization: Organization, *, actor: Actor | None, on: date | None = None) -> Organization:
    """A closed unit is open again, since ``on`` or from today; from the day of its closing, it never was closed."""
    access.require(actor, MANAGE, organization)
    lock_tree()
    organization = _locked(organization)
    if organization.closed_on is None:
        raise DomainError(_("%(name)s is open.") % {"name": organization}, code="open")
    if organization.parent:
        _require_open(organization.parent)
    moment = clock.now()
    on = clock.day_come(on, moment)
    if on < organization.closed_on:
        raise InvalidInput(_("The unit was closed after this day."), field="on")
    before, organization.closed_on = organization.closed_on, None
    organization.save(update_fields=["closed_on"])
    standings.reopen(organization, since=on, moment=moment)
    audit.record(actor, "org.organization.reopen", organization, before=before)
    return organization


def _require_open(parent: Organization) -> None:
    if parent.closed_on:
        raise MoveRefused(_("%(name)s is closed.") % {"name": parent}, remedy=_("Choose a unit that is open."))


def _locked(organization: Organization) -> Organization:
    rows = Organization.objects.select_for_update(of=["self"]).select_related("parent")
    return rows.get(pk=organization.pk)


def lock_tree() -> None:
    """Hold the tree until the end of the transaction, to change it. Readers do not feel it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def keep_tree() -> None:
    """Until the end of the transaction nobody changes the tree; others may keep it too. Before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
