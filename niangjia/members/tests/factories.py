"""Invented people for tests."""

from datetime import date
from itertools import count
from typing import Any

from niangjia.core import id_numbers
from niangjia.members import services
from niangjia.members.models import Member
from niangjia.org.models import Organization

TODAY = date(2026, 1, 12)
_numbers = count(1)


def make_id_number(*, born: date = date(1980, 5, 6), sex: str = "f", serial: int | None = None) -> str:
    """A number that holds, in an area that is assigned to nobody (110199)."""
    number = next(_numbers) if serial is None else serial
    serial = number * 2 % 1000 + (sex == "m")
    first = f"1101{90 + number // 500 % 10}{born:%Y%m%d}{serial:03}"
    return first + id_numbers.check_character(first)


def make_phone() -> str:
    return f"139{next(_numbers):08}"


def new_member(organization: Organization, **fields: Any) -> services.NewMember:
    """Somebody to enter; what the test does not care about is filled in."""
    known: dict[str, Any] = {"name": "王小明", "id_number": make_id_number(), "joined_on": date(2020, 3, 1)}
    return services.NewMember(organization=organization, **(known | fields))


def make_member(organization: Organization, **fields: Any) -> Member:
    """Somebody who is registered at ``organization``."""
    return services.register_member(new_member(organization, **fields), on=TODAY, actor=None)
