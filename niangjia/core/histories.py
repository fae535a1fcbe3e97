"""What was true from when to when, and from when to when it was believed: rows are superseded, never changed."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Min, Q
from django.utils import timezone

from niangjia.core.models import Row

Bound = date | None  # as a beginning: since ever; as an end: still


def earlier(one: Bound, other: Bound) -> bool:
    """Whether the beginning ``one`` lies before ``other``."""
    return other is not None and (one is None or one < other)


def common(since: Bound, until: Bound, other_since: Bound, other_until: Bound) -> tuple[Bound, Bound] | None:
    """The days that two times have in common, end-exclusive."""
    begin = since if earlier(other_since, since) else other_since
    ends = [end for end in (until, other_until) if end is not None]
    end = min(ends) if ends else None
    return (begin, end) if begin is None or end is None or begin < end else None


class RememberedQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> Self:
        """What held on ``day``."""
        begun, lasting = Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day)
        return self.filter(begun, lasting)

    def known(self, on: date | None = None) -> Self:
        """What was believed when the day ``on`` ended; what is believed now where no day is named."""
        if on is None:
            return self.filter(superseded_at=None)
        end = day_after(on)
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gte=end), recorded_at__lt=end)

    def meeting(self, since: Bound, until: Bound) -> Self:
        """What held on some day of this time."""
        found = self.filter(Q(valid_to=None) | Q(valid_to__gt=since)) if since else self
        return found.filter(Q(valid_from=None) | Q(valid_from__lt=until)) if until else found


def day_after(on: date) -> datetime:
    """The moment at which the day ``on`` has ended here."""
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))


class Remembered(Row):
    """One thing that was said of a subject. ``SUBJECT`` names whose history it is, ``FACTS`` what is said."""

    SUBJECT: ClassVar[str]
    FACTS: ClassVar[tuple[str, ...]]

    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = RememberedQuerySet.as_manager()

    class Meta:
        abstract = True


def one_at_a_time(subject: str, name: str) -> ExclusionConstraint:
    """Of what is believed, one row at a time for each subject."""
    days = Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[(subject, RangeOperators.EQUAL), (days, RangeOperators.OVERLAPS)],
        condition=Q(superseded_at=None),
    )


def lasts_a_day(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name=name
    )


def restate(
    rows: RememberedQuerySet, since: Bound, until: Bound = None, *, at: datetime, facts: Mapping[str, Any]
) -> None:
    """Of this time, ``facts`` are now said beside what else was believed; what is superseded stays in store."""
    fresh = []
    for row in _superseded(rows, since, until, at):
        fresh += _outside(row, since, until, at)
        if shared := common(row.valid_from, row.valid_to, since, until):
            fresh.append(_copy(row, *shared, at, facts))
    rows.bulk_create(fresh)


def clear(rows: RememberedQuerySet, since: Bound, until: Bound = None, *, at: datetime) -> None:
    """Of this time, nothing is said any more."""
    gone = _superseded(rows, since, until, at)
    rows.bulk_create([part for row in gone for part in _outside(row, since, until, at)])


def put(rows: RememberedQuerySet, since: date, *, at: datetime, limit: Bound = None, **said: Any) -> Any:
    """Since this day something else is said, until the day of which a later row speaks, or ``limit``."""
    days = [limit, rows.known().filter(valid_from__gt=since).aggregate(first=Min("valid_from"))["first"]]
    until = min((day for day in days if day is not None), default=None)
    clear(rows, since, until, at=at)
    return rows.create(valid_from=since, valid_to=until, recorded_at=at, **said)


def _superseded(rows: RememberedQuerySet, since: Bound, until: Bound, at: datetime) -> list[Any]:
    found = list(rows.known().meeting(since, until))
    rows.filter(pk__in=[row.pk for row in found]).update(superseded_at=at)
    return found


def _outside(row: Remembered, since: Bound, until: Bound, at: datetime) -> list[Remembered]:
    """What ``row`` says of the days before and after a time."""
    parts = []
    if earlier(row.valid_from, since):
        parts.append(_copy(row, row.valid_from, since, at, {}))
    if until is not None and (row.valid_to is None or until < row.valid_to):
        parts.append(_copy(row, until, row.valid_to, at, {}))
    return parts


def _copy(row: Remembered, since: Bound, until: Bound, at: datetime, facts: Mapping[str, Any]) -> Remembered:
    said = {name: getattr(row, name) for name in (row.SUBJECT, *row.FACTS)} | dict(facts)
    return type(row)(valid_from=since, valid_to=until, recorded_at=at, **said)
