"""Where vouchers come from: upper apps say what a booking or a hand-out entitles to, so that they need not write it.

Registered from ``apps.ready()``. Holds only what it is told; no rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from niangjia.ledgers.models import Item

if TYPE_CHECKING:
    from niangjia.vouchers.models import ServicePoint


@dataclass(frozen=True)
class Entitlement:
    """What a voucher stands for, as its source knows it now. ``live`` is false once it was cancelled or has lapsed.

    ``held`` is the source's own row, when it was locked: who hears of the hand-over need not read it again.
    """

    organization_id: UUID
    organization_path: str
    purpose_id: UUID
    title: str
    item: Item
    quantity: int
    member_id: UUID
    valid_from: datetime | None
    valid_until: datetime | None
    live: bool
    points: "tuple[ServicePoint, ...]" = ()
    cancel_until: datetime | None = None  # until when the person may give it up; never, if there is no moment
    held: Any = None


# ``resolve(id, lock=…)`` finds the entitlement, or nothing; with ``lock`` it holds the row until the end of the
# transaction, which comes before the voucher's own lock everywhere.
Resolve = Callable[[UUID, bool], Entitlement | None]

registered: dict[str, Resolve] = {}


def register(kind: str, resolve: Resolve) -> None:
    registered[kind] = resolve


def find(key: UUID, *, lock: bool = False) -> tuple[str, Entitlement] | None:
    """The first source that knows ``key``, with what it entitles to."""
    for kind, resolve in registered.items():
        found = resolve(key, lock)
        if found is not None:
            return kind, found
    return None
