"""What a file is, whether it may be opened, and the texts of its sheets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from niangjia.core.errors import InvalidInput, Text
from niangjia.files import media
from niangjia.imports.reading import archive, delimited, workbooks
from niangjia.imports.reading.refusals import FileRefused

__all__ = ["FileRefused", "Sheets", "read_file"]

MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sheets:
    """The visible sheets of a file: each a list of rows, each a list of texts; row 1 of the file comes first."""

    kind: str  # xlsx, xls or csv
    names: list[str]
    load: Callable[[int], list[list[str]]] = field(repr=False)


def read_file(content: bytes) -> Sheets:
    """Open ``content``, whatever its name says; raises ``FileRefused``."""
    kind = media.media_type(content)
    if kind == media.XLSX:
        archive.check(content)
        return _workbook(content, "xlsx")
    if kind == media.XLS:
        return _workbook(content, "xls")
    if kind == media.TEXT:
        return _text(content)
    raise _refused(kind, content)


def _workbook(content: bytes, kind: str) -> Sheets:
    names = workbooks.visible_sheets(content)
    return Sheets(kind, names, lambda number: workbooks.rows(content, names[number]))


def _text(content: bytes) -> Sheets:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower().startswith(MARKUP):
        raise FileRefused(
            _("This is a web page that only carries the name of a table."),
            remedy=_("Open it in Excel, save it as “Excel workbook (.xlsx)” and upload that."),
            code="markup",
        )
    rows = delimited.rows(content)
    return Sheets("csv", [""], lambda _number: rows)


def _refused(kind: str, content: bytes) -> InvalidInput:
    save_as: Text = _("Save it as “Excel workbook (.xlsx)” or CSV and upload that.")
    if ENCRYPTED in content:
        return FileRefused(
            _("This workbook is protected by a password."),
            remedy=_("Open it in Excel, remove the password (File › Info › Protect workbook), save it and upload it."),
            code="password",
        )
    if kind == media.ZIP and b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in content[:200]:
        return FileRefused(_("OpenDocument tables are not read here."), remedy=save_as, code="format")
    return FileRefused(_("This is neither an Excel workbook nor a CSV file."), remedy=save_as, code="format")
