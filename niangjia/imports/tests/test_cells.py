"""One case for each thing that can be said of a cell; and what is read from it."""

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from niangjia.core import id_numbers
from niangjia.imports.cells import BLANKS, Context, read_cell
from niangjia.imports.dates import EPOCH, read_date
from niangjia.imports.registry import Field, Kind
from niangjia.imports.verdicts import MESSAGES, Level, located, sentence
from niangjia.imports.wording import normal

UNITS = {normal(word): "天桥剧场工会" for word in ("天桥剧场工会", "天桥剧场")} | {
    normal("永安路社区工会"): "永安路社区工会"
}
TRADES = {normal("保安"): "保安员", normal("保安员"): "保安员", normal("网约送餐员"): "网约送餐员"}
CONTEXT = Context(date(2026, 1, 12), "天桥街道", {"f": UNITS, "t": TRADES})
GOOD = "11010519491231002X"
ONE = id_numbers.check_character("11019920300101002")

# kind, what stands in the cell, what is read, what is said
CASES: list[tuple[str, Kind, str, object, list[str]]] = [
    ("good number", Kind.ID_NUMBER, GOOD, GOOD, []),
    ("trailing x", Kind.ID_NUMBER, "11010519491231002x", GOOD, ["id-lower-x"]),
    ("full width", Kind.ID_NUMBER, "１１０１０５１９４９１２３１００２Ｘ", GOOD, ["widths"]),
    ("spaces inside", Kind.ID_NUMBER, "110105 19491231 002X", GOOD, ["invisible"]),
    ("invisible inside", Kind.ID_NUMBER, "110105\u200b19491231002X", GOOD, ["invisible"]),
    ("a direction mark in front", Kind.ID_NUMBER, "\u202a" + GOOD, GOOD, ["invisible"]),
    ("spaces around", Kind.ID_NUMBER, f"  {GOOD} ", GOOD, []),
    ("an apostrophe in front", Kind.ID_NUMBER, f"'{GOOD}", GOOD, []),
    ("fifteen digits", Kind.ID_NUMBER, "110105491231002", GOOD, ["id-fifteen"]),
    ("fifteen digits with a point", Kind.ID_NUMBER, "110105491231002.0", GOOD, ["number-point", "id-fifteen"]),
    ("wrong check", Kind.ID_NUMBER, "110105194912310021", None, ["id-check"]),
    ("digits lost in Excel", Kind.ID_NUMBER, "1.10108E+17", None, ["id-digits-lost"]),
    ("digits lost in CSV", Kind.ID_NUMBER, "1.1e+17", None, ["id-digits-lost"]),
    ("too short", Kind.ID_NUMBER, "1101051949123100", None, ["id-length"]),
    ("letters", Kind.ID_NUMBER, "11010519491231OO2X", None, ["id-characters"]),
    ("no such day", Kind.ID_NUMBER, "110105194913310021", None, ["id-birth-date"]),
    ("no such day of fifteen", Kind.ID_NUMBER, "110105491331002", None, ["id-birth-date"]),
    ("not yet born", Kind.ID_NUMBER, "11019920300101002" + ONE, None, ["id-future"]),
    ("unknown area", Kind.ID_NUMBER, "990105194912310023", "990105194912310023", ["id-area"]),
    ("empty", Kind.ID_NUMBER, "", None, []),
    ("a dash for nothing", Kind.ID_NUMBER, "—", None, []),
    ("name", Kind.PERSON_NAME, "王小明", "王小明", []),
    ("name with a space", Kind.PERSON_NAME, "王 明", "王明", ["invisible"]),
    ("name with a wide space", Kind.PERSON_NAME, "王\u3000明", "王明", ["invisible"]),
    ("Uyghur name", Kind.PERSON_NAME, "买买提•吐尔逊", "买买提·吐尔逊", []),
    ("foreign name", Kind.PERSON_NAME, "Anna Maria Schmidt", "Anna Maria Schmidt", []),
    ("rare character", Kind.PERSON_NAME, "王𬎆", "王𬎆", []),
    ("one character", Kind.PERSON_NAME, "王", None, ["name-shape"]),
    ("digits in a name", Kind.PERSON_NAME, "王小明2", None, ["name-shape"]),
    ("signs in a name", Kind.PERSON_NAME, "王小明（大）", "王小明(大)", ["widths", "name-signs"]),
    ("phone", Kind.PHONE, "13800000001", "13800000001", []),
    ("phone with country code", Kind.PHONE, "+86 138-0000-0001", "13800000001", []),
    ("phone in full width", Kind.PHONE, "１３８０００００００１", "13800000001", ["widths"]),
    ("phone with a point", Kind.PHONE, "13800000001.0", "13800000001", ["number-point"]),
    ("phone too short", Kind.PHONE, "1380000000", None, ["phone-shape"]),
    ("two phones", Kind.PHONE, "13800000001/13800000002", None, ["phone-shape"]),
    ("landline", Kind.PHONE, "010-63012351", None, ["phone-landline"]),
    ("landline without area", Kind.PHONE, "63012351", None, ["phone-landline"]),
    ("phone as a power", Kind.PHONE, "1.38E+10", None, ["phone-digits-lost"]),
    ("day", Kind.DATE, "2020-03-01", "2020-03-01", []),
    ("day with strokes and a time", Kind.DATE, "2020/3/1 8:30:00", "2020-03-01", []),
    ("day with points", Kind.DATE, "2020.3.1", "2020-03-01", []),
    ("Chinese day", Kind.DATE, "2020年3月1日", "2020-03-01", []),
    ("spaced Chinese day", Kind.DATE, "2020 年 3 月 1 日", "2020-03-01", []),
    ("Chinese numerals", Kind.DATE, "二〇二〇年十二月二十三日", "2020-12-23", []),
    ("eight digits", Kind.DATE, "20200301", "2020-03-01", []),
    ("Excel's count", Kind.DATE, "43891", "2020-03-01", ["date-serial"]),
    ("a month", Kind.DATE, "2020年3月", "2020-03-01", ["date-month"]),
    ("a month with a point", Kind.DATE, "2020.03", "2020-03-01", ["date-month"]),
    ("no day", Kind.DATE, "去年春天", None, ["date-shape"]),
    ("30 February", Kind.DATE, "2020-02-30", None, ["date-shape"]),
    ("tomorrow", Kind.DATE, "2026-01-13", None, ["date-unlikely"]),
    ("long ago", Kind.DATE, "1899-12-31", None, ["date-unlikely"]),
    ("woman", Kind.SEX, "女", "f", []),
    ("man", Kind.SEX, " Male ", "m", []),
    ("neither", Kind.SEX, "未知", None, ["sex-shape"]),
    ("yes", Kind.YES_NO, "√", True, []),
    ("no", Kind.YES_NO, "否", False, []),
    ("perhaps", Kind.YES_NO, "也许", None, ["yes-no-shape"]),
    ("union by its short name", Kind.ORGANIZATION, "天桥剧场", "天桥剧场工会", []),
    ("union misspelt", Kind.ORGANIZATION, "天桥剧院工会", None, ["unknown-organization-near"]),
    ("union unknown", Kind.ORGANIZATION, "上海造船厂", None, ["unknown-organization"]),
    ("trade by another word", Kind.TERM, "保安", "保安员", []),
    ("trade misspelt", Kind.TERM, "网约送歺员", None, ["unknown-term-near"]),
    ("trade unknown", Kind.TERM, "宇航", None, ["unknown-term"]),
    ("employer", Kind.EMPLOYER, " 天桥 物业 ", "天桥 物业", []),
    ("text", Kind.TEXT, "备 注", "备 注", []),
    ("text too long", Kind.TEXT, "长" * 201, None, ["too-long"]),
    ("formula", Kind.TEXT, '=HYPERLINK("http://x","点我")', None, ["formula"]),
    ("formula with plus", Kind.TEXT, "+1+cmd|' /C calc'!A0", None, ["formula"]),
    ("formula with minus", Kind.TEXT, "-2+3", None, ["formula"]),
    ("formula with at", Kind.PERSON_NAME, "@SUM(A1)", None, ["formula"]),
    ("formula behind a tab", Kind.TEXT, "\t=1+1", None, ["formula"]),
    ("formula behind a carriage return", Kind.EMPLOYER, "\r=1+1", None, ["formula"]),
    ("formula behind a space", Kind.ADDRESS, " =1+1", None, ["formula"]),
    ("formula in full width", Kind.TEXT, "＝1+1", "＝1+1", []),
]  # fmt: skip


