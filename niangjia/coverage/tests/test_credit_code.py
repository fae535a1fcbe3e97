"""Unified social credit codes: every one-character slip is found, and no kind of body is refused for its kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.coverage import credit_code
from niangjia.coverage.credit_code import ALPHABET, CreditCodeWrong, Fault, parse

SOUND = ("91350100M000100Y43", "81110102MC0000001U", "N2110114MF0000001W")


@pytest.mark.parametrize("code", SOUND)
def test_sound_codes_hold_however_they_are_typed(code: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    for typed in (code, code.lower(), f" {code[:8]} {code[8:]}\u200b", wide):
        assert parse(typed).text == code


@pytest.mark.parametrize(
    ("code", "authority", "kind", "division", "is_union", "is_village"),
    [
        (SOUND[0], "9", "1", "350100", False, False),
        (SOUND[1], "8", "1", "110102", True, False),
        (SOUND[2], "N", "2", "110114", False, True),
    ],
)
def test_a_code_says_who_registered_whom_and_where(
    code: str, authority: str, kind: str, division: str, is_union: bool, is_village: bool
) -> None:
    found = parse(code)
    assert (found.authority, found.kind, found.division) == (authority, kind, division)
    assert (found.is_union, found.is_village) == (is_union, is_village)


@pytest.mark.parametrize(
    ("case", "code", "fault", "expected"),
    [
        ("empty", "", Fault.LENGTH, ""),
        ("17 characters", SOUND[0][:17], Fault.LENGTH, ""),
        ("19 characters", SOUND[0] + "3", Fault.LENGTH, ""),
        ("a letter that looks like a digit", "9135O100M000100Y43", Fault.CHARACTERS, ""),
        ("Chinese", "统" * 18, Fault.CHARACTERS, ""),
        ("no such authority", "B1350100M000100Y43", Fault.AUTHORITY, ""),
        ("wrong check character", "91350100M000100Y44", Fault.CHECK, "3"),
    ],
)
def test_what_is_wrong_is_said(case: str, code: str, fault: Fault, expected: str) -> None:
    with pytest.raises(CreditCodeWrong) as refused:
        parse(code)
    assert (refused.value.fault, refused.value.expected) == (fault, expected), case


@given(
    st.text(ALPHABET, min_size=16, max_size=16),
    st.sampled_from("1589ANY"),
    st.integers(0, 17),
    st.sampled_from(ALPHABET),
)
def test_one_wrong_character_never_passes(rest: str, authority: str, place: int, other: str) -> None:
    first = authority + rest
    code = first + credit_code.check_character(first)
    assert parse(code).text == code
    if other != code[place]:
        with pytest.raises(CreditCodeWrong):
            parse(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(("body", "expected"), [("M000100Y", "4"), ("12345678", "8")])
def test_the_check_character_of_a_body_code(body: str, expected: str) -> None:
    assert credit_code.body_check_character(body) == expected
