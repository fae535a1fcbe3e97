"""Papers as Word, in the official layout: what the PDF shows, for those who must still change a word."""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.run import Run
from lxml import etree

from niangjia.papers.documents import Bars, Document, Heading, Note, Paragraph, Sheet

BODY, TITLE, SONG, HEI, KAI = "仿宋", "方正小标宋简体", "宋体", "黑体", "楷体"
# Where the face that the standard names is absent, Word and LibreOffice take the other one that is named here.
OTHERS = {
    BODY: "FangSong;仿宋_GB2312;STFangsong;Noto Serif CJK SC",
    TITLE: "FZXiaoBiaoSong-B05S;STZhongsong;Noto Serif CJK SC",
    SONG: "SimSun;STSong;Noto Serif CJK SC",
    HEI: "SimHei;STHeiti;Noto Sans CJK SC",
    KAI: "KaiTi;楷体_GB2312;STKaiti;LXGW WenKai;Noto Serif CJK SC",
}
SAN, SI, XIAOSI, WU, TITLE_SIZE = 16, 14, 12, 10.5, 22
TEXT_WIDTH = 156
LINE = 29  # 22 lines of 225 mm
RED = "B3261E"
CELL_MARGINS = f"""<w:tblCellMar {nsdecls("w")}><w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
    <w:bottom w:w="40" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>"""


def render_docx(paper: Document) -> bytes:
    """The paper as a .docx file."""
    file = docx.Document()
    _lay_out(file)
    if paper.letterhead:
        _letterhead(file, paper.letterhead)
    if paper.number:
        _line(file, paper.number, centre=True, after=14)
    _line(file, paper.title, face=TITLE, size=TITLE_SIZE, bold=True, centre=True, after=14)
    if paper.addressee:
        _line(file, f"{paper.addressee}：")
    for block in paper.blocks:
        _write(file, block)
    if paper.signatory:
        _line(file, "")
        _line(file, paper.signatory, right=4)
        _line(file, paper.day, right=4)
    file.core_properties.title = paper.title
    file.core_properties.author = paper.signatory
    stream = BytesIO()
    file.save(stream)
    return stream.getvalue()


def _lay_out(file: WordFile) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.left_margin = Mm(37), Mm(28)
    section.right_margin, section.bottom_margin = Mm(26), Mm(35)
    section.footer_distance = Mm(25)
    normal = file.styles["Normal"]
    normal.font.size = Pt(SAN)
    _dress(normal, BODY)
    normal.paragraph_format.line_spacing = Pt(LINE)
    normal.paragraph_format.space_after = Pt(0)
    _speak_chinese(normal)
    _name_the_others(file)
    file.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _speak_chinese(style: Any) -> None:
    """Without the language, a program without the faces shows the Japanese shapes of the characters."""
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.get_or_add_rPr().append(language)


def _dress(thing: Any, face: str) -> None:
    """Set the face for Chinese as well as for Latin text: Word keeps them apart."""
    thing.font.name = face
    fonts = thing.element.get_or_add_rPr().get_or_add_rFonts()
    for part in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(part), face)


def _name_the_others(file: WordFile) -> None:
    """Write into the table of fonts which other face may stand in for each."""
    part = next(rel.target_part for rel in file.part.rels.values() if rel.reltype.endswith("/fontTable"))
    table = parse_xml(part.blob)
    for face, others in OTHERS.items():
        for known in [font for font in table if font.get(qn("w:name")) == face]:
            table.remove(known)
        table.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{face}"><w:altName w:val="{others}"/></w:font>'))
    part._blob = _serialized(table)  # noqa: SLF001 (the library offers no other way to the table of fonts)


def _serialized(element: Any) -> bytes:
    text: bytes = etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)
    return text


