"""The few people whom docs/demo.md knows by name: invented, with phones short enough to type."""

from dataclasses import replace
from datetime import date

from niangjia.core.id_numbers import check_character
from niangjia.demo.numbers import COUNTY_OF_CAST
from niangjia.demo.people import Person
from niangjia.demo.tree import NEIGHBOUR, UNIT, Layout
from niangjia.members.indexes import id_number_index


def _number(born: str, serial: str) -> str:
    first = f"11{COUNTY_OF_CAST}{born}{serial}"
    return first + check_character(first)


def _person(name: str, born: str, serial: str, phone: str, occupation: str, joined_on: date, duty: bool) -> Person:
    return Person(
        name=name, id_number=_number(born, serial), phone=phone, union="", employer=None, occupation=occupation,
        joined_on=joined_on, on_duty=duty,
    )  # fmt: skip


COURIER = _person("谭晓禾", "19960412", "021", "15400000001", "快递员", date(2023, 5, 8), duty=False)
GUARD = _person("郝建平", "19790906", "031", "15400000002", "保安员", date(2019, 3, 18), duty=True)
CLEANER = _person("苗玉兰", "19720228", "042", "", "保洁员", date(2017, 11, 2), duty=True)
NURSE = _person("贾文静", "19910723", "064", "15400000003", "护士", date(2021, 6, 1), duty=False)


HERE = (COURIER, GUARD, CLEANER)


def index(person: Person) -> bytes:
    """Under which the person is found in the register."""
    return id_number_index(person.id_number)


def here(layout: Layout) -> list[Person]:
    """Of Tianqiao: a courier who has not logged in yet, a guard who has, a cleaner without a phone."""
    return [
        _at(person, layout, UNIT, words)
        for person, words in zip(HERE, ("速递服务", "保安服务", "保洁服务"), strict=True)
    ]


def elsewhere(layout: Layout) -> list[Person]:
    """Of the neighbouring subdistrict: a nurse, to whom Tianqiao's gifts are not open."""
    return [_at(NURSE, layout, NEIGHBOUR, "医院")]


def _at(person: Person, layout: Layout, place: str, words: str) -> Person:
    """``person`` at the first employer of a trade in a place."""
    company = next(company for company in layout.companies_under(place) if company.trade.words == words)
    return replace(person, union=company.union, employer=company.number)
