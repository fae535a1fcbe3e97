"""ID numbers, phones, names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core import cleaning, id_numbers, phones
from niangjia.core.id_numbers import Fault, IdNumberWrong

DAYS = st.dates(date(1900, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("case", "text", "fault"),
    [
        ("too short", "11010519491231002", Fault.LENGTH),
        ("too long", "11010519491231002XX", Fault.LENGTH),
        ("empty", "", Fault.LENGTH),
        ("a letter inside", "1101051949A231002X", Fault.CHARACTERS),
        ("a letter at the end that is not X", "11010519491231002Y", Fault.CHARACTERS),
        ("Arabic digits", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", Fault.CHARACTERS),
        ("a thirteenth month", "110105194913310025", Fault.BIRTH_DATE),
        ("29 February of no leap year", "110105190002290023", Fault.BIRTH_DATE),
        ("born before 1900", "110105189912310023", Fault.BIRTH_DATE),
        ("fifteen with a letter", "11010549123100X", Fault.CHARACTERS),
        ("fifteen with no day", "110105491331002", Fault.BIRTH_DATE),
    ],
)
def test_what_is_no_id_number_is_refused_by_its_fault(case: str, text: str, fault: Fault) -> None:
    with pytest.raises(IdNumberWrong) as wrong:
        id_numbers.parse(text)
    assert wrong.value.fault == fault, case


def test_the_example_of_the_standard_is_read() -> None:
    number = id_numbers.parse("11010519491231002x")
    assert (number.text, number.birth_on, number.sex) == ("11010519491231002X", date(1949, 12, 31), "f")
    assert (number.tail, number.has_known_area) == ("002X", True)


def test_fifteen_digits_become_eighteen() -> None:
    assert id_numbers.parse("110105491231002").text == "11010519491231002X"


def test_an_unknown_area_is_no_fault() -> None:
    first = "99010519491231002"
    assert not id_numbers.parse(first + id_numbers.check_character(first)).has_known_area


@given(area=st.integers(100000, 999999), day=DAYS, serial=st.integers(0, 999), wrong=st.integers(0, 10))
def test_exactly_one_check_character_fits(area: int, day: date, serial: int, wrong: int) -> None:
    first = f"{area}{day:%Y%m%d}{serial:03}"
    fitting = id_numbers.check_character(first)
    number = id_numbers.parse(first + fitting)
    assert (number.birth_on, number.sex) == (day, "m" if serial % 2 else "f")
    other = "0123456789X"[wrong]
    if other != fitting:
        with pytest.raises(IdNumberWrong) as refused:
            id_numbers.parse(first + other)
        assert (refused.value.fault, refused.value.expected) == (Fault.CHECK, fitting)


@given(day=DAYS, serial=st.integers(0, 999), at=st.integers(0, 16), digit=st.integers(0, 9))
def test_one_mistyped_digit_is_always_seen(day: date, serial: int, at: int, digit: int) -> None:
    first = f"110102{day:%Y%m%d}{serial:03}"
    text = first + id_numbers.check_character(first)
    if text[at] != str(digit):
        with pytest.raises(IdNumberWrong):
            id_numbers.parse(text[:at] + str(digit) + text[at + 1 :])


@pytest.mark.parametrize(
    ("text", "normal", "mobile"),
    [
        ("13812345678", "13812345678", True),
        (" 138-1234-5678 ", "13812345678", True),
        ("+86 138 1234 5678", "13812345678", True),
        ("8613812345678", "13812345678", True),
        ("008613812345678", "13812345678", True),
        ("１３８１２３４５６７８", "13812345678", True),
        ("12812345678", "12812345678", False),
        ("010-63012351", "01063012351", False),
        ("1381234567", "1381234567", False),
        ("", "", False),
    ],
)
def test_a_phone_is_brought_to_eleven_digits(text: str, normal: str, mobile: bool) -> None:
    assert phones.normal(text) == normal
    assert phones.is_mobile(normal) is mobile


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 张\u3000三 ", "张三"),
        ("张\u200b三", "张三"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("Anna  Schmidt", "Anna Schmidt"),
        ("Ａnna", "Anna"),
    ],
)
def test_a_name_is_brought_to_one_spelling(text: str, name: str) -> None:
    assert cleaning.person_name(text) == name


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert cleaning.tidy(cleaning.tidy(text)) == cleaning.tidy(text)
