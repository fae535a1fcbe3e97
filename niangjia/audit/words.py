"""What each action of the history is called where people read it."""

from collections.abc import Mapping

from niangjia.core.errors import Text

_words: dict[str, Text] = {}


def register(words: Mapping[str, Text]) -> None:
    """Give actions their words; called from ``apps.ready``."""
    _words.update(words)


def said(action: str) -> str:
    """The words of ``action``; the action itself where nobody has given any."""
    return str(_words.get(action, action))


def known() -> dict[str, str]:
    """Every action that has words, in the order of registration."""
    return {action: str(label) for action, label in _words.items()}
