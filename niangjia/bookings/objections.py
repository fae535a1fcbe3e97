"""What upper apps have against handing over a booking: asked at the hand-over, registered from ``apps.ready()``.

An objection is a function of the booking that raises a refusal.
"""

from collections.abc import Callable
from typing import Any

Objection = Callable[[Any], None]

registered: dict[str, Objection] = {}


def register(name: str, objection: Objection) -> None:
    """Have every hand-over ask ``objection``."""
    registered[name] = objection
