"""What carries a short text to a phone. The back end is one class named by the setting ``SENDER``."""

from typing import Protocol

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError

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
        log.info("text message", phone=masked(phone), text=text)


def masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


class NotSent(DomainError):
    """The gateway did not take the text."""

    code = "not-sent"
    status = 503


def send(*, phone: str, text: str) -> None:
    """Send by the installation's back end; whatever it raises becomes ``NotSent`` and a line of the log."""
    try:
        sender().send(phone=phone, text=text)
    except Exception as error:
        told = f"{type(error).__name__}: {error}".replace(phone, masked(phone)).replace(text, "…")
        log.error("text message not sent", phone=masked(phone), error=told)  # noqa: TRY400 (a trace shows the code)
        raise NotSent(
            _("The text message could not be sent."),
            remedy=_("Please try again in a minute. If it stays so, call your union."),
        ) from error


def sender() -> Sender:
    """The back end named by the settings."""
    made: Sender = import_string(settings.SENDER)()
    return made
