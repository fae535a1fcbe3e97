"""The rules of terms and elections: one row for each number and day; what differs is warned of, never blocked."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.formation import checks, first_rules, rules, services
from niangjia.formation.days import months_later, years_later
from niangjia.formation.models import Election, PostKind, Postponement, RuleName, RuleRow
from niangjia.formation.permissions import MANAGE
from niangjia.formation.rules import RuleUnknown
from niangjia.formation.services import Band, Stood
from niangjia.formation.tests.factories import DAY, founding_at, make_founding, make_term, plan, talk
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

TRY = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
DAYS = st.dates(first_rules.FROM, date(2100, 1, 1))
NUMBERS = st.integers(0, 2_000_000)


@TRY
@given(name=st.sampled_from(list(RuleName)), members=NUMBERS, on=DAYS)
def test_a_number_and_a_day_pick_exactly_one_row(name: RuleName, members: int, on: date) -> None:
    rows = [row for row in RuleRow.objects.on(on).filter(name=name) if row.from_members <= members]
    found = [row for row in rows if row.to_members is None or members < row.to_members]
    assert len(found) == 1
    assert rules.value(name, on=on, members=members) == found[0]


@TRY
@given(
    starts=st.lists(st.integers(1, 60_000), min_size=0, max_size=6, unique=True),
    days=st.lists(st.integers(1, 8_000), min_size=1, max_size=4, unique=True),
    members=NUMBERS,
    on=DAYS,
)
def test_it_stays_so_whatever_is_written_down(starts: list[int], days: list[int], members: int, on: date) -> None:
    """A slow obvious model beside it: the latest table that has begun, in it the last band that has begun."""
    with transaction.atomic():
        make_tree()
        model = [(first_rules.FROM, None)]
        for number, offset in enumerate(sorted(days)):
            valid_from = first_rules.FROM + timedelta(days=offset)
            bands = [Band(from_members=start, least=number * 100 + place) for place, start in enumerate([0, *starts])]
            services.set_rule(RuleName.DELEGATES, bands, valid_from=valid_from, source="章程", actor=None)
            model.append((valid_from, bands))  # type: ignore[arg-type]
        bands = [table for begins, table in model if begins <= on][-1]  # type: ignore[assignment]
        row = rules.value(RuleName.DELEGATES, on=on, members=members)
        if bands is not None:
            wanted = max((band for band in bands if band.from_members <= members), key=lambda band: band.from_members)
            assert row.least == wanted.least
        transaction.set_rollback(True)


def test_before_the_first_day_there_is_no_rule() -> None:
    with pytest.raises(RuleUnknown):
        rules.value(RuleName.WOMEN, on=first_rules.FROM - timedelta(days=1))


def test_the_database_lets_no_two_rows_hold_at_once() -> None:
    row = RuleRow.objects.get(name=RuleName.COMMITTEE_SIZE, from_members=25)
    for changes in ({"from_members": 100, "to_members": 150}, {"from_members": 200, "to_members": None}):
        fields = {"name": row.name, "least": 1, "valid_from": row.valid_from, "source": "x"} | changes
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleRow.objects.create(**fields)


@pytest.mark.parametrize(
    ("case", "bands", "field"),
    [
        ("no band", [], "bands"),
        ("not from nought", [Band(from_members=5, least=3)], "bands"),
        ("two from one number", [Band(least=3), Band(least=5)], "bands"),
        ("the other way round", [Band(least=7, most=3)], "bands"),
        ("divided by nothing", [Band(least=7, per=0)], "bands"),
    ],
)
def test_a_table_with_gaps_is_refused(case: str, bands: list[Band], field: str) -> None:
    make_tree()
    before = RuleRow.objects.count()
    with pytest.raises(InvalidInput) as refused:
        services.set_rule(RuleName.COMMITTEE_SIZE, bands, valid_from=DAY, source="章程", actor=None)
    assert refused.value.field == field, case
    assert RuleRow.objects.count() == before


def test_a_rule_for_everybody_has_one_band_and_its_source() -> None:
    make_tree()
    two = [Band(least=3), Band(from_members=10, least=5)]
    for bands, source, field in ((two, "章程", "bands"), (two[:1], " ", "source")):
        with pytest.raises(InvalidInput) as refused:
            services.set_rule(RuleName.WOMEN, bands, valid_from=DAY, source=source, actor=None)
        assert refused.value.field == field
    services.set_rule(RuleName.WOMEN, two[:1], valid_from=DAY, source="章程", actor=None)
    with pytest.raises(InvalidInput) as late:
        services.set_rule(RuleName.WOMEN, two[:1], valid_from=DAY, source="章程", actor=None)
    assert late.value.field == "valid_from"
    assert [rules.value(RuleName.WOMEN, on=DAY - timedelta(days=days)).least for days in (0, 1)] == [3, 25]


def test_only_the_topmost_union_keeps_the_rules() -> None:
    tree = make_tree()
    band = [Band(least=30)]
    for _who, user in make_cast(tree, MANAGE):
        with pytest.raises(NotPermitted):
            services.set_rule(RuleName.WOMEN, band, valid_from=DAY, source="章程", actor=user)
    top = holder(MANAGE, at=tree.city)
    services.set_rule(RuleName.WOMEN, band, valid_from=DAY, source="章程", actor=top)
    entry = Entry.objects.get(action="formation.rule.set")
    assert (entry.actor_id, entry.organization_path, entry.data["bands"][0]["least"]) == (top.pk, tree.city.path, 30)


# Warnings ---------------------------------------------------------------------------------------------------------
GOOD = plan().candidates
WOMAN = Stood(post=PostKind.WOMEN_CHAIR, name="郑主任", votes=41, elected=True)


def voted(votes: int) -> list[Stood]:
    """The good election with so many votes for everybody who is elected."""
    return [
        Stood(post=one.post, name=one.name, votes=votes if one.elected else 0, elected=one.elected) for one in GOOD
    ]


@pytest.mark.parametrize(
    ("case", "changes", "said"),
    [
        ("everything kept", {}, []),
        ("33 of 50 is less than two thirds", {"attending": 33, "candidates": voted(30)}, ["实到 33 人，不足 2/3"]),
        ("34 of 50 is enough", {"attending": 34, "candidates": voted(30)}, []),
        ("25 of 50 is not more than half", {"candidates": voted(25)}, ["得票未超过应到人数的 1/2"]),
        ("23 of the 45 who came is", {"candidates": voted(23), "basis": "present"}, []),
        ("six for six", {"seats_committee": 6}, ["应选 6 人，候选人 6 人，差额应不少于 5%"]),
        ("eight seats", {"seats_committee": 8}, ["差额应不少于", "委员会设 8 人，按规定为 3–7 人"]),
        ("delegates of 50", {"by_delegates": True}, ["应召开会员大会"]),
        ("25 women", {"women": 25}, ["女会员 25 人，未设女职工委员会"]),
        ("25 women with their committee", {"women": 25, "seats_women": 1, "candidates": [*GOOD, WOMAN]}, []),
        ("four years", {"years": 4}, ["任期 4 年，按规定为 3 或 5 年"]),
        ("no audit", {"candidates": GOOD[:6]}, ["未选举经费审查委员会"]),
        ("no chair", {"candidates": GOOD[1:]}, ["差额应不少于 5%", "未选出主席"]),
        ("open ballot", {"secret": False}, ["未采用无记名投票"]),
        ("nothing declared", {"no_relatives": False}, ["近亲属"]),
    ],
)
def test_what_differs_from_a_rule_is_said_and_does_not_stop(
    case: str, changes: dict[str, Any], said: list[str], tree: Tree, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_FOLDER = tmp_path
    founding = founding_at("approved", tree.unit)
    services.record_election(founding, plan=plan(**changes), on=DAY + timedelta(days=40), actor=None)
    doubts = [doubt.text for doubt in checks.of_election(Election.objects.get())]
    assert len(doubts) == len(said), (case, doubts)
    for doubt, part in zip(doubts, said, strict=True):
        assert part in doubt
    services.report_result(founding, on=DAY + timedelta(days=40), actor=None)


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def test_delegates_are_counted_by_the_number_of_members(tree: Tree, settings: Any, tmp_path: Any) -> None:
    settings.FILES_FOLDER = tmp_path
    founding = founding_at("approved", tree.unit)
    big = {"members": 300, "by_delegates": True, "seats_committee": 7, "candidates": [*voted(30)]}
    more = [Stood(post=PostKind.MEMBER, name=f"委员{n}", votes=30, elected=True) for n in range(2)]
    for due, fits in ((39, False), (40, True), (60, True), (61, False)):
        changes = big | {"due": due, "attending": due, "candidates": [*voted(32), *more]}
        services.record_election(founding, plan=plan(**changes), on=DAY + timedelta(days=40), actor=None)
        doubts = [doubt.text for doubt in checks.of_election(Election.objects.get())]
        assert any("代表" in doubt for doubt in doubts) is not fits, due


def test_without_a_rule_the_warning_is_that_there_is_none(tree: Tree, settings: Any, tmp_path: Any) -> None:
    settings.FILES_FOLDER = tmp_path
    founding = founding_at("elected", tree.unit)
    del founding
    RuleRow.objects.filter(name=RuleName.ATTENDANCE).delete()
    doubts = [doubt.text for doubt in checks.of_election(Election.objects.get())]
    assert doubts == ["这一天没有登记这项规定：选举会议到会比例（占应到人数）。"]


def test_an_application_without_talks_is_warned_of(tree: Tree) -> None:
    case = make_founding(tree.unit, kind="joint", willing=0)
    said = [doubt.text for doubt in checks.of_founding(case)]
    assert [part[:6] for part in said] == ["尚未与这一方", "联合基层工会", "没有填写愿意"]
    talk(case, "employer", "declines")
    talk(case, "workers")
    assert checks.of_founding(case)[0].text == "尚未与这一方谈妥：用人单位。"


def test_a_postponement_of_more_than_half_a_year_is_warned_of(tree: Tree) -> None:
    term = make_term(tree.primary)
    for until, fits in ((date(2026, 9, 1), True), (date(2026, 9, 2), False)):
        asked = Postponement(term=term, until=until)
        assert (checks.of_postponement(asked, DAY) == []) is fits


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_and_years_are_counted_by_the_calendar(day: date, months: int, then: date) -> None:
    assert months_later(day, months) == then
    assert years_later(day, 3).year == day.year + 3
