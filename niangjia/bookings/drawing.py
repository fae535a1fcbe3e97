"""A draw that anyone can check: from the seed, a public value and the published list follows the order of all entries.

Nothing here knows the database. The algorithm, in words, stands in docs/draw.md; changing it means another name.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import NamedTuple

ALGORITHM = "niangjia-draw/1"


class Blinded(NamedTuple):
    """One entry as it is published: a random ticket, the shares as bits, and the pieces."""

    ticket: str
    shares: int
    quantity: int

    @property
    def line(self) -> str:
        return f"{self.ticket} {self.shares} {self.quantity}\n"


def commitment(seed: str) -> str:
    """What is published of the seed before entries close: its SHA-256, in hexadecimal."""
    return hashlib.sha256(seed.encode()).hexdigest()


def digest(entries: Iterable[Blinded]) -> str:
    """What fixes the list: the SHA-256 of its lines in the order of the tickets."""
    lines = "".join(entry.line for entry in sorted(entries))
    return hashlib.sha256(lines.encode()).hexdigest()


def order(entries: Sequence[Blinded], *, seed: str, value: str, list_digest: str) -> list[Blinded]:
    """The entries as drawn: by the HMAC-SHA-256 of their tickets under a key made of all that was named before."""
    key = hashlib.sha256(f"{ALGORITHM}\n{seed}\n{value}\n{list_digest}".encode()).digest()
    return sorted(entries, key=lambda entry: hmac.digest(key, entry.ticket.encode(), "sha256"))
