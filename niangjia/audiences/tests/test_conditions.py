"""The condition builder writes CEL and reads it back; what it cannot say it leaves to the engineer."""

from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.audiences import conditions
from niangjia.audiences.registry import RuleRefused
from niangjia.audiences.tree import parse
from niangjia.core import catalogue
from niangjia.core.catalogue import Kind

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
days = st.dates().map(str)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: words,
    Kind.CHOICE: words,
    Kind.PLACE: words,
    Kind.DATE: days,
    Kind.NUMBER: st.integers(-(2**63), 2**63 - 1),
}


@st.composite
def one(draw: st.DrawFn) -> dict[str, Any]:
    known = draw(st.sampled_from(list(catalogue.registered().values())))
    item: dict[str, Any] = {"fact": known.name}
    if (given := conditions.asked(known)) is not None:
        item["argument"] = draw(VALUES[given.kind])
    item["operator"] = operator = draw(st.sampled_from(conditions.operators(known)))
    if operator in conditions.LISTS:
        item["value"] = draw(st.lists(VALUES[known.kind], min_size=1, max_size=3))
    elif operator not in {*conditions.FLAGS, *conditions.KNOWLEDGE}:
        item["value"] = draw(VALUES[known.kind])
    return item


@st.composite
def normal(draw: st.DrawFn) -> dict[str, Any]:
    """Conditions in the form in which they are read back: a group within has two conditions and joins otherwise."""
    join = draw(st.sampled_from(["all", "any"]))
    inner = st.fixed_dictionaries(
        {"join": st.just("any" if join == "all" else "all"), "items": st.lists(one(), min_size=2, max_size=3)}
    )
    items = draw(st.lists(one() | inner, max_size=4))
    if len(items) == 1 and "items" in items[0]:
        return items[0]
    return {"join": join if len(items) > 1 else "all", "items": items}


@settings(deadline=None, max_examples=300)
@given(normal())
def test_what_is_written_is_read_back(written: dict[str, Any]) -> None:
    assert conditions.read(parse(conditions.write(written))) == written


@settings(deadline=None)
@given(st.lists(one(), min_size=2, max_size=3), st.sampled_from(["all", "any"]))
def test_a_group_of_the_same_kind_dissolves(items: list[dict[str, Any]], join: str) -> None:
    nested = {"join": join, "items": [items[0], {"join": join, "items": items[1:]}]}
    assert conditions.read(parse(conditions.write(nested))) == {"join": join, "items": items}


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("true", {"join": "all", "items": []}),
        ("false", None),
        (
            'member.sex == "f"',
            {"join": "all", "items": [{"fact": "member.sex", "operator": "one_of", "value": ["f"]}]},
        ),
        (
            '!(member.on_duty_festival && member.sex == "f")',
            {
                "join": "any",
                "items": [
                    {"fact": "member.on_duty_festival", "operator": "no"},
                    {"fact": "member.sex", "operator": "none_of", "value": ["f"]},
                ],
            },
        ),
        (
            'date("2026-01-01") > member.birth_on',
            {"join": "all", "items": [{"fact": "member.birth_on", "operator": "before", "value": "2026-01-01"}]},
        ),
        ("member.birth_on < member.joined_on", None),
        ('member.birth_on != date("2026-01-01")', None),
        ('member.employer.startsWith("北京")', None),
        ('member.employer in ["a", "b"]', None),
        ('zodiac(member.joined_on) == "rat"', None),
        ('zodiac(date("2026-01-01")) == "rat"', None),
        ('member.sex == "f" || (member.on_duty_festival && (member.new_employment || member.sex == "m"))', None),
    ],
)
def test_what_is_written_by_hand_is_read_where_there_are_words(source: str, read: dict[str, Any] | None) -> None:
    assert conditions.read(parse(source)) == read


@pytest.mark.parametrize(
    ("case", "wrong", "said"),
    [
        ("no join", {"items": []}, "A group of conditions needs “all” or “any”"),
        ("no items", {"join": "all"}, "A group of conditions needs “all” or “any”"),
        (
            "an empty group",
            {"join": "all", "items": [{"join": "any", "items": []}]},
            "A group of conditions is empty.",
        ),
        (
            "no fact",
            {"join": "all", "items": [{}]},
            "A condition asks for nothing yet. Choose what it asks for, or remove it.",
        ),
        ("an absent fact", {"join": "all", "items": [{"fact": "member.grade"}]}, "There is no fact “member.grade”."),
        (
            "an operator of another kind",
            {"join": "all", "items": [{"fact": "member.sex", "operator": "before"}]},
            "“Sex” has no operator “before”.",
        ),
        (
            "asking whether known what is always known",
            {"join": "all", "items": [{"fact": "member.state", "operator": "unknown"}]},
            "“State of membership” has no operator “unknown”.",
        ),
        (
            "no value",
            {"join": "all", "items": [{"fact": "member.sex", "operator": "one_of", "value": []}]},
            "The condition on “Sex” is not complete. Fill in its value, or remove it.",
        ),
        (
            "no day",
            {"join": "all", "items": [{"fact": "member.birth_on", "operator": "on", "value": "soon"}]},
            "The condition on “Day of birth” is not complete.",
        ),
        (
            "no number",
            {
                "join": "all",
                "items": [{"fact": "member.age_on", "argument": "2026-01-01", "operator": "less", "value": True}],
            },
            "The condition on “Age on a given day” is not complete.",
        ),
        (
            "no argument",
            {"join": "all", "items": [{"fact": "member.under", "operator": "yes"}]},
            "The condition on “Union of, or below” is not complete.",
        ),
        (
            "a group in a group",
            {"join": "all", "items": [{"join": "any", "items": [{"join": "all", "items": []}]}]},
            "A condition asks for nothing yet. Choose what it asks for, or remove it.",
        ),
    ],
)
def test_what_is_not_whole_is_refused(case: str, wrong: dict[str, Any], said: str) -> None:
    with override("en"), pytest.raises(RuleRefused) as refused:
        conditions.write(wrong)
    assert said in str(refused.value)
