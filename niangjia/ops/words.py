"""The words of the launcher: the catalogue read without Django, which would cost the start half a second."""

import gettext as catalogue
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent / "locale"
CHINESE, ENGLISH = "zh-hans", "en"


class Trouble(Exception):
    """What an operator has to know: what is wrong, and in ``remedy`` what to do now."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.remedy) if part)


def language() -> str:
    """Chinese, unless the environment asks for English."""
    return ENGLISH if os.environ.get("NIANGJIA_LANGUAGE", CHINESE).lower().startswith("en") else CHINESE


@cache
def _catalogue(chosen: str) -> catalogue.NullTranslations:
    if chosen == ENGLISH:
        return catalogue.NullTranslations()
    return catalogue.translation("django", LOCALE, languages=["zh_Hans"], fallback=True)


def gettext(message: str) -> str:
    return _catalogue(language()).gettext(message)


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is shown."""
    return message
