"""Ids, money, state changes and access, which need no database."""

import time
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db.models import TextChoices
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core import access
from niangjia.core.errors import DomainError, InvalidTransition, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.core.money import capitals, yuan
from niangjia.core.states import advance


def test_ids_are_of_version_seven_and_ascend() -> None:
    made = [uuid7() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(key.version, key.variant) for key in made} == {(7, "specified in RFC 4122")}


def test_an_id_carries_the_moment_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7().int >> 80
    assert before - 1 <= made <= time.time_ns() // 1_000_000 + 2


@pytest.mark.parametrize(
    ("fen", "figures", "words"),
    [
        (0, "¥0.00", "零元整"),
        (1, "¥0.01", "壹分"),
        (10, "¥0.10", "壹角整"),
        (100, "¥1.00", "壹元整"),
        (1_05, "¥1.05", "壹元零伍分"),
        (120_000, "¥1,200.00", "壹仟贰佰元整"),
        (120_050, "¥1,200.50", "壹仟贰佰元伍角整"),
        (1_000_000, "¥10,000.00", "壹万元整"),
        (1_000_100, "¥10,001.00", "壹万零壹元整"),
        (10_010_000, "¥100,100.00", "壹拾万零壹佰元整"),
        (100_000_000_00, "¥100,000,000.00", "壹亿元整"),
        (100_000_001_00, "¥100,000,001.00", "壹亿零壹元整"),
        (123_456_789_12, "¥123,456,789.12", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分"),
        (-1_200_00, "-¥1,200.00", "负壹仟贰佰元整"),
    ],
)
def test_money_reads_in_figures_and_in_capitals(fen: int, figures: str, words: str) -> None:
    assert yuan(fen) == figures
    assert capitals(fen) == words


UNITS = {"拾": 10, "佰": 100, "仟": 1_000}


def _read(words: str) -> int:
    """Whole yuan from capitals, the slow and obvious way."""
    total = group = digit = 0
    for sign in words.rstrip("整"):
        if sign in UNITS:
            group, digit = group + digit * UNITS[sign], 0
        elif sign in "万亿元":
            group += digit
            total = (total + group) * 100_000_000 if sign == "亿" else total + group * (10_000 if sign == "万" else 1)
            group = digit = 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
    return total


@given(st.integers(min_value=1, max_value=99_999_999_999))
def test_capitals_of_whole_yuan_read_back(number: int) -> None:
    assert _read(capitals(number * 100)) == number


class Light(TextChoices):
    RED = "red"
    GREEN = "green"


EDGES = {Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset[Light]()}


@dataclass
class Lamp:
    status: str = Light.RED


def test_a_state_advances_along_an_edge_and_nowhere_else() -> None:
    lamp = Lamp()
    advance(lamp, Light.GREEN, EDGES)
    assert lamp.status == Light.GREEN
    with pytest.raises(InvalidTransition) as refusal:
        advance(lamp, Light.RED, EDGES)
    assert lamp.status == Light.GREEN
    assert refusal.value.context == {"from": "green", "to": "red"}


@dataclass
class Person:
    held: dict[str, list[str]] = field(default_factory=dict)
    pk: UUID = field(default_factory=uuid7)
    is_authenticated: bool = True

    def paths(self, permission: str) -> list[str]:
        return self.held.get(permission, [])


@pytest.mark.parametrize(
    ("where", "allowed"),
    [("a.b.", True), ("a.b.c.", True), ("a.", False), ("a.x.", False), ("", False), ("a.bc.", False)],
)
def test_a_right_reaches_down_the_tree_and_not_sideways(where: str, allowed: bool) -> None:
    person = Person({"things.do": ["a.b."]})
    assert access.can(person, "things.do", where) is allowed
    assert not access.can(person, "things.see", where)
    if allowed:
        access.require(person, "things.do", where)
    else:
        with pytest.raises(NotPermitted):
            access.require(person, "things.do", where)


def test_the_system_may_do_everything() -> None:
    assert access.can(None, "things.do", "a.")


def test_a_refusal_reads_as_what_and_what_now() -> None:
    assert str(DomainError("It is closed.", remedy="Come tomorrow.")) == "It is closed. Come tomorrow."
