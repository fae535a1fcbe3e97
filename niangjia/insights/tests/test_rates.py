"""Rounding, the gap to a target, and what must not be told in public."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.insights.rates import Share, gap, hidden

COUNTS = st.integers(0, 12)
PERCENTS = st.decimals(0, 100, places=2)


@pytest.mark.parametrize(
    ("counted", "over", "told"),
    [
        (192, 203, "94.58"),
        (1, 800, "0.13"),
        (3, 800, "0.38"),
        (1, 8, "12.50"),
        (2, 3, "66.67"),
        (0, 5, "0.00"),
        (5, 5, "100.00"),
    ],
)
def test_a_rate_is_rounded_half_up(counted: int, over: int, told: str) -> None:
    assert str(Share(counted, over).percent) == told


def test_out_of_nothing_there_is_no_rate() -> None:
    assert Share(0, 0).percent is None
    assert Share(7).percent is None
    assert (Share(7).missing, Share(5, 7).missing) == (None, 2)


@given(over=st.integers(1, 500), counted=st.integers(0, 500), target=PERCENTS)
def test_the_gap_is_the_smallest_number_that_reaches_the_target(over: int, counted: int, target: Decimal) -> None:
    share = Share(min(counted, over), over)
    found = gap(share, target)
    reaches = [n for n in range(over + 1) if Decimal(share.counted + n) * 100 >= target * over]
    assert found == min(reaches)
    assert share.counted + found <= max(over, share.counted)


def test_without_anything_due_nothing_is_missing() -> None:
    assert gap(Share(0, 0), Decimal(90)) == 0


def assignments(total: int, cells: int) -> int:
    """In how many ways ``cells`` unknown counts can add up to ``total``."""
    if cells == 0:
        return int(total == 0)
    if cells == 1:
        return 1
    return sum(assignments(total - first, cells - 1) for first in range(total + 1))


@given(cells=st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=5), least=st.integers(2, 5))
def test_a_hidden_count_cannot_be_computed_back(cells: list[tuple[int, int]], least: int) -> None:
    """A reader knows the total and what is shown: for each hidden cell with a small count at least two answers remain,
    unless all is hidden, total included."""
    rows = dict(enumerate(cells))
    veiled = hidden(rows, least)
    small = {key for key, counts in rows.items() if any(0 < count < least for count in counts)}
    assert small <= veiled
    for place in range(2):
        total = sum(counts[place] for counts in cells)
        rest = total - sum(counts[place] for key, counts in rows.items() if key not in veiled)
        if any(0 < rows[key][place] < least for key in small) and not 0 < total < least:
            assert assignments(rest, len(veiled)) > 1


@given(cells=st.lists(st.tuples(st.sampled_from([0, 5, 6, 9]), st.sampled_from([0, 5, 8])), min_size=1, max_size=6))
def test_nothing_is_hidden_where_no_count_is_small(cells: list[tuple[int, int]]) -> None:
    assert hidden(dict(enumerate(cells)), 5) == set()


def test_the_neighbour_of_one_small_cell_is_hidden_too() -> None:
    assert hidden({"甲": (40, 1), "乙": (30, 10), "丙": (90, 0)}, 3) == {"甲", "乙"}