@pytest.mark.parametrize(("case", "kind", "raw", "value", "codes"), CASES, ids=[case[0] for case in CASES])
def test_each_cell_is_read_and_judged(case: str, kind: Kind, raw: str, value: object, codes: list[str]) -> None:
    field = Field("t" if kind is Kind.TERM else "f", "某栏", kind)
    read, found = read_cell(field, raw, CONTEXT)
    assert (read, [one.code for one in found]) == (value, codes)
    assert (read is None) >= any(one.is_error for one in found)


@pytest.mark.parametrize("raw", ["", "  ", "\u3000", *sorted(BLANKS)])
def test_a_required_cell_must_not_be_empty(raw: str) -> None:
    value, found = read_cell(Field("f", "姓名", Kind.PERSON_NAME, required=True), raw, CONTEXT)
    assert (value, [one.code for one in found]) == (None, ["missing"])


def test_every_message_is_said_somewhere_and_reads_in_both_languages() -> None:
    said = {code for case in CASES for code in case[4]} | {"missing"}
    assert set(MESSAGES) - said == {"duplicate-in-file", "no-person"}  # of rows: tested with batches
    for language in ("zh-hans", "en"):
        with override(language):
            for code, message in MESSAGES.items():
                text = str(message.text)
                assert text.endswith(("。", ".")), (language, code)
                if language == "zh-hans":
                    assert any("\u3400" < letter < "\u9fff" for letter in text), code


