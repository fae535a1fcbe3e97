"""A table of figures to take away: the same rows as Excel and as Word, each with its measure and its day."""

from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.papers.documents import Document, Note, Sheet
from niangjia.papers.word import render_docx
from niangjia.ui import excel

Cell = str | int | float | None


@dataclass(frozen=True)
class Extract:
    """``notes`` are the measure, the source and the day; ``ends`` the columns whose figures stand at the right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str]
    ends: Sequence[int] = ()
    widths: Sequence[int] = ()

    def excel(self) -> bytes:
        """The notes stand below the rows, with a row between: so the columns can still be sorted and filtered."""
        below = [[], *([note] for note in self.notes)]
        return excel.workbook(list(self.columns), [*self.rows, *below], title=self.title)

    def word(self) -> bytes:
        rows = [[_text(cell) for cell in row] for row in self.rows]
        sheet = Sheet(columns=list(self.columns), rows=rows, widths=self.widths, ends=self.ends)
        return render_docx(Document(title=self.title, blocks=[sheet, *(Note(note) for note in self.notes)]))


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else f"{cell:,}"
