"""What waits for a decision of somebody: each app tells of its own, from ``apps.ready()``; ``portal`` shows it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from niangjia.core.access import Actor
from niangjia.core.errors import Text


@dataclass(frozen=True)
class InboxItem:
    """One sentence of what waits, where it is decided, and by when; ``count`` is how many things it stands for."""

    title: Text
    href: str
    note: Text = ""
    due_on: date | None = None
    count: int = 1
    icon: str = "inbox"


Find = Callable[[Actor], Iterable[InboxItem]]

_finders: list[Find] = []


def register(find: Find) -> None:
    """Have ``find`` asked whenever somebody opens the inbox: few rows, and only what that person may decide."""
    if find not in _finders:
        _finders.append(find)


def waiting_for(actor: Actor) -> list[InboxItem]:
    """Everything that waits, the most urgent first; what has no day comes last."""
    items = [item for find in _finders for item in find(actor)]
    return sorted(items, key=lambda item: (item.due_on is None, item.due_on or date.max))
