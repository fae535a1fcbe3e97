"""A small tree of unions for tests, made by the services that people use."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from niangjia.org import services
from niangjia.org.models import Kind, Level, Organization

BELOW = {
    Level.PROVINCE: (Kind.FEDERATION, Level.DISTRICT),
    Level.DISTRICT: (Kind.FEDERATION, Level.SUBDISTRICT),
    Level.SUBDISTRICT: (Kind.SINGLE, Level.PRIMARY),
    Level.COMMUNITY: (Kind.SINGLE, Level.PRIMARY),
    Level.PRIMARY: (Kind.SINGLE, Level.PRIMARY),
}

_numbers = count(1)


def make_organization(parent: Organization | None, *, code: str = "", name: str = "", **fields: Any) -> Organization:
    """One organisation under ``parent``; what the test does not care about is filled in with what may hang there."""
    code = code or f"U{next(_numbers)}"
    kind, level = BELOW[Level(parent.level)] if parent else (Kind.FEDERATION, Level.SUBDISTRICT)
    fields = {"kind": kind, "level": level} | fields
    return services.create_organization(parent=parent, code=code, name=name or f"工会{code}", actor=None, **fields)


@dataclass
class Tree:
    """The city, two districts, two subdistricts in one of them, and a primary union."""

    city: Organization
    district: Organization
    unit: Organization
    primary: Organization
    sibling: Organization
    elsewhere: Organization


def make_tree() -> Tree:
    city = make_organization(None, code="BJ", name="北京市总工会", level=Level.PROVINCE)
    district = make_organization(city, code="BJ-XC", name="西城区总工会", level=Level.DISTRICT)
    unit = make_organization(district, code="BJ-XC-TQ", name="天桥街道总工会", short_name="天桥街道")
    return Tree(
        city=city,
        district=district,
        unit=unit,
        primary=make_organization(unit, code="BJ-XC-TQ-1", name="天桥剧场工会", kind=Kind.SINGLE, level=Level.PRIMARY),
        sibling=make_organization(district, code="BJ-XC-TRT", name="陶然亭街道总工会", short_name="陶然亭街道"),
        elsewhere=make_organization(city, code="BJ-CP", name="昌平区总工会", level=Level.DISTRICT),
    )
