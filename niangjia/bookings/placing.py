"""Which piece falls to whom: the one rule of the waiting list, of the draw, and of whoever recomputes a draw.

Nothing here knows the database. The lane keeps the same rule in SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from niangjia.bookings.drawing import Blinded

SHARES = 15  # a person's shares are the bits of a small integer
ANYBODY = 0  # the pool of those pieces that no share is for


@dataclass
class Pools:
    """What is free: for anybody, and of each share in its order."""

    general: int
    shares: list[int]

    @property
    def largest(self) -> int:
        return max([self.general, *self.shares])

    def place(self, mask: int, quantity: int) -> int | None:
        """Take so many pieces for one person from the first of her shares that has enough left, else from the rest.

        Returns the pool, or nothing where nothing fits.
        """
        for position, left in enumerate(self.shares, start=1):
            if mask >> (position - 1) & 1 and left >= quantity:
                self.shares[position - 1] -= quantity
                return position
        if self.general >= quantity:
            self.general -= quantity
            return ANYBODY
        return None


def fall(line: Iterable[Blinded], pools: Pools) -> dict[str, int]:
    """To which tickets of a line a piece falls, and from which pool; in the order of the line, until nothing fits."""
    placed = ((entry.ticket, pools.place(entry.shares, entry.quantity)) for entry in line)
    return {ticket: pool for ticket, pool in placed if pool is not None}
