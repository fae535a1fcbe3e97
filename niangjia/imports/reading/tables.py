"""Where in a sheet the table is: titles above it, the header row found by its content, empty rows left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from niangjia.core.cleaning import compact, tidy
from niangjia.imports.reading.refusals import FileRefused

LOOKED_AT = 30  # rows among which the header must be
SAMPLE = 40  # rows below a candidate that are compared with it
LONGEST_HEADER = 40
EARLIER = 0.98  # of two rows that fit alike the upper one is the header
NUMBER = re.compile(r"\d{8,}[\dXx]?")
DATA = re.compile(r"\d{5,}[\dXx]?|\d+([.:/-]\d+)+|[\d.]+[Ee]\+?\d+|\d{4}年.*|\d+")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands in the file; ``number`` is the one at its left in Excel."""

    number: int
    cells: list[str]

    def cell(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headers by column and the rows that are not empty; ``header_row`` is 0 when the file has none."""

    header_row: int
    headers: list[str]
    rows: list[SourceRow]

    def column(self, number: int, limit: int) -> list[str]:
        """The first ``limit`` values of one column that are not empty."""
        found = []
        for row in self.rows:
            if value := tidy(row.cell(number)):
                found.append(value)
                if len(found) == limit:
                    break
        return found


def find_table(rows: Sequence[Sequence[str]]) -> Table:
    """The table in ``rows``; raises ``FileRefused`` when there is nothing in it."""
    filled = [at for at, row in enumerate(rows) if any(tidy(cell) for cell in row)]
    if not filled:
        raise FileRefused(
            _("This table is empty."),
            remedy=_("Choose another sheet, or check that you have uploaded the right file."),
            code="empty",
        )
    header = _header_row(rows, filled)
    if header is None and not any(_is_data(tidy(cell)) for at in filled for cell in rows[at]):
        header = filled[0]
    width = max(len(rows[at]) for at in filled if header is None or at >= header)
    below = [at for at in filled if header is None or at > header]
    words = [""] * width if header is None else _words(rows, header, width)
    if header is not None and below and _is_second_line(rows, header, below[0]):
        header = below.pop(0)
        words = [_text(rows, header, column) or word for column, word in enumerate(words)]
    body = [SourceRow(at + 1, list(rows[at])) for at in below]
    body = [row for row in body if [tidy(row.cell(at)) for at in range(width)] != words]  # repeated on each page
    if not body:
        raise FileRefused(
            _("This table has a header but no rows."),
            remedy=_("Choose another sheet, or check that you have uploaded the right file."),
            code="empty",
        )
    used = [at for at in range(width) if words[at] or any(tidy(row.cell(at)) for row in body)]
    return Table(0 if header is None else header + 1, words[: used[-1] + 1], body)


def _header_row(rows: Sequence[Sequence[str]], filled: list[int]) -> int | None:
    """The row that looks least like those below it: short, distinct words over columns of data."""
    best, best_score = None, 0.0
    for place, at in enumerate(filled[:LOOKED_AT]):
        if sum(bool(tidy(cell)) for cell in rows[at]) > 1 and any(
            NUMBER.fullmatch(compact(cell)) for cell in rows[at]
        ):
            break  # a person: the header stands above or there is none
        score = _header_score(rows, at, filled[place + 1 : place + 1 + SAMPLE]) * EARLIER**place
        if score > best_score:
            best, best_score = at, score
    return best


def _header_score(rows: Sequence[Sequence[str]], at: int, below: list[int]) -> float:
    """How much of the table's width ``at`` names with distinct words, less what reads like data."""
    cells = [text for cell in rows[at] if (text := tidy(cell))]
    below = [row for row in below if list(rows[row]) != list(rows[at])]  # a header may stand again on each page
    if not cells or not below or any(_is_data(text) for text in cells):
        return 0.0
    if len(set(cells)) < len(cells) or any(len(text) > LONGEST_HEADER for text in cells):
        return 0.0
    columns = [column for column, cell in enumerate(rows[at]) if tidy(cell)]
    supported = 0.0
    for column in columns:
        values = [text for row in below if (text := _text(rows, row, column))]
        if values:
            looks = sum(_is_data(value) or len(value) < 30 for value in values) / len(values)
            supported += looks * (0.5 + 0.5 * len(values) / len(below))
    used = {column for row in below for column, cell in enumerate(rows[row]) if tidy(cell)}
    return supported / max(len(used | set(columns)), 1)


def _is_data(text: str) -> bool:
    return DATA.fullmatch(compact(text)) is not None


def _text(rows: Sequence[Sequence[str]], at: int, column: int) -> str:
    row = rows[at]
    return tidy(row[column]) if column < len(row) else ""


def _words(rows: Sequence[Sequence[str]], header: int, width: int) -> list[str]:
    """The header's words; where a cell is merged with the one above, the word stands there."""
    above = header - 1 if header and sum(bool(tidy(cell)) for cell in rows[header - 1]) > 1 else header
    return [_text(rows, header, column) or _text(rows, above, column) for column in range(width)]


def _is_second_line(rows: Sequence[Sequence[str]], header: int, below: int) -> bool:
    """Whether ``below`` only divides cells of ``header`` that are merged sideways, as “contact › phone, address”."""
    filled = [column for column in range(len(rows[below])) if _text(rows, below, column)]
    if any(_is_data(_text(rows, below, column)) for column in filled):
        return False
    divided = [column for column in filled if not _text(rows, header, column)]
    beginnings = {column for column in filled if column + 1 in divided}
    return bool(divided) and all(column in divided or column in beginnings for column in filled)
