"""What a file is, told by its first bytes and never by its name; and names that are safe to hand out."""

import re
import unicodedata
import zipfile
from io import BytesIO

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLE = "application/x-ole-storage"
XLS = "application/vnd.ms-excel"
ZIP = "application/zip"
TEXT = "text/plain"
UNKNOWN = "application/octet-stream"

NAME_LENGTH = 120
HEAD = 64 * 1024

_MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_OFFICE = (("xl/workbook", XLSX), ("word/document", DOCX))


def media_type(content: bytes) -> str:
    """The media type of ``content``. Markup counts as plain text, so that a browser never runs it."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1", b"heim"}:
        return "image/heic"
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return XLS if "Workbook".encode("utf-16-le") in content else OLE
    return TEXT if _is_text(content[:HEAD]) else UNKNOWN


def _zipped(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return ZIP
    for start, kind in _OFFICE:
        if any(name.startswith(start) for name in names):
            return kind
    return ZIP


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if not head or b"\x00" in head:
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    """Whether ``head`` reads in ``encoding``; a character cut at its very end is no fault."""
    try:
        head.decode(encoding)
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start >= len(head) - 4
    return True


def safe_name(name: str) -> str:
    """``name`` without folders, control characters and what a header or a file system stumbles over."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join("_" if unicodedata.category(letter)[0] == "C" or letter in '<>:"|?*' else letter for letter in last)
    kept = kept.strip(" .")
    if len(kept) > NAME_LENGTH:
        stem, dot, ending = kept.rpartition(".")
        kept = (
            f"{stem[: NAME_LENGTH - len(ending) - 1]}{dot}{ending}" if dot and len(ending) < 10 else kept[:NAME_LENGTH]
        )
    return kept or "file"