def test_a_finding_names_row_column_fault_and_remedy() -> None:
    _value, found = read_cell(Field("id", "身份证号", Kind.ID_NUMBER), "110105194912310021", CONTEXT)
    with override("zh-hans"):
        words = located(12, "身份证号", sentence(found[0], MESSAGES))
    assert words == "第 12 行 身份证号：末位校验码应为 X，请核对证件。"
    assert found[0].level == Level.ERROR


def test_near_names_are_proposed_but_not_without_end() -> None:
    context = Context(date(2026, 1, 12), "天桥街道", {"f": UNITS})
    field = Field("f", "工会", Kind.ORGANIZATION)
    _value, found = read_cell(field, "天桥剧院工会", context)
    assert found[0].details["near"].startswith("天桥剧场工会")
    for number in range(400):
        read_cell(field, f"天桥剧院{number}工会", context)
    assert read_cell(field, "天桥戏院工会", context)[1][0].code == "unknown-organization"


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_from_every_shape(day: date) -> None:
    shapes = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ]
    for shape in shapes:
        found = read_date(shape)
        assert found is not None
        assert (found.on, found.how) == (day, "exact"), shape
    serial = (day - EPOCH).days
    if 367 <= serial < 80_000 and not 190_001 <= serial <= 209_912:
        counted = read_date(str(serial))
        assert counted is not None
        assert (counted.on, counted.how) == (day, "serial")


@given(st.sampled_from(list(Kind)), st.text(max_size=60))
def test_nothing_that_can_be_typed_breaks_the_check(kind: Kind, raw: str) -> None:
    field = Field("t" if kind is Kind.TERM else "f", "某栏", kind)
    value, found = read_cell(field, raw, CONTEXT)
    for one in found:
        assert sentence(one, MESSAGES)
    if isinstance(value, str) and kind in {Kind.ID_NUMBER, Kind.PHONE, Kind.DATE, Kind.SEX, Kind.PERSON_NAME}:
        assert read_cell(field, value, CONTEXT)[0] == value  # what was read reads the same again
