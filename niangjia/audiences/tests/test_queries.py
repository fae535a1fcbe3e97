"""Count, first, single check and words: for those who may look, of those they may see."""

from typing import Any

import pytest
from django.utils.translation import override

from niangjia.audiences import queries
from niangjia.audiences.models import RuleVersion
from niangjia.audiences.permissions import VIEW
from niangjia.audiences.tests.factories import make_rule
from niangjia.core.errors import NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.members.models import Member, MemberState
from niangjia.members.permissions import VIEW as MEMBERS
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(tree: Tree) -> dict[str, Member]:
    where = {
        "会员甲": tree.unit,
        "会员乙": tree.primary,
        "会员丙": tree.sibling,
        "会员丁": tree.elsewhere,
        "会员戊": tree.unit,
    }
    made = {name: make_member(unit, name=name) for name, unit in where.items()}
    Member.objects.filter(name="会员戊").update(state=MemberState.DECEASED)
    made["会员戊"].refresh_from_db()
    return made


def test_considered_are_the_live_members_of_the_unit_and_below(tree: Tree, people: dict[str, Member]) -> None:
    version = make_rule(tree.city)
    counts = {unit.code: queries.count(version, unit, None) for unit in vars(tree).values()}
    assert counts == {"BJ": 4, "BJ-XC": 3, "BJ-XC-TQ": 2, "BJ-XC-TQ-1": 1, "BJ-XC-TRT": 1, "BJ-CP": 1}


@pytest.mark.parametrize(
    ("permissions", "where", "count", "first"),
    [
        ([VIEW, MEMBERS], "unit", 2, ["会员乙", "会员甲"]),
        ([VIEW, MEMBERS], "district", 2, ["会员乙", "会员甲"]),
        ([VIEW], "unit", 0, []),
    ],
)
def test_the_count_counts_whom_the_list_would_show(
    tree: Tree, people: dict[str, Member], permissions: list[str], where: str, count: int, first: list[str]
) -> None:
    reader = holder(*permissions, at=getattr(tree, where))
    version = make_rule(tree.unit)
    assert queries.count(version, tree.unit, reader) == count
    assert sorted(member.name for member in queries.first(version, tree.unit, reader)) == sorted(first)


def test_an_officer_below_sees_her_own_part_only_where_she_may_look(tree: Tree, people: dict[str, Member]) -> None:
    reader = holder(VIEW, at=tree.district)
    below = holder(MEMBERS, at=tree.primary)
    version = make_rule(tree.unit)
    with pytest.raises(NotPermitted):
        queries.count(version, tree.unit, below)
    assert queries.count(version, tree.unit, reader) == 0


READS: list[Any] = [
    lambda version, member, tree, reader: queries.count(version, tree.unit, reader),
    lambda version, member, tree, reader: queries.first(version, tree.unit, reader),
    lambda version, member, tree, reader: queries.explain(version, member, reader),
]


@pytest.mark.parametrize("read", READS)
def test_who_may_not_look_is_refused(tree: Tree, people: dict[str, Member], read: Any) -> None:
    version, cast = make_rule(tree.unit), make_cast(tree, VIEW, MEMBERS)
    for actor in (cast.elsewhere, cast.nobody, cast.member, holder(MEMBERS, at=tree.unit)):
        with pytest.raises(NotPermitted):
            read(version, people["会员甲"], tree, actor)
    for may in (cast.officer, cast.above, None):
        assert read(version, people["会员甲"], tree, may)


def explained(version: RuleVersion, member: Member, **more: Any) -> list[tuple[str, bool | None, str]]:
    with override("en"):
        clauses = queries.explain(version, member, None, **more).clauses
    return [(clause.text, clause.met, clause.found) for clause in clauses]


def test_each_clause_with_the_value_found(tree: Tree, people: dict[str, Member]) -> None:
    version = make_rule(tree.unit, '!member.on_duty_festival && member.joined_on <= date("2020-03-01")')
    Member.objects.filter(name="会员乙").update(on_duty_festival=True)
    assert explained(version, people["会员乙"]) == [
        ("Does not stay on duty over the festival", False, "yes"),
        ("Day of joining is on or before 1 Mar 2020", True, "1 Mar 2020"),
    ]
    with override("en"):
        clause = queries.explain(version, people["会员乙"], None).unmet[0]
    assert clause.remedy == "If this is wrong, ask your union to correct it."


@pytest.mark.parametrize(
    ("name", "found"), [("会员丙", "陶然亭街道总工会, Active member"), ("会员戊", "天桥街道总工会, Deceased")]
)
def test_who_is_not_considered_reads_that_first(tree: Tree, people: dict[str, Member], name: str, found: str) -> None:
    assert explained(make_rule(tree.unit), people[name]) == [
        ("Live member of 天桥街道总工会 or a union below it", False, found),
        ("Everybody", True, ""),
    ]
    assert queries.explain(make_rule(tree.unit), people[name], None).eligible is False


def test_the_unit_considered_may_be_another_than_the_rules(tree: Tree, people: dict[str, Member]) -> None:
    assert queries.explain(make_rule(tree.unit), people["会员丙"], None, organization=tree.district).eligible is True


ELDER = (
    'member.state in ["active", "pooled"] && (member.sex == "f" || member.age_on(date("2026-01-01")) >= 60)'
    " && !member.new_employment"
)
ELDER_CHINESE = (
    "同时符合以下条件：（1）会籍状态为在册会员或周转库；（2）性别为女，或者2026年1月1日时的周岁年龄不小于 60；"
    "（3）不是新就业形态劳动者。"
)
ELDER_ENGLISH = (
    "All of these conditions are met: (1) State of membership is one of Active member or In the holding pool; "
    "(2) Sex is Female, or Age on 1 Jan 2026 is at least 60; (3) Does not work in a new form of employment."
)
WORDS = [
    ("true", "所有人。", "Everybody."),
    (
        'member.under("BJ-XC-TQ")',
        "会籍在天桥街道总工会或其下级工会。",
        "Membership is in 天桥街道总工会 or a union below it.",
    ),
    (ELDER, ELDER_CHINESE, ELDER_ENGLISH),
    (
        'member.sex == "f" || (member.birth_on.known && zodiac(member.birth_on) != "rabbit")',
        "性别为女，或者（出生日期已登记，并且属相不是兔）。",
        "Sex is Female, or (Day of birth is known, and Zodiac animal is not Rabbit).",
    ),
]


@pytest.mark.parametrize(("source", "chinese", "english"), WORDS)
def test_the_rule_in_words_for_a_notice(tree: Tree, source: str, chinese: str, english: str) -> None:
    version = make_rule(tree.unit, source)
    with override("zh-hans"):
        assert queries.words(version) == chinese
    with override("en"):
        assert queries.words(version) == english
