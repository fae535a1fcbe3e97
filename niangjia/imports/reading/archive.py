"""Whether an .xlsx, which is a zip archive of XML, may be unpacked at all: before any library touches it."""

import re
import zipfile
import zlib
from io import BytesIO

from django.utils.translation import gettext as _

from niangjia.imports.reading.refusals import FileRefused

MAX_UNPACKED = 400 * 1024 * 1024
MAX_ENTRIES = 2_000
SMALL = 40 * 1024 * 1024  # below this, any ratio of packing is harmless
MAX_RATIO = 120
MAX_ROWS = 200_000
MAX_COLUMNS = 512
BLOCK = 1024 * 1024
OVERLAP = 250
FILLED = re.compile(rb"""<(?:\w+:)?c\s[^>]{0,80}?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]{0,80}>\s{0,4}<(?!/)""")


def check(content: bytes) -> None:
    """Unpack every entry once, in blocks and without keeping it: sizes, checksums, macros, entities, far cells."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            _check_entries(packed, len(content))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise FileRefused(
            _("This workbook is damaged."),
            remedy=_("Open it in Excel, let Excel repair it, save it and upload it again."),
            code="damaged",
        ) from None


def _check_entries(packed: zipfile.ZipFile, size: int) -> None:
    entries = packed.infolist()
    names = {entry.filename for entry in entries}
    if any("vbaproject" in name.lower() for name in names):
        raise FileRefused(
            _("This workbook contains macros, which are not opened here."),
            remedy=_("Save it as “Excel workbook (.xlsx)”, which has no macros, and upload that."),
            code="macros",
        )
    if "xl/workbook.bin" in names:
        raise FileRefused(
            _("Binary workbooks (.xlsb) are not read here."),
            remedy=_("Save it as “Excel workbook (.xlsx)” and upload that."),
            code="format",
        )
    announced = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or announced > MAX_UNPACKED or announced > max(SMALL, size * MAX_RATIO):
        raise FileRefused(
            _("Unpacked, this workbook would be far too large."),
            remedy=_("Copy the table into a new workbook and upload that, or split it."),
            code="bomb",
        )
    for entry in entries:
        _check_entry(packed, entry)


def _check_entry(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Reading stops at the announced size, and a lie about it does not survive the checksum."""
    is_sheet = entry.filename.startswith("xl/worksheets/")
    tail = b""
    with packed.open(entry) as stream:
        while block := stream.read(BLOCK):
            if not tail and b"<!DOCTYPE" in block[:4096]:
                raise FileRefused(
                    _("This workbook was not written by a spreadsheet program."),
                    remedy=_("Open it in Excel, save it again and upload that."),
                    code="entities",
                )
            if is_sheet:
                _check_reach(tail + block)
            tail = block[-OVERLAP:]


def _check_reach(xml: bytes) -> None:
    """A single filled cell far away makes a reader reserve all the room before it."""
    for letters, digits in FILLED.findall(xml):
        if int(digits) > MAX_ROWS or _column(letters) > MAX_COLUMNS:
            raise too_large()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def too_large() -> FileRefused:
    return FileRefused(
        _("This table is too large: at most %(rows)s rows and %(columns)s columns are read.")
        % {"rows": f"{MAX_ROWS:,}", "columns": MAX_COLUMNS},
        remedy=_("Delete stray entries far below or far to the right of the table, or split it into several files."),
        code="too-large",
    )
