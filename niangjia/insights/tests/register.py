"""A register for tests: employers and workplaces of a unit, entered by the services, on days of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import count
from unittest.mock import patch

from django.utils import timezone

from niangjia.core import clock
from niangjia.coverage import services
from niangjia.coverage.models import Employer, PlaceKind, ReachedHow, Workplace
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.tests.factories import make_organization

PRIVATE, STATE = "170", "110"
SINCE = date(2024, 1, 1)
_numbers = count(1)


@contextmanager
def recorded_on(day: date) -> Iterator[None]:
    """What is written inside becomes known on ``day``."""
    at = timezone.make_aware(datetime.combine(day, time(12)))
    with patch.object(clock, "now", lambda: clock.Moment(at, day)):
        yield


def make_employer(
    unit: Organization, *, workers: int | None = 150, ownership: str = PRIVATE, covered: bool = False, on: date = SINCE
) -> Employer:
    """One employer in the area of ``unit``, with a union of its own if it is ``covered``."""
    employer = services.create_employer(
        organization=unit, name=f"青桐{next(_numbers)}公司", workers=workers, ownership=ownership, on=on, actor=None
    )
    if covered:
        cover(employer, unit, on=on)
    return employer


def cover(employer: Employer, unit: Organization, *, on: date) -> None:
    number = next(_numbers)
    kind = {"kind": Kind.SINGLE, "level": Level.PRIMARY}
    union = make_organization(unit, code=f"{unit.code}-T{number}", name=f"青桐{number}工会", **kind)
    services.cover(employer, by=union, on=on, actor=None)


def make_park(unit: Organization, *, reached: bool, on: date = SINCE) -> Workplace:
    place = services.create_workplace(
        organization=unit, kind=PlaceKind.PARK, name=f"青桐{next(_numbers)}园", on=on, actor=None
    )
    if reached:
        services.reach(place, by=unit, how=ReachedHow.UNION, on=on, actor=None)
    return place
