"""Files as people send them, made for one test each."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import openpyxl
import xlwt

Cell = str | float | date | None
Rows = Sequence[Sequence[Cell]]


def xlsx(rows: Rows, *, sheet: str = "花名册", merged: Sequence[str] = (), hidden: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    for name in hidden:
        book.create_sheet(name).sheet_state = "hidden"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(rows: Rows, *, sheet: str = "花名册") -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write(at, column, value, day)
            elif value is not None:
                page.write(at, column, value)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv(
    rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",", bom: bytes = b"", newline: str = "\r\n"
) -> bytes:
    lines = [delimiter.join(_quoted("" if cell is None else str(cell), delimiter) for cell in row) for row in rows]
    return bom + newline.join(lines).encode(encoding)


def _quoted(text: str, delimiter: str) -> str:
    if any(sign in text for sign in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text
