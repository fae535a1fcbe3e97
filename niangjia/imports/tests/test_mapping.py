"""Which column is which: by wording, by content, and by what was decided before."""

from pathlib import Path

import pytest

import niangjia
from niangjia.imports import mapping
from niangjia.imports.reading import Table, find_table
from niangjia.imports.tests.target import Guests
from niangjia.imports.wording import likeness, nearest, normal
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

HOUSE = Path(niangjia.__file__).parent
PEOPLE = [
    ("王小明", "11010519491231002X", "13800000001", "女", "天桥剧场工会", "天桥物业公司", "保安", "2020-03-01"),
    ("李红", "110105491231002", "13800000002", "男", "天桥剧场", "红桥市场", "保洁", "2019.5.6"),
    ("张三丰", "110105194912310021", "13800000003", "女", "陶然亭街道工会", "北京天桥医院", "护士", "2018年7月"),
    ("买买提·吐尔逊", "110199198805061234", "13800000004", "男", "", "天桥小学", "外卖骑手", "2020/1/1"),
]
NAMES = ("name", "id_number", "phone", "sex", "organization", "employer", "occupation", "joined_on")

# Headers that no source of the house names (the next test proves it), each with people below it.
UNSEEN = [
    ("本人姓名", "证件编码", "联系方式(手机)", "男女", "所属工会组织", "服务单位全称", "从事岗位", "加入工会的日子"),
    ("职工姓名*", "身份证号码（18位）", "手机 号码", "性 别", "工会组织名称", "就职企业", "干什么活", "进会年月日"),
    ("xingming", "shenfenzhenghao", "shoujihao", "xingbie", "suoshugonghui", "gongzuodanwei", "zhiye", "ruhuiriqi"),
    ("姓  名", "身分证號", "手机号吗", "姓别", "归属工会", "供职单位", "职业(岗位)", "入会曰期"),
    ("A", "B", "C", "D", "E", "F", "G", "入会日子"),
]  # fmt: skip
ORDERS = [range(8), range(7, -1, -1), (3, 6, 1, 0, 7, 2, 5, 4)]


@pytest.fixture
def unit(db: None) -> Organization:
    return make_tree().district


def propose(
    headers: list[str], rows: list[list[str]], unit: Organization, learned: dict[str, str] | None = None
) -> dict[str, str]:
    """Header by field, of what is proposed."""
    target = Guests()
    session = target.open(unit, on=None, actor=None)  # type: ignore[arg-type]
    table = Table(1, headers, find_table([headers, *rows]).rows)
    guesses = mapping.propose(table, target, session, learned or {})
    assert [guess.column for guess in guesses] == list(range(len(headers)))
    return {guess.field: guess.header for guess in guesses if guess.field}


@pytest.mark.parametrize("headers", UNSEEN, ids=["unseen", "decorated", "pinyin", "misspelt", "letters"])
@pytest.mark.parametrize("order", ORDERS, ids=["as usual", "backwards", "shuffled"])
def test_columns_are_recognised_by_words_nobody_has_named(
    headers: tuple[str, ...], order: range, unit: Organization
) -> None:
    rows = [[person[at] for at in order] for person in PEOPLE]
    assert propose([headers[at] for at in order], rows, unit) == dict(zip(NAMES, headers, strict=True))


@pytest.mark.parametrize("header", [word for words in UNSEEN[:2] for word in words if len(word) > 1])
def test_no_source_names_these_headers(header: str) -> None:
    named = [
        str(path)
        for kind in ("*.py", "*.po", "*.json", "*.html")
        for path in HOUSE.rglob(kind)
        if not {"tests", "demo"} & set(path.parts) and header in path.read_text(encoding="utf-8")
    ]
    assert named == []


@pytest.mark.parametrize(
    ("case", "headers", "rows", "expected"),
    [
        ("two phones", ["姓名", "手机号", "紧急联系人手机号"], [["王小明", "13800000001", "13900000001"]] * 4,
         {"name": "姓名", "phone": "手机号"}),
        ("two names", ["紧急联系人姓名", "姓名"], [["李红", "王小明"], ["张三", "王红"]], {"name": "姓名"}),
        ("a header that lies", ["身份证号", "手机号"], [["王小明", "13800000001"], ["李红", "13800000002"]] * 2,
         {"name": "身份证号", "phone": "手机号"}),
        ("a running number", ["序号", "姓名"], [["1", "王小明"], ["2", "李红"], ["3", "张三"]], {"name": "姓名"}),
        ("digits lost", ["证件编码"], [["1.10108E+17"], ["1.10105E+17"]], {"id_number": "证件编码"}),
        ("an empty column", ["姓名", "手机号"], [["王小明", ""], ["李红", ""]], {"name": "姓名", "phone": "手机号"}),
        ("columns of something else", ["工资", "年龄"], [["5000", "33"], ["6000", "45"]], {}),
        ("an address", ["住在哪里"], [["西城区永安路1号院2号楼"], ["西城区天桥南大街9号"]], {"address": "住在哪里"}),
    ],
)  # fmt: skip
def test_content_and_wording_check_each_other(
    case: str, headers: list[str], rows: list[list[str]], expected: dict[str, str], unit: Organization
) -> None:
    assert propose(headers, rows, unit) == expected, case


def test_what_was_decided_before_counts_more_than_any_likeness(unit: Organization) -> None:
    headers, rows = ["姓名", "花名"], [["王小明", "李红"], ["张三", "王五"], ["李四", "赵六"]]
    assert propose(headers, rows, unit)["name"] == "姓名"
    assert propose(headers, rows, unit, {normal("花 名"): "name"})["name"] == "花名"
    assert "name" not in propose(["姓名"], [["王小明"]], unit, {normal("姓名"): ""})


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("姓名", "姓名*", 1.0, 1.0),
        ("姓名", "本人姓名", 0.6, 0.99),
        ("手机号", "联系方式(手机)", 0.6, 0.99),
        ("身份证号", "shenfenzhenghao", 0.6, 0.99),
        ("姓名", "工作单位", 0.0, 0.1),
        ("", "姓名", 0.0, 0.0),
    ],
)
def test_likeness_of_wordings(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(one, other) == likeness(other, one)


def test_the_nearest_names_come_first() -> None:
    known = ["天桥街道总工会", "天桥剧场工会", "陶然亭街道总工会"]
    assert nearest("天桥街道工会", known)[0] == "天桥街道总工会"
    assert nearest("上海造船厂", known) == []
