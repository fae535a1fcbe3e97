"""What upper apps know about the stock: counts to compare it with, and pieces that are spoken for.

Registered from ``apps.ready()``. A check runs in one snapshot of the database together with all others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Difference:
    """``subject`` names what disagrees, for machines; ``message`` says it to the officer."""

    subject: str
    message: str
    expected: int
    found: int
    organization_path: str
    purpose_id: UUID | None = None


Check = Callable[[], Iterable[Difference]]
SpokenFor = Callable[[UUID, UUID | None], int]

registered: dict[str, Check] = {}
_spoken_for: list[SpokenFor] = []


def register(name: str, check: Check) -> None:
    """Have ``check`` run by every verification."""
    registered[name] = check


def register_reservation(function: SpokenFor) -> None:
    """``function(item_id, purpose_id)`` says how many allotted pieces must stay, because they are on offer."""
    _spoken_for.append(function)


def spoken_for(item_id: UUID, purpose_id: UUID | None) -> int:
    return sum(function(item_id, purpose_id) for function in _spoken_for)
