"""Files of every make become the same table, or are refused in words."""

import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from io import BytesIO

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.imports.reading import FileRefused, archive, delimited, find_table, read_file, tables
from niangjia.imports.tests.files import Rows, csv, xls, xlsx

ROWS: Rows = [
    ["天桥街道工会花名册", None, None, None],
    [],
    ["本人姓名", "证件编码", "联系方式(手机)", "进会年月"],
    ["王小明", "11010519491231002X", "13800000001", "2020-03-01"],
    [],
    ["李, 红", "110105491231002", "13800000002", "2020-03-02"],
]


def table_of(content: bytes) -> tuple[int, list[str], dict[int, list[str]]]:
    table = find_table(read_file(content).load(0))
    return table.header_row, table.headers, {row.number: row.cells[:4] for row in table.rows}


@pytest.mark.parametrize(
    ("case", "content"),
    [
        ("xlsx", xlsx(ROWS, merged=["A1:D1"])),
        ("xls", xls(ROWS)),
        ("UTF-8", csv(ROWS)),
        ("UTF-8 with BOM", csv(ROWS, bom=b"\xef\xbb\xbf")),
        ("GB18030", csv(ROWS, encoding="gb18030")),
        ("GB18030 with BOM", csv(ROWS, encoding="gb18030", bom="\ufeff".encode("gb18030"))),
        ("UTF-16", csv(ROWS, encoding="utf-16-le", bom=b"\xff\xfe", delimiter="\t")),
        ("tabs", csv(ROWS, delimiter="\t")),
        ("semicolons", csv(ROWS, delimiter=";", newline="\n")),
        ("old line ends", csv(ROWS, newline="\r")),
    ],
)
def test_the_same_rows_are_read_whatever_the_file(case: str, content: bytes) -> None:
    header, headers, rows = table_of(content)
    assert (header, headers) == (3, ["本人姓名", "证件编码", "联系方式(手机)", "进会年月"]), case
    assert rows == {4: list(ROWS[3]), 6: list(ROWS[5])}


@pytest.mark.parametrize("make", [xlsx, xls])
def test_numbers_and_days_read_as_excel_shows_them(make: Callable[[Rows], bytes]) -> None:
    rows: Rows = [["甲", "乙", "丙", "丁"], [110108199001011234, 13812345678, 0.5, date(2020, 3, 1)]]
    assert table_of(make(rows))[2][2] == ["1.10108E+17", "13812345678", "0.5", "2020-03-01"]


def test_what_excel_hides_is_not_offered() -> None:
    assert read_file(xlsx(ROWS, hidden=["下拉"])).names == ["花名册"]


