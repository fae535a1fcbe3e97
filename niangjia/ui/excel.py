"""Excel out: text stays text, the head is frozen, Chinese has room."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils import timezone

A4 = 9
NARROWEST, WIDEST, UPRIGHT = 12, 40, 100  # widths of columns, and of all columns of a page that stands upright
MEASURED = 500  # rows whose text decides on the widths
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def workbook(headers: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "Sheet1") -> bytes:
    """One sheet with ``headers`` and ``rows``; rows are taken one by one and never held."""
    import xlsxwriter  # noqa: PLC0415 (slow to import, and few requests write Excel)

    stream = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F1EA", "valign": "vcenter"}),
            "guard": book.add_format({"quote_prefix": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "number": book.add_format({"num_format": "#,##0.######"}),
        }
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip("' "))
        widths = [max(_width(header) + 4, NARROWEST) for header in headers]
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 22)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, formats["head"])
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, last, column, value, formats)
                if last <= MEASURED and isinstance(value, str):
                    widths[column] = max(widths[column], _width(value) + 2)
        if headers:
            sheet.autofilter(0, 0, last, len(headers) - 1)
        set_out(sheet, [min(width, WIDEST) for width in widths])
    return stream.getvalue()


def set_out(sheet: Any, widths: Sequence[int]) -> None:
    """The columns of a sheet as wide as said, and how it is printed."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    set_paper(sheet, lying=sum(widths) > UPRIGHT)


def set_paper(sheet: Any, *, lying: bool = True, head: int = 0) -> None:
    """On A4 all columns stand side by side, and the row of the head, counted from nought, on every page."""
    sheet.set_paper(A4)
    if lying:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer("&C&P / &N")


def _write(sheet: Any, row: int, column: int, value: object, formats: dict[str, Any]) -> None:
    """Numbers and days as such; all else as text, and text that Excel could take for a formula behind a quote."""
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(row, column, local.replace(tzinfo=None), formats["datetime"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, value, formats["number"])
    else:
        text = str(value)
        sheet.write_string(row, column, text, *([formats["guard"]] if text.startswith(DANGEROUS) else []))


def _width(text: str) -> int:
    """Columns a text takes: a Chinese character is two wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
