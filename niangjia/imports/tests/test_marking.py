"""The file comes back with its wrong cells marked."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from niangjia.files import services as files
from niangjia.imports.models import Batch
from niangjia.imports.tests.files import Rows, csv, xls, xlsx
from niangjia.imports.tests.target import Guests
from niangjia.imports.tests.test_batches import choose, number, receive
from niangjia.jobs.queue import run_waiting
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

RED, YELLOW = "F4B8B0", "FBE7A1"
ROWS: Rows = [
    ["天桥街道花名册", None, None, None],
    ["姓名", "证件编码", "手机号", "职业"],
    ["王小明", "110105194912310021", "13800000001", "保安"],
    ["李红", number(1), "", "宇航"],
    ["张三", number(2), "13800000003", "=1+1"],
    ["赵六", number(3), "13800000004", "护士"],
]


def marked(guests: Guests, content: bytes, name: str) -> Any:
    batch = receive(guests, content, make_tree().unit, None, name=name)
    choose(batch, None)
    run_waiting()
    batch = Batch.objects.get()
    assert batch.marked_file is not None
    assert batch.marked_file.name == "名册（核对结果）.xlsx"
    book = openpyxl.load_workbook(BytesIO(files.read(batch.marked_file)))
    return book.worksheets[0]


def colours(sheet: Any) -> dict[str, str]:
    return {
        cell.coordinate: cell.fill.fgColor.rgb[-6:]
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid"
    }


def _own_xlsx(rows: Rows) -> bytes:
    """A workbook with widths, a merged title, and the formula as text."""
    book = openpyxl.load_workbook(BytesIO(xlsx(rows, merged=["A1:D1"])))
    sheet = book.worksheets[0]
    sheet.column_dimensions["B"].width = 33
    sheet["D5"].data_type = "s"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


MAKES = [("名册.xlsx", _own_xlsx), ("名册.xls", xls), ("名册.csv", csv)]


@pytest.mark.parametrize(("name", "make"), MAKES, ids=["xlsx", "xls", "csv"])
def test_wrong_cells_are_red_doubtful_ones_yellow_and_each_says_why(
    name: str, make: Callable[[Rows], bytes], guests: Guests
) -> None:
    sheet = marked(guests, make(ROWS), name)
    assert colours(sheet) == {"B3": RED, "E3": RED, "D4": YELLOW, "E4": YELLOW, "D5": RED, "E5": RED}
    assert sheet["B3"].comment.text == "第 3 行 身份证号：末位校验码应为 X，请核对证件。"
    assert sheet["E3"].value == "第 3 行 身份证号：末位校验码应为 X，请核对证件。"
    assert sheet["E2"].value == "核对结果"
    assert [sheet.cell(row, 1).value for row in range(1, 7)] == [row[0] for row in ROWS]
    assert sheet["B4"].value == number(1)
    assert (sheet["D5"].value, sheet["D5"].data_type) == ("=1+1", "s")


def test_the_same_workbook_keeps_its_title_and_its_widths(guests: Guests) -> None:
    sheet = marked(guests, _own_xlsx(ROWS), "名册.xlsx")
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:D1"]
    assert sheet.column_dimensions["B"].width == 33


def paper(sheet: Any) -> tuple[str, int, int, bool, str]:
    setup = sheet.page_setup
    whole = bool(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage)
    return setup.orientation, setup.fitToWidth or 1, setup.fitToHeight, whole, str(sheet.print_title_rows)


@pytest.mark.parametrize(("name", "make"), MAKES, ids=["xlsx", "xls", "csv"])
def test_it_is_printed_lying_one_page_wide_with_the_headers_on_each(
    name: str, make: Callable[[Rows], bytes], guests: Guests
) -> None:
    assert paper(marked(guests, make(ROWS), name)) == ("landscape", 1, 0, True, "$2:$2")


def test_a_workbook_whose_owner_has_said_how_it_is_printed_keeps_it(guests: Guests) -> None:
    book = openpyxl.load_workbook(BytesIO(_own_xlsx(ROWS)))
    book.worksheets[0].print_title_rows = "1:2"
    stream = BytesIO()
    book.save(stream)
    sheet = marked(guests, stream.getvalue(), "名册.xlsx")
    assert (sheet.print_title_rows, sheet.page_setup.fitToWidth) == ("$1:$2", None)


def test_a_mended_file_comes_in_again(guests: Guests) -> None:
    sheet = marked(guests, _own_xlsx(ROWS), "名册.xlsx")
    sheet["B3"] = number(9)
    sheet["D5"] = "护士"
    stream = BytesIO()
    sheet.parent.save(stream)
    first = Batch.objects.get()
    again = receive(guests, stream.getvalue(), first.organization, None)
    choose(again, None)
    run_waiting()
    assert Batch.objects.get(pk=again.pk).counts == {
        "rows": 4, "new": 4, "changed": 0, "unchanged": 0, "error": 0, "warnings": 1, "doubts": 1,
    }  # fmt: skip


def test_a_file_without_a_fault_is_not_sent_back(guests: Guests) -> None:
    batch = receive(guests, xlsx([ROWS[1], ROWS[5]]), make_tree().unit, None)
    choose(batch, None)
    run_waiting()
    assert Batch.objects.get().marked_file is None


def test_a_cell_inside_a_merged_area_is_marked_at_its_beginning(guests: Guests) -> None:
    rows: Rows = [["姓名", "身份证号", "工会"], ["王小明", number(1), "无此工会甲"], ["李红", number(2), None]]
    sheet = marked(guests, xlsx(rows, merged=["C2:C3"]), "名册.xlsx")
    assert colours(sheet) == {"C2": RED, "D2": RED}