def _page_number(paragraph: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    """At the outer edge, one character in: on odd pages at the right, on even ones at the left."""
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(SI)
    _run(paragraph, "—", SONG, SI)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(_run(paragraph, "1", SONG, SI).element)
    paragraph._p.append(field)  # noqa: SLF001 (the library knows no fields)
    _run(paragraph, "—", SONG, SI)


def _run(paragraph: Any, text: str, face: str, size: float, *, bold: bool = False) -> Run:
    run: Run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold
    _dress_run(run, face)
    return run


def _dress_run(run: Run, face: str) -> None:
    run.font.name = face
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _line(
    file: Any,
    text: str,
    *,
    face: str = BODY,
    size: float = SAN,
    bold: bool = False,
    centre: bool = False,
    indent: int = 0,
    right: int = 0,
    after: float = 0,
) -> Any:
    paragraph = file.add_paragraph()
    _run(paragraph, text, face, size, bold=bold)
    layout = paragraph.paragraph_format
    layout.space_after = Pt(after)
    layout.first_line_indent = Pt(indent * size)
    if size > SAN:
        layout.line_spacing = Pt(size * 1.5)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        layout.right_indent = Pt(right * size)
    else:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    return paragraph


def _letterhead(file: WordFile, name: str) -> None:
    size = min(30, TEXT_WIDTH / 25.4 * 72 / max(1, len(name)))  # on one line, however long the name
    paragraph = _line(file, name, face=TITLE, size=math.floor(size), bold=True, centre=True, after=16)
    paragraph.runs[0].font.color.rgb = RGBColor.from_string(RED)
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 (the library knows no borders of paragraphs)
        parse_xml(f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="4" w:color="{RED}"/></w:pBdr>'),
        "w:spacing", "w:ind", "w:jc",
    )  # fmt: skip


def _write(file: WordFile, block: Any) -> None:
    match block:
        case Heading():
            face = {1: HEI, 2: KAI}.get(block.level, BODY)
            _line(file, block.text, face=face, indent=2).paragraph_format.keep_with_next = True
        case Paragraph():
            _line(file, block.text, indent=2)
        case Note():
            _line(file, block.text, face=SONG, size=WU, after=8).paragraph_format.line_spacing = 1.3
        case Sheet():
            _sheet(file, block)
        case Bars():
            rows = [(row.label, f"{row.shown}{block.unit}") for row in block.rows]
            _sheet(file, Sheet(columns=("", ""), rows=rows, caption=block.title, widths=(3, 2), ends=(1,)), head=False)


def _sheet(file: WordFile, sheet: Sheet, *, head: bool = True) -> None:
    if sheet.caption:
        _line(file, sheet.caption, face=HEI, size=XIAOSI, centre=True, after=4).paragraph_format.keep_with_next = True
    rows: list[Sequence[str]] = [*([sheet.columns] if head else []), *sheet.rows]
    rows += [sheet.total] if sheet.total else []
    table = file.add_table(rows=len(rows), cols=len(sheet.columns), style="Table Grid")
    table.autofit = False
    table._tblPr.insert_element_before(parse_xml(CELL_MARGINS), "w:tblLook")  # noqa: SLF001 (unknown to the library)
    strong = {0} if head else set()
    strong |= {len(rows) - 1} if sheet.total else set()
    widths = _widths(sheet)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width  # LibreOffice goes by the grid of the table, Word by its cells
    for number, (row, values) in enumerate(zip(table.rows, rows, strict=True)):
        _row(row, values, sheet, widths, head=head and number == 0, strong=number in strong)
    _line(file, "", size=WU).paragraph_format.line_spacing = 1


def _widths(sheet: Sheet) -> list[Mm]:
    shares = sheet.widths or [1] * len(sheet.columns)
    return [Mm(TEXT_WIDTH * share / sum(shares)) for share in shares]


def _row(row: Any, values: Sequence[str], sheet: Sheet, widths: Sequence[Mm], *, head: bool, strong: bool) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 (the library knows no repeated heads)
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
        cell.width = widths[place]
        paragraph = cell.paragraphs[0]
        _run(paragraph, value, HEI if strong else SONG, WU)
        paragraph.paragraph_format.line_spacing = 1.15
        if head:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif place in sheet.ends:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
