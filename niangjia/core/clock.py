"""The database's clock: one for all machines, by which what is recorded is dated."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.core.errors import InvalidInput


class Moment(NamedTuple):
    """A moment, and the day that it falls on here."""

    at: datetime
    on: date


def now() -> Moment:
    """Whoever orders what is recorded asks after taking the lock, so that later is also written down as later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return Moment(at, timezone.localdate(at))


def day_come(on: date | None, moment: Moment, *, field: str = "on") -> date:
    """``on``, or today where no day is named; a day still to come is refused."""
    if on is not None and on > moment.on:
        raise InvalidInput(_("This day is still to come."), field=field, remedy=_("Enter it when it has come."))
    return on or moment.on
