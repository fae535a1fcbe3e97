"""Where units stand on the tile map (data/tiles.toml): a grid that reads like the map, without drawing one."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "tiles.toml"
NOWHERE = ""


@dataclass(frozen=True)
class Layout:
    """The rows of a grid, each with the codes of units from left to right; ``NOWHERE`` leaves a place free."""

    under: str
    valid_from: date
    source: str
    rows: list[list[str]]

    @property
    def codes(self) -> set[str]:
        return {code for row in self.rows for code in row} - {NOWHERE}


@cache
def layouts() -> tuple[Layout, ...]:
    with DATA.open("rb") as file:
        found = [Layout(**row) for row in tomllib.load(file)["layout"]]
    return tuple(sorted(found, key=lambda layout: layout.valid_from))


def layout_of(under: str, on: date) -> Layout | None:
    """The layout that holds for a unit on a day."""
    known = [layout for layout in layouts() if layout.under == under and layout.valid_from <= on]
    return known[-1] if known else None


def placed(under: str, codes: Sequence[str], on: date) -> list[list[str]]:
    """The codes in rows as on the map, and after these whatever the layout does not know; without a layout, one row in
    the order given."""
    layout = layout_of(under, on)
    if layout is None or not layout.codes & set(codes):
        return [list(codes)]
    rows = [[code if code in codes else NOWHERE for code in row] for row in layout.rows]
    others = [code for code in codes if code not in layout.codes]
    return [*rows, *([others] if others else [])]
