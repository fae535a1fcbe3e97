"""Every fact about a member: its value, its source, its date, and the case that it is unknown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from niangjia.core import catalogue
from niangjia.coverage.models import Employer
from niangjia.members.facts import FACTS
from niangjia.members.models import Member, Membership, Occupation
from niangjia.members.tests.factories import make_member
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

UPDATED, RECORDED = date(2026, 1, 10), date(2026, 1, 5)
# What is asked, of a person with these fields, is answered so, known as of that day.
Case = tuple[str, tuple[Any, ...], dict[str, Any], Any, date]
KNOWN: list[Case] = [
    ("member.state", (), {"state": "pooled"}, "pooled", RECORDED),
    ("member.organization", (), {}, "BJ-XC-TQ-1", RECORDED),
    ("member.under", ("BJ-XC-TQ",), {}, True, RECORDED),
    ("member.under", ("BJ-XC-TRT",), {}, False, RECORDED),
    ("member.occupation", (), {"occupation": "保洁"}, "保洁", UPDATED),
    ("member.group", (), {"occupation": "保洁"}, "cleaner", UPDATED),
    ("member.group", (), {"occupation": "会计"}, "none", UPDATED),
    ("member.new_employment", (), {"occupation": "外卖"}, True, UPDATED),
    ("member.new_employment", (), {"occupation": "会计"}, False, UPDATED),
    ("member.on_duty_festival", (), {"on_duty_festival": False}, False, UPDATED),
    ("member.on_duty_festival", (), {"on_duty_festival": True}, True, UPDATED),
    ("member.birth_on", (), {"birth_on": date(1987, 2, 3)}, date(1987, 2, 3), UPDATED),
    ("member.age_on", (date(2026, 2, 2),), {"birth_on": date(1987, 2, 3)}, 38, UPDATED),
    ("member.age_on", (date(2026, 2, 3),), {"birth_on": date(1987, 2, 3)}, 39, UPDATED),
    ("member.age_on", (date(2025, 2, 28),), {"birth_on": date(2024, 2, 29)}, 0, UPDATED),
    ("member.age_on", (date(2025, 3, 1),), {"birth_on": date(2024, 2, 29)}, 1, UPDATED),
    ("member.sex", (), {"sex": "m"}, "m", UPDATED),
    ("member.joined_on", (), {"joined_on": date(2020, 3, 1)}, date(2020, 3, 1), RECORDED),
    ("member.employer", (), {"employer": "北京公交"}, "北京公交", UPDATED),
]
UNKNOWN: list[Case] = [
    ("member.occupation", (), {"occupation": None}, None, UPDATED),
    ("member.group", (), {"occupation": None}, None, UPDATED),
    ("member.new_employment", (), {"occupation": None}, None, UPDATED),
    ("member.on_duty_festival", (), {"on_duty_festival": None}, None, UPDATED),
    ("member.birth_on", (), {"birth_on": None}, None, UPDATED),
    ("member.age_on", (date(2026, 1, 1),), {"birth_on": None}, None, UPDATED),
    ("member.sex", (), {"sex": ""}, None, UPDATED),
    ("member.joined_on", (), {"joined_on": None}, None, RECORDED),
    ("member.employer", (), {"employer": None}, None, UPDATED),
]


def moment(day: date) -> datetime:
    """A quarter past midnight in Peking, which is still the day before in Greenwich."""
    return datetime(day.year, day.month, day.day, 0, 15, tzinfo=timezone.get_current_timezone())


@pytest.fixture
def unit() -> Organization:
    tree = make_tree()
    for name, group, new in [("保洁", "cleaner", False), ("会计", "", False), ("外卖", "delivery_rider", True)]:
        Occupation.objects.create(name=name, group=group, new_employment=new)
    Employer.objects.create(name="北京公交", organization=tree.unit, organization_path=tree.unit.path)
    return tree.primary


def make_person(unit: Organization, fields: dict[str, Any]) -> Member:
    """Somebody with exactly these fields, whose rows were last touched on two known days."""
    fields = dict(fields)
    for name, model in (("occupation", Occupation), ("employer", Employer)):
        if fields.get(name):
            fields[name] = model.objects.get(name=fields[name])
    member = make_member(unit)
    Member.objects.filter(pk=member.pk).update(**fields, updated_at=moment(UPDATED))
    Membership.objects.filter(member=member).update(recorded_at=moment(RECORDED))
    return member


def look(member: Member, name: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    fact = catalogue.registered()[name]
    assert fact.dated is not None
    show = fact.shown or fact.value
    columns = {"found": fact.value(*arguments), "displayed": show(*arguments), "known_on": fact.dated()}
    answer: dict[str, Any] = Member.objects.annotate(**columns).values(*columns).get(pk=member.pk)
    return answer


@pytest.mark.parametrize(("name", "arguments", "fields", "found", "known_on"), KNOWN + UNKNOWN)
def test_value_and_date(
    unit: Organization, name: str, arguments: tuple[Any, ...], fields: dict[str, Any], found: Any, known_on: date
) -> None:
    answer = look(make_person(unit, fields), name, arguments)
    assert answer["found"] is found or answer["found"] == found
    assert answer["known_on"] == known_on


def test_the_table_has_every_fact_known_and_every_nullable_one_unknown() -> None:
    assert {fact.name for fact in FACTS} == {name for name, *_rest in KNOWN}
    assert {fact.name for fact in FACTS if fact.nullable} == {name for name, *_rest in UNKNOWN}


def test_every_fact_is_registered_and_names_its_source() -> None:
    known = catalogue.registered()
    assert [fact.name for fact in FACTS if known.get(fact.name) is not fact] == []
    with override("en"):
        assert {str(fact.source) for fact in FACTS} == {"Register of members"}


def test_the_answer_under_is_shown_as_the_union_one_belongs_to(unit: Organization) -> None:
    assert look(make_person(unit, {}), "member.under", ("BJ-XC",))["displayed"] == "天桥剧场工会"


def test_the_date_is_that_of_the_membership_which_holds_now(unit: Organization) -> None:
    member = make_person(unit, {})
    first = Membership.objects.get(member=member)
    Membership.objects.filter(pk=first.pk).update(valid_to=first.valid_from + timedelta(days=9))
    later = Membership.objects.create(
        member=member,
        organization=unit,
        organization_path=unit.path,
        state="active",
        valid_from=first.valid_from + timedelta(days=9),
    )
    Membership.objects.filter(pk=later.pk).update(recorded_at=datetime(2026, 1, 8, tzinfo=UTC))
    assert look(member, "member.state", ())["known_on"] == date(2026, 1, 8)


def test_a_person_without_a_membership_row_is_dated_by_their_own(unit: Organization) -> None:
    member = make_person(unit, {})
    Membership.objects.filter(member=member).delete()
    assert look(member, "member.organization", ())["known_on"] == UPDATED


def test_choices_are_read_when_they_are_asked_for(unit: Organization) -> None:
    choices = catalogue.registered()["member.occupation"].choices
    assert choices is not None
    assert set(choices()) >= {"保洁", "会计", "外卖"}
    Occupation.objects.create(name="快递")
    assert "快递" in choices()
