"""The roster that the officer brings in: as rosters are, with title rows, odd headers and mistakes."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl

from niangjia.core import id_numbers

HEADERS = ("编号", "职工本人姓名", "公民证件号", "联络手机", "加入工会日期", "具体岗位", "节日值守", "隶属工会")
FIELDS = ("", "name", "id_number", "phone", "joined_on", "occupation", "on_duty_festival", "organization")
UNION = "天桥剧场工会"


@dataclass(frozen=True)
class Person:
    name: str
    number: int
    trade: str = "厨师"
    on_duty: str = "否"
    joined: date = date(2020, 3, 1)

    @property
    def id_number(self) -> str:
        """A number that holds, in an area that is assigned to nobody."""
        first = f"11019919850{1 + self.number % 9}12{self.number:03}"
        return first + id_numbers.check_character(first)

    @property
    def written(self) -> str:
        """The number as it stands in the file: one still has fifteen digits, one a small letter, one wide figures."""
        if self.name == "周知行":
            return self.id_number[:6] + self.id_number[8:17]
        if self.name == "吴安澜":
            return self.id_number.translate({ord("0") + at: "０１２３４５６７８９"[at] for at in range(10)})
        return self.id_number.lower()

    @property
    def phone(self) -> str:
        return f"1380013{self.number:04}"

    def row(self) -> list[object]:
        """As a row of the file; the phone with blanks, as people write it."""
        phone = f"{self.phone[:3]} {self.phone[3:7]} {self.phone[7:]}"
        return [self.number, self.name, self.written, phone, self.joined, self.trade, self.on_duty, UNION]


BOOKS = Person("沈清和", 1)
CANCELS = Person("林向晚", 2)
JOINED_LATE = Person("陈望舒", 3, joined=date(2026, 6, 1))
NO_PHONE = Person("高玉兰", 4)
NO_SCRIPT = Person("何春晓", 5)
OTHERS = [Person(name, 6 + at) for at, name in enumerate(("周知行", "吴安澜", "郑晚舟", "王思齐", "冯怀瑾"))]
CLEANERS = [
    Person(name, 20 + at, "楼宇保洁", "是") for at, name in enumerate(("赵腊梅", "钱冬青", "孙立夏", "李谷雨"))
]
GUARDS = [Person(name, 30 + at, "门卫", "是") for at, name in enumerate(("周白露", "吴惊蛰", "郑霜降"))]
PEOPLE = [BOOKS, CANCELS, JOINED_LATE, NO_PHONE, NO_SCRIPT, *OTHERS, *CLEANERS, *GUARDS]
ELIGIBLE = [person for person in PEOPLE if person is not JOINED_LATE]


def mistakes() -> list[tuple[str, list[object]]]:
    """Wrong rows, each with words of the verdict that it deserves."""
    digit = Person("校验错", 51).row()
    digit[2] = str(digit[2])[:-1] + ("5" if str(digit[2])[-1] != "5" else "6")
    number = Person("变数字", 53).row()
    number[2] = float(Person("变数字", 53).id_number[:17] + "0")
    twice = Person(BOOKS.name, BOOKS.number).row()
    union = Person("没这会", 54).row()
    union[7] = "天桥马戏团工会"
    formula = Person("放公式", 55).row()
    formula[1] = '=HYPERLINK("http://example.com","王小明")'
    return [
        ("末位校验码应为", digit),
        ("数字", number),
        ("重复", twice),
        ("天桥马戏团工会", union),
        ("公式", formula),
    ]


def write_roster(path: Path) -> dict[int, str]:
    """The file; answers the numbers of its wrong rows, with the words that belong to them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "花名册"
    sheet.append(["天桥剧场职工花名册"])
    sheet.append(["填表人：办公室　填表时间：2026 年 11 月"])
    sheet.append(list(HEADERS))
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("A2:H2")
    for person in PEOPLE:
        sheet.append(person.row())
    sheet.append([])
    wrong = {}
    for words, row in mistakes():
        sheet.append(row)
        sheet.cell(sheet.max_row, 2).data_type = "s"
        wrong[sheet.max_row] = words
    book.save(path)
    return wrong
