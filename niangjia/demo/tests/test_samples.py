"""The sample rosters: real files, made the same every time, with the errors that people make."""

import csv
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
from python_calamine import load_workbook

from niangjia.core import id_numbers
from niangjia.demo import rosters, samples, tree
from niangjia.demo.people import SEED, Population, Size


@pytest.fixture(scope="module")
def layout() -> tree.Layout:
    return tree.layout(Random(SEED))


@pytest.fixture(scope="module")
def folder(layout: tree.Layout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("家") / "samples"
    samples.write(folder, layout)
    samples.write(folder, layout)
    return folder


def cells(path: Path) -> list[list[str]]:
    return [[said(cell) for cell in row] for row in load_workbook(path).get_sheet_by_index(0).to_python()]


def said(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def test_there_are_three_whatever_was_there_before(folder: Path) -> None:
    assert {path.suffix for path in folder.iterdir()} == {".xlsx", ".csv", ".xls"}


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_the_workbooks_say_what_was_invented(layout: tree.Layout, folder: Path, suffix: str) -> None:
    """For the old format this compares the file that is checked in."""
    roster = next(one for one in rosters.rosters(layout) if one.name.endswith(suffix))
    found = cells(folder / roster.name)
    start = len(roster.above)
    assert [row[0] for row in found[:start]] == roster.above
    assert found[start] == roster.headers
    assert found[start + 1 :] == [[said(cell) for cell in row] for row in roster.rows]


def test_the_csv_is_in_gb18030(layout: tree.Layout, folder: Path) -> None:
    roster = next(one for one in rosters.rosters(layout) if one.name.endswith(".csv"))
    with (folder / roster.name).open(encoding="gb18030", newline="") as file:
        assert list(csv.reader(file)) == [roster.headers, *roster.rows]
    with pytest.raises(UnicodeDecodeError):
        (folder / roster.name).read_text(encoding="utf-8")


def test_headers_and_their_order_differ_from_file_to_file(layout: tree.Layout) -> None:
    orders = [roster.headers for roster in rosters.rosters(layout)]
    assert len({len(headers) for headers in orders}) == 3
    assert set(orders[0]) & set(orders[1]) & set(orders[2]) == set()


def test_newcomers_are_new(layout: tree.Layout) -> None:
    people = rosters.newcomers(layout)
    assert len({one.id_number for one in people}) == len(people)
    population = Population(layout, Size(unit=2_000, elsewhere=500, boxes=10, packs=10))
    known = [*population.unit(), *population.elsewhere()]
    assert not {one.id_number for one in people} & {one.id_number for one in known}
    assert not {one.phone for one in people} & {one.phone for one in known}
    for one in people:
        id_numbers.parse(one.id_number)


def test_each_error_is_the_error_it_is_meant_to_be(layout: tree.Layout) -> None:
    roster = rosters.rosters(layout)[0]
    spoilt = [row for row in roster.rows if any(cell != "" for cell in row)]
    faults = set()
    for row in spoilt:
        try:
            id_numbers.parse(str(row[2]))
        except id_numbers.IdNumberWrong as wrong:
            faults.add(wrong.fault.value)
    assert faults == {"check", "length", "characters"}
    numbers = [row[2] for row in spoilt]
    assert len(numbers) - len(set(numbers)) == 1, "one is there twice"
    assert any(isinstance(number, float) for number in numbers)
    assert any(len(str(number)) == 15 for number in numbers)
    assert any(str(row[1]).startswith("=") for row in spoilt)
    assert [""] * len(roster.headers) in roster.rows
