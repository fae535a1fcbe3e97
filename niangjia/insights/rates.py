"""The arithmetic of rates: rounding, what is missing to a target, what must not be shown."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple, TypeVar

from niangjia.ui.formats import percent

SHADES = (Decimal(60), Decimal(80), Decimal(95))  # from which percent on a tile is darker

Key = TypeVar("Key")


class Share(NamedTuple):
    """What was counted, over what if it is a rate."""

    counted: int
    over: int | None = None

    @property
    def percent(self) -> Decimal | None:
        """Rounded half up to two decimals; nothing where there is nothing to be a share of."""
        return percent(self.counted, self.over) if self.over else None

    @property
    def missing(self) -> int | None:
        return None if self.over is None else self.over - self.counted

    @property
    def shade(self) -> int:
        """1 to 4, the fuller the darker; 0 where there is no rate."""
        found = self.percent
        return 0 if found is None else 1 + sum(found >= least for least in SHADES)


def gap(share: Share, target: Decimal) -> int:
    """The least number of further ones that reaches the target: exactly, not after rounding."""
    if not share.over:
        return 0
    wanted = (share.over * target / 100).to_integral_value(ROUND_CEILING)
    return max(0, int(wanted) - share.counted)


def hidden(cells: Mapping[Key, Sequence[int]], least: int) -> set[Key]:
    """Cells of a breakdown that must not be shown beside its total.

    A cell holds its counts (numerator, and what is missing to the denominator). One that has a count of 1 to below
    ``least`` is hidden; and if what is hidden could then be computed back from the total, because only one cell is
    hidden or what is hidden adds up to less than ``least``, the smallest cell beside it is hidden too.
    """
    unsafe = {key for key, counts in cells.items() if any(0 < count < least for count in counts)}
    if not unsafe:
        return set()
    rest = sorted((key for key in cells if key not in unsafe), key=lambda key: (sum(cells[key]), str(key)))
    while rest and not _veiled([cells[key] for key in unsafe], least):
        enough = [key for key in rest if _veiled([cells[other] for other in {*unsafe, key}], least)]
        helping = [key for key in rest if any(cells[key])]
        chosen = (enough or helping or rest)[0]
        rest.remove(chosen)
        unsafe.add(chosen)
    return unsafe


def _veiled(concealed: Sequence[Sequence[int]], least: int) -> bool:
    """Whether nothing about a single one of these follows from their sums."""
    sums = [sum(counts) for counts in zip(*concealed, strict=True)]
    return len(concealed) > 1 and all(found == 0 or found >= least for found in sums)
