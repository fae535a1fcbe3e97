"""The animal of a day, against the lunar calendar itself, from either first day of the year."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lunar_python import Solar

from niangjia.audiences import services
from niangjia.audiences.models import YearStart, ZodiacRule
from niangjia.audiences.permissions import DEFINE
from niangjia.audiences.tests.oracle import ANIMALS
from niangjia.audiences.zodiac import animal, first_days, year_start
from niangjia.core import catalogue
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.identity.tests.factories import holder
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

LAST = date(2100, 2, 3)


@pytest.fixture
def root() -> Organization:
    return make_tree().city


@pytest.fixture
def member(root: Organization) -> Member:
    return make_member(root)


def asked(member: Member, day: date | None, start: YearStart) -> str | None:
    Member.objects.filter(pk=member.pk).update(birth_on=day)
    found: str | None = Member.objects.values_list(animal("birth_on", start), flat=True).get(pk=member.pk)
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(date(1901, 2, 19), LAST) | st.integers(1902, 2099).map(lambda year: date(year, 2, 4)))
def test_any_day_has_the_animal_of_the_calendar(member: Member, day: date) -> None:
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    assert asked(member, day, YearStart.SPRING_FESTIVAL) == ANIMALS[lunar.getYearShengXiao()]
    assert asked(member, day, YearStart.START_OF_SPRING) == ANIMALS[lunar.getYearShengXiaoByLiChun()]


@pytest.mark.parametrize("start", YearStart)
def test_the_year_turns_on_its_first_day(member: Member, start: YearStart) -> None:
    turn = {YearStart.SPRING_FESTIVAL: date(2023, 1, 22), YearStart.START_OF_SPRING: date(2023, 2, 4)}[start]
    assert asked(member, turn - timedelta(days=1), start) == "tiger"
    assert asked(member, turn, start) == "rabbit"


@pytest.mark.parametrize("day", [None, date(1900, 5, 6), date(1901, 2, 3), date(2100, 2, 9), date(2150, 1, 1)])
def test_outside_the_table_nothing_is_known(member: Member, day: date | None) -> None:
    assert asked(member, day, YearStart.SPRING_FESTIVAL) is None


def test_the_table_knows_one_first_day_a_year() -> None:
    for start in YearStart:
        assert [day.year for day in first_days(start)] == list(range(1901, 2101))


def test_the_fact_takes_date_source_and_remedy_from_the_day_it_reads() -> None:
    fact = catalogue.registered()["zodiac"]
    assert (fact.dated, fact.source, fact.remedy, fact.nullable) == (None, "", "", True)
    assert [given.fact for given in fact.parameters] == ["member.birth_on"]


def test_by_custom_the_year_begins_at_spring_festival_until_a_rule_says_otherwise(root: Organization) -> None:
    today = timezone.localdate()
    assert year_start(today) == YearStart.SPRING_FESTIVAL
    services.set_year_start(
        year_start=YearStart.START_OF_SPRING, valid_from=date(2025, 1, 1), source="区总工会会议", actor=None
    )
    services.set_year_start(
        year_start=YearStart.SPRING_FESTIVAL, valid_from=date(2026, 1, 1), source="区总工会会议", actor=None
    )
    assert year_start(date(2024, 12, 31)) == YearStart.SPRING_FESTIVAL
    assert year_start(date(2025, 12, 31)) == YearStart.START_OF_SPRING
    assert year_start(date(2026, 1, 1)) == YearStart.SPRING_FESTIVAL


def test_a_day_that_is_settled_is_not_settled_again(root: Organization) -> None:
    later = {"year_start": YearStart.START_OF_SPRING, "source": "x", "actor": None}
    services.set_year_start(valid_from=date(2025, 1, 1), **later)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        services.set_year_start(valid_from=date(2025, 1, 1), **later)  # type: ignore[arg-type]
    assert list(ZodiacRule.objects.values_list("valid_from", "valid_to")) == [(date(2025, 1, 1), None)]


def test_only_who_writes_rules_for_the_whole_house_settles_it(root: Organization) -> None:
    said = {"year_start": YearStart.START_OF_SPRING, "valid_from": date(2025, 1, 1), "source": "x"}
    district = Organization.objects.get(code="BJ-XC")
    with pytest.raises(NotPermitted):
        services.set_year_start(**said, actor=holder(DEFINE, at=district))  # type: ignore[arg-type]
    assert ZodiacRule.objects.count() == 0
    made = services.set_year_start(**said, actor=holder(DEFINE, at=root, name="市干部"))  # type: ignore[arg-type]
    assert made.confirmed_by == "市干部"
