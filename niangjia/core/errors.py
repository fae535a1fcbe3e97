"""Refusals: what a rule says when it says no. Delivery turns them into pages, problem documents or exit codes."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
FULL_WIDTH_ENDS = ("。", "？", "！", "；", "：")


class DomainError(Exception):
    """A refusal that names what was refused, why, and what to do now.

    ``code`` is the last part of the RFC 9457 ``type``; it is stable and in English. ``remedy`` is one sentence.
    ``context`` holds what a machine may want to know (limits, dates, numbers), never personal data.
    """

    code = "refused"
    status = 409

    def __init__(
        self, message: Text, *, remedy: Text = "", code: str = "", context: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.code
        self.context = dict(context or {})

    def __str__(self) -> str:
        message, remedy = str(self.message), str(self.remedy)
        gap = "" if message.endswith(FULL_WIDTH_ENDS) else " "  # Chinese sentences stand close
        return f"{message}{gap}{remedy}" if remedy else message


class NotPermitted(DomainError):
    """The actor may see this but not do this here."""

    code = "not-permitted"
    status = 403


class InvalidTransition(DomainError):
    """The thing is not in a state from which this is possible."""

    code = "invalid-transition"


class InvalidInput(DomainError):
    """The input breaks a rule of the field named in ``field``."""

    code = "invalid-input"
    status = 422

    def __init__(self, message: Text, *, field: str = "", remedy: Text = "", code: str = "") -> None:
        super().__init__(message, remedy=remedy, code=code, context={"field": field} if field else None)
        self.field = field
