"""Rosters as units send them: a title above the table, headers in their own words, and the errors people make."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from niangjia.demo import cast, numbers
from niangjia.demo.names import person_name
from niangjia.demo.people import SEED
from niangjia.demo.tree import UNIT, Layout

Cell = str | float | date
Row = list[Cell]

SIGNED_ON = date(2026, 11, 20)
SAID = {
    "保安员": "秩序维护员",
    "保洁员": "楼宇保洁",
    "环卫工人": "环卫工",
    "网约送餐员": "外卖骑手",
    "快递员": "快递小哥",
    "行政人员": "文员",
}


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is not in the register yet."""

    name: str
    id_number: str
    phone: str
    union: str
    employer: str
    job: str
    joined_on: date


@dataclass(frozen=True)
class Roster:
    """One file: its name, what stands above the table, the headers, the rows."""

    name: str
    above: list[str]
    headers: list[str]
    rows: list[Row]


def newcomers(layout: Layout) -> list[Newcomer]:
    """People of Tianqiao's employers whom no other part of the demo knows, for all rosters together."""
    unions = {union.code: union.name for union in layout.unions}
    companies = layout.companies_under(UNIT)
    ids = numbers.IdNumbers(numbers.COUNTY_OF_ROSTERS)
    found = []
    for number in range(36 + 24 + 18):
        random = Random(f"{SEED}:roster:{number}")
        company = random.choice(companies)
        sex = random.choice("fm")
        born_on = date(1972, 1, 1) + timedelta(days=random.randrange(30 * 365) + number)
        found.append(
            Newcomer(
                name=person_name(random, sex=sex, born=born_on.year),
                id_number=ids.draw(random, born_on=born_on, sex=sex),
                phone=numbers.phone(2_000_000 + number),
                union=unions[company.union],
                employer=company.name,
                job=random.choice(list(company.trade.jobs)),
                joined_on=SIGNED_ON - timedelta(days=random.randrange(60)),
            )
        )
    return found


def rosters(layout: Layout) -> list[Roster]:
    people = newcomers(layout)
    return [_with_errors(people[:36]), _short(people[36:60]), _old(people[60:])]


# A workbook with every kind of error -----------------------------------------------------------------------------
def _with_errors(people: list[Newcomer]) -> Roster:
    rows = [_long_row(number, person) for number, person in enumerate(people, 1)]
    for place, spoil in SPOILT.items():
        spoil(rows[place], people[place])
    rows.insert(20, [""] * 10)
    rows.append([len(rows), *rows[2][1:]])
    known = cast.COURIER
    rows.append(
        [
            len(rows),
            known.name,
            known.id_number,
            known.phone,
            people[0].union,
            people[0].employer,
            "快递小哥",
            "",
            "",
            "",
        ]
    )
    return Roster(
        name="天桥街道新增职工名单.xlsx",
        above=["天桥街道新增职工名单", "填报单位：天桥街道总工会　　填报日期：2026年11月20日"],
        headers=[
            "序号", "职工姓名", "公民身份号码", "联系手机", "所属基层工会", "在职单位全称", "从事岗位", "何时入会",
            "春节是否值守", "备注",
        ],
        rows=rows,
    )  # fmt: skip


def _long_row(number: int, person: Newcomer) -> Row:
    stays = ("是", "否", "")[number % 3]
    job = SAID.get(person.job, person.job)
    return [
        number, person.name, person.id_number, person.phone, person.union, person.employer, job, person.joined_on,
        stays, "",
    ]  # fmt: skip


def _wrong_check(row: Row, person: Newcomer) -> None:
    last = "1" if person.id_number[17] != "1" else "2"
    row[2] = person.id_number[:17] + last


def _of_fifteen(row: Row, person: Newcomer) -> None:
    row[2] = person.id_number[:6] + person.id_number[8:17]


def _as_number(row: Row, person: Newcomer) -> None:
    row[2] = float(person.id_number[:17] + "0")


def _full_width(row: Row, person: Newcomer) -> None:
    row[2] = "".join(chr(ord(digit) + 0xFEE0) for digit in person.id_number)


def _small_x(row: Row, person: Newcomer) -> None:
    row[2] = f" {person.id_number.lower()} "


def _phone_with_code(row: Row, person: Newcomer) -> None:
    row[3] = f"+86 {person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}"


def _short_phone(row: Row, person: Newcomer) -> None:
    row[3] = person.phone[:10]


def _no_such_union(row: Row, person: Newcomer) -> None:
    row[4] = "天桥街道不存在的工会"


def _formula(row: Row, person: Newcomer) -> None:
    row[1] = '=HYPERLINK("http://example.invalid","' + person.name + '")'


def _spaced_name(row: Row, person: Newcomer) -> None:
    row[1] = "　".join(person.name)


def _no_such_day(row: Row, person: Newcomer) -> None:
    row[7] = "2026年2月30日"


def _dotted_day(row: Row, person: Newcomer) -> None:
    row[7] = f"{person.joined_on:%Y.%m.%d}"


SPOILT: dict[int, Callable[[Row, Newcomer], None]] = {
    3: _wrong_check,
    6: _of_fifteen,
    9: _as_number,
    11: _full_width,
    13: _small_x,
    15: _phone_with_code,
    17: _short_phone,
    22: _no_such_union,
    24: _formula,
    26: _spaced_name,
    28: _no_such_day,
    30: _dotted_day,
}


# Two clean ones, in other formats and orders ---------------------------------------------------------------------
def _short(people: list[Newcomer]) -> Roster:
    return Roster(
        name="快递网点报送名单（GB18030）.csv",
        above=[],
        headers=["手机号", "姓名", "工种", "身份证", "单位", "工会"],
        rows=[[one.phone, one.name, one.job, one.id_number, one.employer, one.union] for one in people],
    )


def _old(people: list[Newcomer]) -> Roster:
    return Roster(
        name="老系统导出.xls",
        above=["会员信息导出"],
        headers=["会员姓名", "证件号", "电话", "工会名称", "工作单位", "职业", "入会时间"],
        rows=[
            [one.name, one.id_number, one.phone, one.union, one.employer, one.job, f"{one.joined_on:%Y%m%d}"]
            for one in people
        ],
    )
