"""Excel workbooks, by calamine: every cell as the text that a person sees in it."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

import python_calamine as calamine
from django.utils.translation import gettext as _

from niangjia.imports.reading.archive import MAX_COLUMNS, MAX_ROWS, too_large
from niangjia.imports.reading.refusals import FileRefused

EXACT = 10**15  # from here on a number in Excel has lost digits
Cell = int | float | str | bool | time | date | datetime | timedelta
DAMAGED = (
    calamine.CalamineError,
    calamine.XmlError,
    calamine.ZipError,
    calamine.WorksheetNotFound,
    ValueError,
    OSError,
)


def visible_sheets(content: bytes) -> list[str]:
    """Names of the sheets that a person sees, in order; drop-down lists often hide in the others."""
    with _open(content) as workbook:
        return [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible
        ]


def rows(content: bytes, name: str) -> list[list[str]]:
    """The rows of one sheet from row 1 on, as texts."""
    with _open(content) as workbook:
        try:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
                raise too_large()
            return [[text_of(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        except DAMAGED as error:
            raise _damaged() from error


def _open(content: bytes) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(BytesIO(content))
    except calamine.PasswordError:
        raise FileRefused(
            _("This workbook is protected by a password."),
            remedy=_("Open it in Excel, remove the password (File › Info › Protect workbook), save it and upload it."),
            code="password",
        ) from None
    except DAMAGED as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader gave up; it is no subclass of Exception
            raise _damaged() from error
        raise


def _damaged() -> FileRefused:
    return FileRefused(
        _("This workbook is damaged."),
        remedy=_("Open it in Excel, let Excel repair it, save it and upload it again."),
        code="damaged",
    )


def text_of(cell: Cell) -> str:
    """As Excel would show it: whole numbers without a point, very long ones in powers of ten, days as 2020-03-01."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT:
            return f"{cell:.5E}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
