"""The file comes back: wrong cells red, doubtful ones yellow, each with its sentence; the rows in their order."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from niangjia.core.cleaning import INVISIBLE
from niangjia.imports.reading import Sheets
from niangjia.ui.excel import A4, set_paper

Mark = tuple[int | None, str, str]  # column, level, words
RED, YELLOW = "F4B8B0", "FBE7A1"
COLOURS = {"error": RED, "warning": YELLOW}
AUTHOR = "Niangjia"
LONGEST = 32_000  # of a cell in Excel


def mark(
    content: bytes, sheets: Sheets, sheet: int, *, header_row: int, width: int, marks: Mapping[int, Sequence[Mark]]
) -> bytes:
    """The marked workbook: the same one for .xlsx, a new one for .xls and CSV."""
    if sheets.kind == "xlsx":
        return _same(content, sheets.names[sheet], header_row, width, marks)
    return _new(sheets.load(sheet), sheets.names[sheet] or "CSV", header_row, width, marks)


def _same(content: bytes, name: str, header_row: int, width: int, marks: Mapping[int, Sequence[Mark]]) -> bytes:
    import openpyxl  # noqa: PLC0415 (slow to import)
    from openpyxl.cell.cell import MergedCell  # noqa: PLC0415 (slow to import)
    from openpyxl.comments import Comment  # noqa: PLC0415 (slow to import)
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415 (slow to import)

    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book[name]
    fills = {level: PatternFill("solid", fgColor=colour) for level, colour in COLOURS.items()}
    beginnings = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    if header_row:
        sheet.cell(header_row, width + 1, _("Result of the check")).font = Font(bold=True)
    for number, found in marks.items():
        for column, (level, words) in _by_column(found).items():
            row, at = beginnings.get((number, column + 1), (number, column + 1))
            cell = sheet.cell(row, at)
            if not isinstance(cell, MergedCell):
                cell.fill = fills[level]
                cell.comment = Comment(words, AUTHOR, height=90, width=320)
        summary = sheet.cell(number, width + 1)
        if not isinstance(summary, MergedCell):
            summary.value = _summary(found)
            summary.fill = fills[_worst(found)]
    if sheet.page_setup.fitToWidth is None and not sheet.print_title_rows:
        _set_paper(sheet, header_row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _set_paper(sheet: Any, header_row: int) -> None:
    """As ``excel.set_paper``, for a workbook whose owner has not said how it is printed."""
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 (slow to import)

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{header_row}:{header_row}" if header_row else None


def _new(
    rows: Sequence[Sequence[str]], name: str, header_row: int, width: int, marks: Mapping[int, Sequence[Mark]]
) -> bytes:
    import xlsxwriter  # noqa: PLC0415 (slow to import)

    stream = BytesIO()
    options = {"constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("".join(letter for letter in name if letter not in "[]:*?/\\'")[:31] or "1")
        text = {"num_format": "@"}
        formats = {level: book.add_format({**text, "bg_color": f"#{colour}"}) for level, colour in COLOURS.items()}
        plain, head = book.add_format(text), book.add_format({**text, "bold": True})
        sheet.set_column(0, width - 1, 16)
        sheet.set_column(width, width, 60)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value:
                    sheet.write_string(at, column, _clean(value), head if at + 1 == header_row else plain)
        if header_row:
            sheet.write_string(header_row - 1, width, _("Result of the check"), head)
        set_paper(sheet, head=max(header_row - 1, 0))
        for number, found in marks.items():
            _mark_row(sheet, number - 1, rows[number - 1], width, found, formats)
    return stream.getvalue()


def _mark_row(
    sheet: Any, at: int, row: Sequence[str], width: int, found: Sequence[Mark], formats: Mapping[str, Any]
) -> None:
    for column, (level, words) in _by_column(found).items():
        value = _clean(row[column]) if column < len(row) else ""
        if value:
            sheet.write_string(at, column, value, formats[level])
        else:
            sheet.write_blank(at, column, None, formats[level])
        sheet.write_comment(at, column, words, {"author": AUTHOR, "x_scale": 2})
    sheet.write_string(at, width, _summary(found), formats[_worst(found)])


def _clean(value: str) -> str:
    return INVISIBLE.sub("", value)[:LONGEST]


def _by_column(found: Sequence[Mark]) -> dict[int, tuple[str, str]]:
    """The findings of each marked cell together, at their worst level."""
    columns: dict[int, list[Mark]] = {}
    for one in found:
        if one[0] is not None:
            columns.setdefault(one[0], []).append(one)
    return {column: (_worst(ones), "\n".join(one[2] for one in ones)) for column, ones in columns.items()}


def _worst(found: Sequence[Mark]) -> str:
    return "error" if any(level == "error" for _column, level, _words in found) else "warning"


def _summary(found: Sequence[Mark]) -> str:
    return "\n".join(words for _column, _level, words in found)[:LONGEST]
