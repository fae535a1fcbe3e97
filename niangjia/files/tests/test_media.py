import io
import zipfile

import pytest

from niangjia.files.media import media_type, safe_name


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("case", "content", "expected"),
    [
        ("a PDF", b"%PDF-1.7\n", "application/pdf"),
        ("a PNG", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a JPEG", b"\xff\xd8\xff\xe0....", "image/jpeg"),
        ("a GIF", b"GIF89a....", "image/gif"),
        ("a WebP", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("an iPhone's photo", b"\x00\x00\x00\x18ftypheic\x00\x00", "image/heic"),
        ("an Excel workbook", zipped("[Content_Types].xml", "xl/workbook.xml"),
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a Word document", zipped("word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("another archive", zipped("readme"), "application/zip"),
        ("a torn archive", b"PK\x03\x04torn", "application/zip"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"),
         "application/vnd.ms-excel"),
        ("another old file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "application/x-ole-storage"),
        ("Chinese in UTF-8", "姓名,手机\n".encode(), "text/plain"),
        ("Chinese in GB18030", "姓名,手机\n".encode("gb18030"), "text/plain"),
        ("UTF-16 from Notepad", "姓名".encode("utf-16"), "text/plain"),
        ("a long text cut in a character", ("号" * 40_000).encode(), "text/plain"),
        ("a page that claims to be a picture", b"<html><script>", "text/plain"),
        ("a drawing that could run scripts", b"<svg onload='x'>", "text/plain"),
        ("something else", b"\x00\x01\x02", "application/octet-stream"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(case: str, content: bytes, expected: str) -> None:
    assert media_type(content) == expected, case


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("名册.xlsx", "名册.xlsx"),
        ("C:\\Users\\王\\名册.xlsx", "名册.xlsx"),
        ("../../etc/passwd", "passwd"),
        ('a"b\r\nSet-Cookie: x.pdf', "a_b__Set-Cookie_ x.pdf"),
        ("\u202egnp.exe", "_gnp.exe"),
        ("...", "file"),
        ("", "file"),
        ("长" * 200 + ".xlsx", "长" * 115 + ".xlsx"),
    ],
)
def test_a_name_is_made_safe_and_keeps_its_ending(given: str, expected: str) -> None:
    assert safe_name(given) == expected
