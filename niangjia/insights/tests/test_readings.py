"""What indicators come to: for any unit and any day, as known on any day, in a fixed number of queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.coverage import services as coverage
from niangjia.insights.models import Indicator
from niangjia.insights.queries import cockpit, readings
from niangjia.insights.queries.readings import NOW, AsOf
from niangjia.insights.rates import Share
from niangjia.insights.tests.register import STATE, cover, make_employer, make_park, recorded_on
from niangjia.members.models import Occupation
from niangjia.members.tests.factories import make_member
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.services import move_organization
from niangjia.org.tests.factories import make_organization, make_tree

pytestmark = pytest.mark.django_db


def share(code: str, unit: Organization, as_of: AsOf = NOW) -> Share:
    definition = Indicator.objects.get(code=code).definition
    return readings.shares([unit.pk], [definition], as_of)[unit.pk, definition]


def test_each_shipped_indicator_counts_what_its_measure_says() -> None:
    tree = make_tree()
    make_employer(tree.unit, workers=150, covered=True)
    make_employer(tree.unit, workers=1_200)
    make_employer(tree.unit, workers=30, covered=True)
    make_employer(tree.sibling, workers=100, ownership=STATE, covered=True)
    make_employer(tree.sibling, workers=None)
    make_park(tree.unit, reached=True)
    make_park(tree.sibling, reached=False)
    make_organization(tree.district, code="BJ-XC-JR", kind=Kind.ASSOCIATION, level=Level.DISTRICT)
    make_member(tree.primary, occupation=Occupation.objects.create(name="快递员", new_employment=True))
    make_member(tree.primary)
    found = {one.code: share(one.code, tree.district) for one in Indicator.objects.all()}
    assert found == {
        "unionised-100": Share(2, 3),
        "unionised-all": Share(3, 5),
        "unionised-25": Share(3, 4),
        "unionised-non-public": Share(2, 4),
        "units-covered": Share(0),
        "parks": Share(1, 2),
        "communities": Share(0, 0),
        "buildings": Share(0, 0),
        "enrolment-covered": Share(2, 280),
        "enrolment-all": Share(2, 1_480),
        "members-new-employment": Share(1),
        "industry-federations": Share(1),
    }


def test_a_past_day_is_told_as_it_was_known_and_as_corrected_since() -> None:
    tree, today = make_tree(), timezone.localdate()
    day = today - timedelta(days=300)
    with recorded_on(day):
        one = make_employer(tree.unit, on=day)
        make_employer(tree.unit, covered=True, on=day)
    cover(one, tree.unit, on=day + timedelta(days=1))
    asked = day + timedelta(days=10)
    assert share("unionised-100", tree.district, AsOf(asked, asked)) == Share(1, 2)
    assert share("unionised-100", tree.district, AsOf(asked)) == Share(2, 2)
    assert share("unionised-100", tree.district, AsOf(None, asked)) == Share(1, 2)
    assert share("unionised-100", tree.district) == Share(2, 2)
    assert share("unionised-100", tree.district, AsOf(day - timedelta(days=1))) == Share(0, 0)


def test_the_trend_ends_each_month_and_follows_the_knowledge_of_a_day() -> None:
    tree, today = make_tree(), timezone.localdate()
    ends = cockpit.month_ends(today, 4)
    with recorded_on(ends[0]):
        one = make_employer(tree.unit, on=ends[0])
    cover(one, tree.unit, on=ends[1])
    definition = Indicator.objects.get(code="unionised-100").definition
    told = [readings.trend(tree.district.pk, definition, ends[:-1], as_of) for as_of in (NOW, AsOf(None, ends[2]))]
    assert told[0] == [Share(0, 1), Share(1, 1), Share(1, 1)]
    assert told[1] == [Share(0, 1), Share(0, 1), Share(0, 1)]


def test_members_are_counted_where_their_union_hung_on_that_day() -> None:
    tree, today = make_tree(), timezone.localdate()
    member = make_member(tree.primary, joined_on=date(2025, 6, 1))
    elsewhere = make_organization(tree.elsewhere, code="BJ-CP-1", level=Level.SUBDISTRICT)
    move_organization(tree.primary, to=elsewhere, on=today - timedelta(days=5), actor=None)
    code = "enrolment-all"
    assert [share(code, unit).counted for unit in (tree.district, tree.elsewhere)] == [0, 1]
    before = AsOf(today - timedelta(days=10))
    assert [share(code, unit, before).counted for unit in (tree.district, tree.elsewhere)] == [1, 0]
    assert share(code, tree.city, AsOf(date(2025, 5, 31))).counted == 0
    assert member.state == "active"


def test_a_breakdown_adds_up_to_the_whole() -> None:
    tree = make_tree()
    for workers, ownership, covered in ((150, "170", True), (150, "110", False), (2_000, "170", False)):
        make_employer(tree.unit, workers=workers, ownership=ownership, covered=covered)
    definition = Indicator.objects.get(code="unionised-all").definition
    for column in definition.dimensions:
        parts = readings.broken_down(tree.district.pk, definition, column, NOW)
        assert sum(part.counted for part in parts.values()) == 1
        assert sum(part.over or 0 for part in parts.values()) == 3
    assert readings.broken_down(tree.district.pk, definition, "kind", NOW) == {
        "170": Share(1, 2), "110": Share(0, 1)
    }  # fmt: skip


def test_the_cockpit_asks_as_often_for_three_units_below_as_for_one() -> None:
    city = make_organization(None, code="BJ", level=Level.PROVINCE)
    counts = []
    for number in range(3):
        district = make_organization(city, code=f"BJ-{number}", level=Level.DISTRICT)
        make_employer(district, covered=bool(number))
        if number == 1:
            continue
        with CaptureQueriesContext(connection) as asked:
            found = cockpit.cockpit(city, AsOf(), today=timezone.localdate())
        assert found is not None
        assert len(found.tiles) == number + 1
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_month_ends_go_back_from_the_day() -> None:
    assert cockpit.month_ends(date(2026, 3, 15), 3) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15)]


def test_a_closed_employer_is_due_no_longer() -> None:
    tree = make_tree()
    one = make_employer(tree.unit)
    coverage.close_employer(one, on=timezone.localdate(), actor=None)
    assert share("unionised-100", tree.district) == Share(0, 0)
