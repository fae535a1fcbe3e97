"""The Word file says what the PDF says, in the official layout."""

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt

from niangjia.papers.documents import Document, Paragraph, chinese_number
from niangjia.papers.tests.samples import HOSTILE, opened, report
from niangjia.papers.word import render_docx


def test_the_paper_has_the_official_measures() -> None:
    section = opened(render_docx(report())).sections[0]
    assert [round(part.mm) for part in (section.page_width, section.page_height)] == [210, 297]
    assert [round(part.mm) for part in (section.top_margin, section.left_margin)] == [37, 28]
    text = Emu(section.page_width - section.left_margin - section.right_margin)
    assert round(text.mm) == 156


def test_everything_is_said_once_and_as_it_was_typed() -> None:
    file = opened(render_docx(report()))
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    for said in (
        "天桥街道总工会",
        "西城区总工会：",
        "一、送达情况",
        "（一）按单位",
        HOSTILE,
        "口径：",
        "2026年2月20日",
    ):
        assert said in text
    sheet, bars = file.tables
    assert [cell.text for cell in sheet.rows[0].cells] == ["单位", "线上", "线下"]
    assert [cell.text for cell in sheet.rows[-1].cells] == ["合计", "219", "161"]
    assert [[cell.text for cell in row.cells] for row in bars.rows] == [["环卫工人", "320人"], ["保安员", "0人"]]


def test_body_and_headings_stand_in_the_faces_of_the_standard() -> None:
    file = opened(render_docx(report()))

    def face(start: str) -> Any:
        run = next(p for p in file.paragraphs if p.text.startswith(start)).runs[0]
        return run.element.rPr.rFonts.get(qn("w:eastAsia"))

    assert [face("一、"), face("（一）"), face("共送出")] == ["黑体", "楷体", "仿宋"]
    assert file.styles["Normal"].font.size == Pt(16)
    table = next(rel.target_part for rel in file.part.rels.values() if rel.reltype.endswith("/fontTable"))
    assert "Noto Serif CJK SC" in table.blob.decode()


def test_head_rows_repeat_and_figures_stand_at_the_right() -> None:
    sheet = opened(render_docx(report())).tables[0]
    assert sheet.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert sheet.rows[1].cells[1].paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT


def test_the_page_number_stands_between_dashes() -> None:
    footer = opened(render_docx(report())).sections[0].footer.paragraphs[0]
    field = footer._p.find(qn("w:fldSimple"))
    assert field.get(qn("w:instr")) == "PAGE"
    assert footer.text.count("—") == 2


def test_a_paper_without_head_and_signature_has_neither() -> None:
    file = opened(render_docx(Document(title="通知", blocks=(Paragraph("内容"),))))
    assert [paragraph.text for paragraph in file.paragraphs] == ["通知", "内容"]


def test_headings_are_numbered_in_chinese() -> None:
    assert [chinese_number(n) for n in (0, 1, 9, 10, 11, 20, 35)] == ["〇", "一", "九", "十", "十一", "二十", "三十五"]


def test_tables_are_as_wide_as_the_text_in_their_grid_and_in_their_cells() -> None:
    """LibreOffice goes by the grid, Word by the cells."""
    for table in opened(render_docx(report())).tables:
        grid = [column.width for column in table.columns]
        assert round(Emu(sum(grid)).mm) == 156
        assert [[cell.width for cell in row.cells] for row in table.rows] == [grid] * len(table.rows)


def test_characters_are_chinese_ones_where_the_faces_are_absent() -> None:
    language = opened(render_docx(report())).styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language.get(qn("w:eastAsia")) == "zh-CN"


def test_page_numbers_stand_at_the_outer_edge() -> None:
    section = opened(render_docx(report())).sections[0]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT)


def test_a_long_letterhead_stays_on_one_line() -> None:
    for name in ("天桥街道总工会文件", "北京市西城区天桥街道总工会" * 2):
        head = opened(render_docx(Document(title="通知", letterhead=name))).paragraphs[0]
        size = head.runs[0].font.size
        assert size is not None
        assert size * len(name) <= Mm(156)
        assert size <= Pt(30)


ORDER = {
    "w:pPr": ("w:pStyle", "w:keepNext", "w:pBdr", "w:spacing", "w:ind", "w:jc"),
    "w:tblPr": ("w:tblStyle", "w:tblW", "w:jc", "w:tblLayout", "w:tblCellMar", "w:tblLook"),
}


def test_properties_stand_in_the_order_that_word_demands() -> None:
    """Word calls a file damaged in which they do not; LibreOffice does not mind."""
    body = opened(render_docx(report())).element.body
    for name, order in ORDER.items():
        found = [[child.tag for child in properties] for properties in body.iter(qn(name))]
        assert found
        known = [qn(part) for part in order]
        assert [tags for tags in found if tags != sorted(tags, key=known.index)] == []
