"""State machines as data: a dict from each state to the states it may become."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from niangjia.core.errors import InvalidTransition

State = TypeVar("State", bound=TextChoices)


def advance(obj: Any, to: State, edges: Mapping[State, frozenset[State]], *, field: str = "status") -> None:
    """Set ``obj.field`` to ``to``, or raise ``InvalidTransition``. The caller holds the row lock and saves."""
    current = type(to)(getattr(obj, field))
    if to not in edges[current]:
        raise InvalidTransition(
            _("This is “%(current)s” and cannot become “%(to)s”.") % {"current": current.label, "to": to.label},
            remedy=_("Reload the page to see its present state."),
            context={"from": current.value, "to": to.value},
        )
    setattr(obj, field, to)
