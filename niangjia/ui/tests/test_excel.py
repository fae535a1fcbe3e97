from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from niangjia.ui import excel, tables


def sheet(headers: list[str], rows: list[list[object]], **options: str) -> Worksheet:
    book = openpyxl.load_workbook(BytesIO(excel.workbook(headers, rows, **options)))
    assert isinstance(book.active, Worksheet)
    return book.active


def test_values_keep_their_kind() -> None:
    written = sheet(
        ["姓名", "证件", "份数", "日期", "时刻", "备注"],
        [["陈望舒", "110102199003071234", 12, date(2026, 1, 9), datetime(2026, 1, 12, 1, 0, tzinfo=UTC), None]],
    )
    assert [cell.value for cell in written[2]] == [
        "陈望舒", "110102199003071234", 12, datetime(2026, 1, 9), datetime(2026, 1, 12, 9, 0), None,  # noqa: DTZ001
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+86", "-", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "http://x"])
def test_text_never_becomes_a_formula_or_a_link(text: str) -> None:
    cell = sheet(["备注"], [[text]])["A2"]
    assert cell.value == text
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert bool(cell.style and cell.quotePrefix) is (text != "http://x")


def test_the_head_is_frozen_filtered_and_wide_enough_for_chinese() -> None:
    written = sheet(["姓名", "北京市西城区环境卫生服务中心"], [["a", "b"], ["c", "d"]], title="预订名单")
    assert written.title == "预订名单"
    assert written.freeze_panes == "A2"
    assert written.auto_filter.ref == "A1:B3"
    assert written.column_dimensions["B"].width >= 2 * 14


@pytest.mark.parametrize("title", ["会员[2026]/名单", "", "很长" * 30])
def test_any_name_makes_a_sheet(title: str) -> None:
    assert len(sheet(["姓名"], [], title=title).title) <= 31


def test_a_download_has_its_chinese_name() -> None:
    header = tables.excel_response("预订名单", b"")["Content-Disposition"]
    assert header == "attachment; filename=\"list.xlsx\"; filename*=UTF-8''%E9%A2%84%E8%AE%A2%E5%90%8D%E5%8D%95.xlsx"


def test_a_column_is_as_wide_as_its_text_within_bounds() -> None:
    written = sheet(["单位", "说明", "份数"], [["北京桐渡物业管理有限公司工会", "长" * 90, 7]])
    widths = [written.column_dimensions[letter].width for letter in "ABC"]
    assert [round(width) for width in widths] == [31, 41, 13]


def test_on_paper_all_columns_stand_side_by_side_under_a_head_on_every_page() -> None:
    written = [sheet(["单位"] * count, [["x"] * count]) for count in (3, 12)]
    for one in written:
        assert one.page_setup.paperSize == excel.A4
        setup = one.sheet_properties.pageSetUpPr
        assert setup is not None
        assert (setup.fitToPage, one.page_setup.fitToHeight) == (True, 0)
        assert one.print_title_rows == "$1:$1"
    assert [one.page_setup.orientation for one in written] == ["portrait", "landscape"]