def _zip(**entries: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


def _with(name: str, content: bytes) -> bytes:
    """A good workbook with one entry more."""
    stream = BytesIO(xlsx(ROWS))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return stream.getvalue()


def _lying() -> bytes:
    """A workbook whose directory says that the sheet is far smaller than it is."""
    content = bytearray(_with("xl/worksheets/big.xml", b"<x>" + b"0" * 5_000_000))
    at = content.rindex(b"xl/worksheets/big.xml") - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(content)


def _far() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "姓名"
    book.worksheets[0]["XFD1048576"] = "x"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODS = _zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")
REFUSED = [
    ("a password", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("macros", _with("xl/vbaProject.bin", b"x"), "macros"),
    ("a binary workbook", _zip(xl__workbook_dot_bin=b"x"), "format"),
    ("an archive of something else", _zip(a=b"x"), "format"),
    ("a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "format"),
    ("a PDF", b"%PDF-1.7", "format"),
    ("a document of old Word", OLE + b"\0" * 600, "format"),
    ("a web page called .xls", b"\n<html><table><tr><td>1</td></tr></table></html>", "markup"),
    ("XML called .xls", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "markup"),
    ("cut short", xlsx(ROWS)[:-200], "format"),
    ("one bit turned", xlsx(ROWS)[:60] + b"\1" + xlsx(ROWS)[61:], "damaged"),
    ("a broken old workbook", xls(ROWS)[:512] + b"\xff" * 700 + xls(ROWS)[1212:], "damaged"),
    ("a bomb", _with("xl/media/zeros.bin", b"\0" * 60_000_000), "bomb"),
    ("a lie about a size", _lying(), "damaged"),
    ("entities", _with("xl/worksheets/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "entities"),
    ("a cell at the end of the world", _far(), "too-large"),
    ("too many columns", csv([["x"] * 513]), "too-large"),
    ("no characters of any kind known", b"\xff\x81\xff\x81,\xff\n" * 9, "format"),
    ("a quotation mark that never ends", ('姓名,手机\n"王小明,1\n' + "李红,2\n" * 9000).encode(), "quotes"),
    ("only empty rows", csv([["", ""], ["", " "]]), "empty"),
    ("only a header", csv([["姓名", "手机号"]]), "empty"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "content", "code"), REFUSED, ids=[case for case, _content, _code in REFUSED])
def test_what_cannot_be_read_is_refused_with_a_remedy(case: str, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        find_table(read_file(content).load(0))
    assert refused.value.code == f"file-{code}"
    assert refused.value.remedy


def test_odd_tables_have_their_own_words() -> None:
    ods = BytesIO()
    with zipfile.ZipFile(ods, "w") as packed:
        packed.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
    with override("en"), pytest.raises(FileRefused, match="OpenDocument"):
        read_file(ods.getvalue())


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_ROWS", 5)
    with pytest.raises(FileRefused) as refused:
        read_file(csv([["a", "b"]] * 6))
    assert refused.value.code == "file-too-large"


def test_a_far_cell_is_seen_across_two_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BLOCK", 97)
    with pytest.raises(FileRefused):
        read_file(_far())
    assert table_of(xlsx(ROWS))[0] == 3


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_rubbish_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    for whole in (content, b"PK\x03\x04" + content, OLE + content, xls(ROWS)[:600] + content):
        with suppress(FileRefused):
            assert find_table(read_file(whole).load(0)).rows


@pytest.mark.parametrize(
    ("case", "rows", "header", "headers", "numbers"),
    [
        ("plain", ["姓名,手机", "王小明,13800000001"], 1, ["姓名", "手机"], [2]),
        ("no header", ["王小明,11010519491231002X", "李红,110105491231002"], 0, ["", ""], [1, 2]),
        ("only words", ["姓名,单位,工种", "王,甲公司,保安", "李,乙公司,保安"], 1, ["姓名", "单位", "工种"], [2, 3]),
        ("a form above", ["单位：天桥,,填表：王,2026年1月", "序号,姓名,性别,手机", "1,王明,男,13800000001"], 2,
         ["序号", "姓名", "性别", "手机"], [3]),
        ("groups above", ["基本情况,,联系,", "姓名,性别,手机,住址", "王明,男,13800000001,永安路"], 2,
         ["姓名", "性别", "手机", "住址"], [3]),
        ("groups beside", ["序号,姓名,联系方式,,备注", ",,手机,住址,", "1,王,13800000001,路,", "2,李,1380002,,好"], 2,
         ["序号", "姓名", "手机", "住址", "备注"], [3, 4]),
        ("repeated on each page", ["姓名,手机", "王,1380001", "姓名,手机", "李,1380002"], 1, ["姓名", "手机"], [2, 4]),
        ("empty columns after", ["姓名,手机,,", "王明,13800000001,,"], 1, ["姓名", "手机"], [2]),
        ("a column without a word", ["姓名,,手机", "王明,x,13800000001"], 1, ["姓名", "", "手机"], [2]),
        ("a foot", ["姓名,手机", "王明,13800000001", "填表人：王,"], 1, ["姓名", "手机"], [2, 3]),
    ],
)  # fmt: skip
def test_the_header_is_found_by_its_content(
    case: str, rows: list[str], header: int, headers: list[str], numbers: list[int]
) -> None:
    table = find_table([row.split(",") for row in rows])
    assert (table.header_row, table.headers) == (header, headers), case
    assert [row.number for row in table.rows] == numbers


def test_a_column_gives_its_first_values() -> None:
    table = tables.find_table([["甲", "乙"], ["1", "x"], ["", "y"], ["3", "z"]])
    assert table.column(0, 5) == ["1", "3"]
    assert table.column(1, 2) == ["x", "y"]
    assert table.rows[0].cell(9) == ""
