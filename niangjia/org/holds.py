"""What keeps a unit open. Apps above say in ``ready`` what of theirs would be left without a home."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from niangjia.core.errors import Text

if TYPE_CHECKING:
    from niangjia.org.models import Organization

Find = Callable[["Organization"], Text]

_finders: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    """``find(unit)`` says in one sentence what keeps the unit open; an empty one says that nothing does."""
    _finders[name] = find


def found(unit: "Organization") -> list[Text]:
    """Everything that keeps ``unit`` open."""
    return [said for find in _finders.values() if (said := find(unit))]
