"""The questions one may put to a table: words to search for, a choice to make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from niangjia.core.errors import Text

Options = Sequence[tuple[Any, Text]]


@dataclass(frozen=True)
class Search:
    """A search box; ``apply`` narrows the rows, by default any of ``fields`` contains the words."""

    name: str = "q"
    label: Text = ""
    fields: Sequence[str] = ()
    apply: Callable[[Any, str], Any] | None = None

    def narrow(self, rows: Any, value: str) -> Any:
        if self.apply:
            return self.apply(rows, value)
        found = Q()
        for name in self.fields:
            found |= Q(**{f"{name}__icontains": value})
        return rows.filter(found)

    def control(self, value: str, options: Options = ()) -> SafeString:
        return format_html(
            '<input class="input" type="search" name="{}" value="{}" aria-label="{}" data-search>',
            *(self.name, value, self.label or _("Search")),
        )


@dataclass(frozen=True)
class Choice:
    """A choice among ``choices`` (a list, or a function of the request); ``all`` is the word for no choice made."""

    name: str
    label: Text
    choices: Options | Callable[[HttpRequest], Options]
    all: Text
    field: str = ""
    apply: Callable[[Any, str], Any] | None = None

    def narrow(self, rows: Any, value: str) -> Any:
        return self.apply(rows, value) if self.apply else rows.filter(**{self.field or self.name: value})

    def control(self, value: str, options: Options) -> SafeString:
        every = [("", self.all), *((str(key), label) for key, label in options)]
        shown = [
            format_html('<option value="{}"{}>{}</option>', key, SafeString(" selected" * (key == value)), label)
            for key, label in every
        ]
        parts = (self.name, self.label, SafeString("".join(shown)))
        return format_html('<select class="select" name="{}" aria-label="{}">{}</select>', *parts)
