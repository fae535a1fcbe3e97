"""CSV as Chinese offices make it: UTF-8 or GB18030, with or without BOM, with comma, tab or semicolon."""

import csv
from collections import Counter
from contextlib import suppress
from io import StringIO
from itertools import islice

from django.utils.translation import gettext as _

from niangjia.imports.reading.archive import MAX_COLUMNS, MAX_ROWS, too_large
from niangjia.imports.reading.refusals import FileRefused

DELIMITERS = (",", "\t", ";", "|", "，")
SNIFFED = 100
SNIFFED_LENGTH = 100_000
LONGEST_CELL = 20_000


def rows(content: bytes) -> list[list[str]]:
    """The rows from line 1 on, as texts."""
    text = decoded(content)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter(text))
    found: list[list[str]] = []
    try:
        for row in reader:
            # A cell may hold line breaks: what counts is the row a person sees in Excel.
            found.append(row)
            if len(found) > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise too_large()
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise _unbalanced(reader.line_num)
    except csv.Error:
        raise _unbalanced(reader.line_num) from None
    return found


def decoded(content: bytes) -> str:
    """UTF-8 if it is UTF-8, else GB18030, which every GBK and GB2312 file also is; a BOM decides."""
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(bom):
            return _strictly(content[len(bom) :], (encoding,))
    return _strictly(content, ("utf-8", "gb18030"))


def _strictly(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    raise FileRefused(
        _("The characters in this file can be read neither as UTF-8 nor as GB18030."),
        remedy=_("Open it in Excel and save it as “CSV UTF-8” or as “Excel workbook (.xlsx)”."),
        code="encoding",
    )


def delimiter(text: str) -> str:
    """The sign that cuts most lines into the same number of cells, and into most cells."""
    best, best_score = ",", 0
    for sign in DELIMITERS:
        widths = Counter(width for width in _widths(text[:SNIFFED_LENGTH], sign) if width > 1)
        if widths:
            width, often = max(widths.items(), key=lambda item: (item[1], item[0]))
            score = often * min(width, 20)
            if score > best_score:
                best, best_score = sign, score
    return best


def _widths(text: str, sign: str) -> list[int]:
    """Into how many cells ``sign`` cuts each of the first lines."""
    found: list[int] = []
    with suppress(csv.Error):  # the piece that is looked at may end inside a cell
        found.extend(len(row) for row in islice(csv.reader(StringIO(text, newline=""), delimiter=sign), SNIFFED))
    return found


def _unbalanced(line: int) -> FileRefused:
    return FileRefused(
        _("Line %(line)d has a quotation mark that is never closed.") % {"line": line},
        remedy=_("Open it in Excel, save it as “Excel workbook (.xlsx)” and upload that."),
        code="quotes",
    )
