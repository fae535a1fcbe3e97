"""What an indicator may count: a table of wrong definitions with the place that each refusal names, and the words."""

from typing import Any

import pytest
from django.utils import translation

from niangjia.core.errors import InvalidInput
from niangjia.insights import telling
from niangjia.insights.definitions import SUBJECTS, Part, check, read

ALL = {"subject": "employer", "of": "number", "where": {}}
COVERED = {"subject": "employer", "of": "number", "where": {"state": [1, 2]}}


def employers(**where: Any) -> dict[str, Any]:
    return {"subject": "employer", "of": "number", "where": where}


@pytest.mark.parametrize(
    ("case", "numerator", "denominator", "dimensions", "place"),
    [
        ("nothing at all", {}, None, [], "numerator"),
        ("a text", "employer", None, [], "numerator"),
        ("a key too many", {**ALL, "having": {}}, None, [], "numerator"),
        ("an unknown subject", {**ALL, "subject": "dog"}, None, [], "numerator.subject"),
        ("a subject that is no text", {**ALL, "subject": ["employer"]}, None, [], "numerator.subject"),
        ("workers of workplaces", {**ALL, "subject": "workplace", "of": "workers"}, None, [], "numerator.of"),
        ("filters that are a list", {**ALL, "where": []}, None, [], "numerator.where"),
        ("an unknown column", employers(colour=["red"]), None, [], "numerator.where.colour"),
        ("a column of another subject", {**ALL, "subject": "workplace", "where": {"size": [1]}}, None, [],
         "numerator.where.size"),
        ("no value", employers(size=[]), None, [], "numerator.where.size"),
        ("one value outside a list", employers(size=3), None, [], "numerator.where.size"),
        ("an unknown value", employers(size=[9]), None, [], "numerator.where.size"),
        ("a number as text", employers(size=["3"]), None, [], "numerator.where.size"),
        ("yes for one", employers(state=[True]), None, [], "numerator.where.state"),
        ("a list as a value", employers(kind=[["170"]]), None, [], "numerator.where.kind"),
        ("wrong below", ALL, {**ALL, "subject": "dog"}, [], "denominator.subject"),
        ("units over workers", COVERED, {**ALL, "of": "workers"}, [], "denominator.of"),
        ("more above than below", COVERED, employers(size=[3, 4]), [], "numerator.where.size"),
        ("values not below", employers(size=[2, 3]), employers(size=[3, 4]), [], "numerator.where.size"),
        ("broken down by its state", COVERED, ALL, ["state"], "dimensions"),
        ("broken down by what it has not", {**ALL, "subject": "workplace"}, None, ["size"], "dimensions"),
        ("two subjects broken down", {**ALL, "subject": "member"}, {**ALL, "of": "workers"}, ["kind"], "dimensions"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused_at_its_place(
    case: str, numerator: Any, denominator: Any, dimensions: list[str], place: str
) -> None:
    with translation.override("en"), pytest.raises(InvalidInput) as refused:
        check(numerator, denominator, dimensions)
    assert refused.value.field == place.partition(".")[0], case
    assert str(refused.value.message).startswith(place), case
    assert refused.value.remedy, case


@pytest.mark.parametrize(
    ("numerator", "denominator", "dimensions"),
    [
        (COVERED, ALL, ["kind", "branch", "size"]),
        (employers(state=[1, 2], size=[3, 4]), employers(size=[3, 4]), ["kind"]),
        ({"subject": "member", "of": "number", "where": {}}, {**ALL, "of": "workers"}, []),
        ({"subject": "union", "of": "number", "where": {"kind": ["association"]}}, None, ["branch"]),
    ],
)
def test_what_is_checked_is_read_back_as_it_was(numerator: Any, denominator: Any, dimensions: list[str]) -> None:
    found = check(numerator, denominator, dimensions)
    assert found == read(numerator, denominator, dimensions)
    assert found.numerator.data == numerator
    assert (found.denominator and found.denominator.data) == denominator


def test_a_part_is_narrowed_only_to_what_it_counts() -> None:
    part = Part("employer", "number", (("size", (3, 4)),))
    assert part.narrowed("size", 3) == Part("employer", "number", (("size", (3,)),))
    assert part.narrowed("kind", "170") == Part("employer", "number", (("kind", ("170",)), ("size", (3, 4))))
    assert part.narrowed("size", 1) is None


def test_every_value_has_words() -> None:
    for name, subject in SUBJECTS.items():
        for column, known in subject.columns.items():
            for value in known.choices:
                assert telling.value_name(name, column, value), (name, column, value)


def test_an_officer_can_read_what_is_counted() -> None:
    found = check(employers(state=[1, 2], size=[3, 4]), employers(size=[3, 4]), ["kind"])
    with translation.override("zh-hans"):
        words = dict(telling.definition(found))
    assert "100至999人" in words["分子"]
    assert words["分母"].endswith("1,000人及以上")
    assert "经济类型" in words["可细分为"]
