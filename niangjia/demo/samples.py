"""Writes the sample rosters as files that an officer can import, into the folder ``samples`` of the home."""

import csv
import shutil
from datetime import date
from pathlib import Path

from niangjia.demo.rosters import Roster, rosters
from niangjia.demo.tree import Layout

DATA = Path(__file__).parent / "data"


def write(folder: Path, layout: Layout) -> list[Path]:
    """All of them; what lies there under the same names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder, roster) for roster in rosters(layout)]


def _write(folder: Path, roster: Roster) -> Path:
    path = folder / roster.name
    if path.suffix == ".xlsx":
        _workbook(path, roster)
    elif path.suffix == ".csv":
        _csv(path, roster)
    else:  # nothing we ship writes the old binary format: the file lies ready, and a test compares it
        shutil.copyfile(DATA / roster.name, path)
    return path


def _workbook(path: Path, roster: Roster) -> None:
    import xlsxwriter  # noqa: PLC0415 (slow to import)

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("名单")
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#F3F0EA"})
        day = book.add_format({"num_format": "yyyy/m/d"})
        last = len(roster.headers) - 1
        for number, words in enumerate(roster.above):
            sheet.merge_range(number, 0, number, last, words, title)
        start = len(roster.above)
        sheet.write_row(start, 0, roster.headers, head)
        for number, row in enumerate(roster.rows, start + 1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
        sheet.set_column(1, last, 18)
        sheet.freeze_panes(start + 1, 0)


def _csv(path: Path, roster: Roster) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(roster.headers)
        writer.writerows(roster.rows)
