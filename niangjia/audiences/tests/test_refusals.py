"""A rule that cannot be meant is refused by name and place, in words; nothing is saved."""

import pytest
from django.utils.translation import override

from niangjia.audiences.models import Rule
from niangjia.audiences.registry import RuleRefused
from niangjia.audiences.tests.factories import make_rule
from niangjia.audiences.tree import LONGEST, MOST_TESTS
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.members.models import Occupation
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

REFUSED = [
    (
        "an absent fact",
        'member.ocupation == "x"',
        "There is no fact “member.ocupation”. Did you mean member.occupation?",
    ),
    ("an absent function", 'blessed("warm")', "There is no fact “blessed”. Choose one from the list of facts."),
    ("absent, and asked whether known", "member.brith_on.known", "There is no fact “member.brith_on”."),
    ("a function without brackets", "member.under", "“member.under” is a function: write its arguments in brackets."),
    ("a fact of another kind", 'member.birth_on < "2000-01-01"', "“<” cannot be applied to values of these kinds"),
    ("a fact that is no question", "member.state", "This is no condition. Compare it with a value."),
    (
        "a number that is no question",
        'member.age_on(date("2026-01-01"))',
        "This is no condition. Compare it with a value.",
    ),
    ("arithmetic", 'member.age_on(date("2026-01-01")) + 1 == 60', "“+” cannot be used in a rule."),
    ("if and else", "member.on_duty_festival ? true : false", "“?:” cannot be used in a rule."),
    ("a loop", "[1, 2].all(x, x > 0)", "“all, exists, map, filter” cannot be used in a rule."),
    ("a map", '{"a": 1}["a"] == 1', "cannot be used in a rule."),
    (
        "the macro has",
        "has(member.on_duty_festival)",
        "“has” cannot be used in a rule. Write member.on_duty_festival.known",
    ),
    ("two fixed values", '"a" == "a"', "Two fixed values are compared. Compare a fact with a value."),
    (
        "an order of words",
        'member.employer < "b"',
        "“Employer” has no order: only numbers and days can be compared so.",
    ),
    ("a list of nothing", "member.sex in []", "The list is empty. Name at least one value."),
    ("a list of facts", "member.sex in [member.state]", "A list can only hold fixed values."),
    ("a value in a fact", '"f" in [member.sex]', "“in” asks whether a fact is in a list."),
    (
        "a fraction",
        'member.age_on(date("2026-01-01")) < 1.5',
        "“<” cannot be applied to values of these kinds: int, double",
    ),
    ("null", "null == null", "Only text, whole numbers, days, true and false"),
    ("a search for a fact", "member.employer.contains(member.occupation)", "Only the text of a fact can be searched"),
    ("a search in fixed text", '"abc".contains("b")', "Only the text of a fact can be searched"),
    ("an impossible day", 'member.birth_on < date("2026-02-30")', "“2026-02-30” is no day. Write a day as date("),
    ("an impossible moment", 'member.birth_on < timestamp("x")', "“x” is no day."),
    ("an hour", 'member.birth_on < timestamp("2026-01-01T09:00:00Z")', "A rule knows days, not hours."),
    ("a comparison of comparisons", '(member.sex == "f") == (member.sex == "m")', "“==” cannot be used in a rule."),
    ("an unknown choice", 'member.state == "actve"', "“State of membership” cannot be “actve”. Did you mean active?"),
    ("an unknown animal", 'zodiac(member.birth_on) == "cat"', "“Zodiac animal” cannot be “cat”. Did you mean rat?"),
    ("an unknown organisation", 'member.under("BJ-XX")', "There is no organisation with the code “BJ-XX”."),
    (
        "text that cannot be stored",
        r'member.employer == "\000"',
        "“Employer” is compared with text that cannot be stored.",
    ),
    ("an open string", 'member.sex == "f', "Here something is missing or too much"),
    ("nothing", "", "Here something is missing or too much"),
    ("a number without end", 'member.age_on(date("2026-01-01")) < 99999999999999999999', "invalid int literal"),
    ("a rule without end", " && ".join(["true"] * LONGEST), "The rule is longer than 10000 characters."),
    ("too many conditions", " && ".join(["member.on_duty_festival"] * (MOST_TESTS + 1)), "more than 50 conditions"),
    ("half a character", 'member.employer == "\ud800"', "The rule holds characters that do not exist."),
]


@pytest.mark.parametrize(("case", "source", "said"), REFUSED, ids=[case for case, *_rest in REFUSED])
def test_it_is_refused_in_words(case: str, source: str, said: str) -> None:
    tree = make_tree()
    Occupation.objects.create(name="保洁")
    with override("en"), pytest.raises(InvalidInput) as refused:
        make_rule(tree.unit, source)
    assert said in str(refused.value)
    assert Rule.objects.count() == 0


PLACES = [
    ('member.state == "active" &&\n  member.sx == "f"', (2, 3)),
    ('member.state == "active" &&\n  1 == 2', (2, 5)),
    ("true && has(member.on_duty_festival)", (1, 9)),
    ('"张三" == member.employer && "b" < member.employer', (1, 32)),
    ("member.sex ==", (1, 14)),
]


@pytest.mark.parametrize(("source", "place"), PLACES)
def test_the_place_is_named(source: str, place: tuple[int, int]) -> None:
    with pytest.raises(RuleRefused) as refused:
        make_rule(make_tree().unit, source)
    assert (refused.value.line, refused.value.column) == place


def test_a_refusal_is_a_refusal_of_the_field_source() -> None:
    with pytest.raises(DomainError) as refused:
        make_rule(make_tree().unit, "nonsense")
    assert (refused.value.status, refused.value.code, refused.value.context) == (
        422,
        "rule-refused",
        {"field": "source"},
    )
