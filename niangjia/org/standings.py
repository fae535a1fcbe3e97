"""The memory of the tree: what ``services`` change of a unit is kept here with its days, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.utils.translation import gettext as _

from niangjia.core.clock import Moment
from niangjia.core.errors import DomainError
from niangjia.core.histories import RememberedQuerySet, restate
from niangjia.org import queries
from niangjia.org.models import Organization, Standing
from niangjia.org.signals import unit_restated

REMEMBERED = ("name", "kind", "level")


class MoveRefused(DomainError):
    """The tree would no longer be a tree, or the unit is closed."""

    code = "move-refused"


def begin(unit: Organization, *, moment: Moment) -> None:
    """A unit hangs where it hangs since ever, and is open from its founding on."""
    days = [(None, unit.opened_on, False), (unit.opened_on, None, True)] if unit.opened_on else [(None, None, True)]
    with _told(unit, moment) as rows:
        rows.bulk_create([_standing(unit, since, until, is_open, moment) for since, until, is_open in days])


def _standing(unit: Organization, since: date | None, until: date | None, is_open: bool, moment: Moment) -> Standing:
    return Standing(
        unit=unit, parent=unit.parent, kind=unit.kind, level=unit.level, name=unit.name,
        is_open=is_open, valid_from=since, valid_to=until, recorded_at=moment.at,
    )  # fmt: skip


@contextmanager
def _told(unit: Organization, moment: Moment) -> Iterator[RememberedQuerySet]:
    """Whoever counts units hears what was believed of this one, and what is believed from now on."""
    rows = Standing.objects.filter(unit=unit)
    before = list(rows.known())
    yield rows
    after = list(rows.known())
    unit_restated.send(Organization, organization=unit, before=before, after=after, moment=moment)


def change(unit: Organization, *, since: date, moment: Moment) -> None:
    """From ``since`` on the unit is what its row now says."""
    facts = {name: getattr(unit, name) for name in REMEMBERED}
    with _told(unit, moment) as rows:
        restate(rows, since, at=moment.at, facts=facts)


def close(unit: Organization, *, since: date, moment: Moment) -> None:
    with _told(unit, moment) as rows:
        restate(rows, since, at=moment.at, facts={"is_open": False})


def reopen(unit: Organization, *, since: date, moment: Moment) -> None:
    with _told(unit, moment) as rows:
        restate(rows, since, at=moment.at, facts={"is_open": True})


def found(unit: Organization, *, moment: Moment) -> None:
    """The day of founding has become known, or another one."""
    with _told(unit, moment) as rows:
        first = rows.known().filter(valid_from=None).get()
        if not first.is_open:
            restate(rows, None, first.valid_to, at=moment.at, facts={"is_open": True})
        if unit.opened_on:
            restate(rows, None, unit.opened_on, at=moment.at, facts={"is_open": False})


def require_no_ring(unit: Organization, to: Organization, *, since: date) -> None:
    """On no day from ``since`` on may ``to`` hang under ``unit``, nor the unit hang elsewhere by a later move."""
    stretches = queries.reach([to.pk])[to.pk]
    if any(one.node == unit.pk and (one.until is None or one.until > since) for one in stretches):
        raise MoveRefused(
            _("On that day %(to)s hung under %(name)s.") % {"to": to, "name": unit}, remedy=_("Choose a later day.")
        )
    later = Standing.objects.filter(unit=unit).known().filter(valid_from__gt=since)
    if later.exclude(parent=unit.parent_id).exists() or _hung_elsewhere(unit, since):
        raise MoveRefused(
            _("%(name)s has moved since that day.") % {"name": unit},
            remedy=_("Choose a day after its last move."),
        )


def _hung_elsewhere(unit: Organization, on: date) -> bool:
    return Standing.objects.filter(unit=unit).known().on(on).exclude(parent=unit.parent_id).exists()


def move(unit: Organization, *, to: Organization, since: date, moment: Moment) -> None:
    """Who counts what hangs below hears of a move by ``unit_moved``, once all paths have followed."""
    restate(Standing.objects.filter(unit=unit), since, at=moment.at, facts={"parent_id": to.pk})
