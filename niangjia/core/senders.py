"""What carries a short text to a phone. The back end is one class named by the setting ``SENDER``."""

from typing import Protocol

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

log = structlog.get_logger()


class Sender(Protocol):
    """Carries one text to one phone, or raises; it never retries by itself."""

    shows_on_screen: bool

    def send(self, *, phone: str, text: str) -> None: ...


class ScreenSender:
    """For demonstrations: nothing is sent; the page that asked shows the text."""

    shows_on_screen = True

    def send(self, *, phone: str, text: str) -> None:
        del phone, text


class LogSender:
    """For an installation without a gateway yet: operators find the text in the log. Refuses nothing."""

    shows_on_screen = False

    def send(self, *, phone: str, text: str) -> None:
        log.info("text message", phone=f"{phone[:3]}****{phone[-4:]}", text=text)


def sender() -> Sender:
    """The back end named by the settings."""
    made: Sender = import_string(settings.SENDER)()
    return made
