"""A small declarative table: columns, filters that read as a sentence, sorting, pages, Excel."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html

from niangjia.core.errors import Text
from niangjia.ui import excel
from niangjia.ui.filters import Choice, Options, Search
from niangjia.ui.formats import EMPTY

__all__ = ["Choice", "Column", "Search", "Table", "excel_response", "file_response"]

MARKS = frozenset("，、。；：,;:.")
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """``value`` is what Excel gets (by default the attribute ``name``); ``show`` how a page writes it."""

    name: str
    label: Text
    value: Callable[[Any], object] | None = None
    show: Callable[[Any], object] | None = None
    href: Callable[[Any], str] | None = None
    sort: str = ""  # the field to order by; "" for a column that cannot be sorted
    end: bool = False  # figures stand at the right
    whole: bool = False  # never broken over two lines: names, numbers, days
    excel: bool = True

    def worth(self, row: Any) -> object:
        worth = self.value(row) if self.value else getattr(row, self.name)
        return worth() if callable(worth) else worth

    def text(self, row: Any) -> object:
        shown = self.show(row) if self.show else self.worth(row)
        if isinstance(shown, int) and not isinstance(shown, bool):
            return f"{shown:,}"
        return EMPTY if shown in (None, "") else shown


@dataclass
class Cell:
    text: object
    label: Text
    end: bool
    leads: bool
    href: str = ""
    whole: bool = False

    @property
    def classes(self) -> str:
        named = (("leads", self.leads), ("end", self.end), ("whitespace-nowrap", self.whole))
        return " ".join(name for name, holds in named if holds)


@dataclass
class Line:
    href: str
    cells: list[Cell]


@dataclass
class Head:
    label: Text
    end: bool
    href: str = ""
    direction: str = ""


@dataclass
class Table:
    """Subclass it with ``columns`` and the rest; give it the request and the rows one may see.

    The first column leads the row and opens ``row_href``. ``sentence`` holds ``{name}`` where the control of that
    filter stands: ``_("Members of {unit} who are {state}, with {q} in their name")``.
    """

    request: HttpRequest
    source: Any  # a QuerySet, or a list where nothing is filtered or sorted
    id: str = "table"
    options: dict[str, Options] = field(default_factory=dict)

    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Search | Choice]] = ()
    sentence: ClassVar[Text] = ""
    caption: ClassVar[Text] = ""
    empty: ClassVar[Text] = ""
    empty_action: ClassVar[Text] = ""
    page_size: ClassVar[int] = 50
    file_name: ClassVar[Text] = ""  # "" for a list that is not exported
    keeps: ClassVar[Sequence[str]] = ()  # what else the address asks, which the filters carry on

    def row_href(self, row: Any) -> str:
        return ""

    def empty_href(self) -> str:
        return ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        return [(name, self.request.GET[name]) for name in self.keeps if self.request.GET.get(name)]

    @property
    def all_href(self) -> str:
        """The same list without filters."""
        return f"{self.request.path}?{urlencode(self.kept)}" if self.kept else self.request.path

    @property
    def exports(self) -> bool:
        return bool(self.file_name)

    @property
    def shows_filters(self) -> bool:
        """Where there is nothing to filter or export yet, the empty state stands alone."""
        return bool(self.filters or self.exports) and (self.filtered or bool(self.page.object_list))

    @property
    def wants_export(self) -> bool:
        return self.exports and self.request.GET.get("format") == "xlsx"

    @cached_property
    def chosen(self) -> dict[str, str]:
        """What was asked for, kept only where it is one of the answers offered."""
        asked = {part.name: self.request.GET.get(part.name, "").strip() for part in self.filters}
        for part in self.filters:
            if isinstance(part, Choice) and asked[part.name] not in {str(key) for key, _label in self._options(part)}:
                asked[part.name] = ""
        return {name: value for name, value in asked.items() if value}

    @property
    def filtered(self) -> bool:
        return bool(self.chosen)

    @cached_property
    def sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if any(column.sort and column.name == asked.lstrip("-") for column in self.columns) else ""

    @cached_property
    def found(self) -> Any:
        rows = self.source
        for part in self.filters:
            if part.name in self.chosen:
                rows = part.narrow(rows, self.chosen[part.name])
        if self.sort and isinstance(rows, QuerySet):
            column = next(column for column in self.columns if column.name == self.sort.lstrip("-"))
            rows = rows.order_by(("-" if self.sort.startswith("-") else "") + column.sort, "pk")
        return rows

    @cached_property
    def page(self) -> Page[Any]:
        return Paginator(self.found, self.page_size).get_page(self.request.GET.get("page"))

    @property
    def heads(self) -> Iterator[Head]:
        for column in self.columns:
            direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(self.sort, "")
            turned = f"-{column.name}" if direction == "ascending" else column.name
            query = self.request.GET.copy()
            query["sort"] = turned
            query.pop("page", None)
            yield Head(column.label, column.end, f"?{query.urlencode()}" if column.sort else "", direction)

    @property
    def rows(self) -> Iterator[Line]:
        for row in self.page.object_list:
            cells = [
                Cell(
                    column.text(row),
                    column.label,
                    column.end,
                    not place,
                    column.href(row) if column.href else "",
                    column.whole,
                )
                for place, column in enumerate(self.columns)
            ]
            yield Line(self.row_href(row), cells)

    @property
    def sentence_parts(self) -> list[object]:
        """The words of the sentence with the controls in their places."""
        controls: dict[str, object] = {}
        for part in self.filters:
            controls[part.name] = part.control(self.chosen.get(part.name, ""), self._options(part))
        if not self.sentence:
            return list(controls.values())
        parts: list[object] = []
        for place, piece in enumerate(re.split(r"{(\w+)}", str(self.sentence))):
            words = piece.strip()
            if place % 2:
                parts.append(controls[piece])
            elif words[:1] in MARKS and parts:  # a comma never begins a line
                parts[-1] = format_html('<span class="flex items-center max-w-full">{}{}</span>', parts[-1], words[:1])
                parts.append(words[1:].strip())
            else:
                parts.append(words)
        return [part for part in parts if part]

    def export(self) -> HttpResponse:
        """Everything found, not only this page, as an Excel file."""
        columns = [column for column in self.columns if column.excel]
        rows = self.found.iterator(chunk_size=2000) if isinstance(self.found, QuerySet) else self.found
        lines = ([column.worth(row) for column in columns] for row in rows)
        content = excel.workbook([str(column.label) for column in columns], lines, title=str(self.file_name))
        return excel_response(str(self.file_name), content)

    def respond(self, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
        """The page, or with ``?format=xlsx`` the file."""
        if self.wants_export:
            return self.export()
        return render(self.request, template, {"table": self} | (context or {}))

    def _options(self, part: Search | Choice) -> Options:
        if isinstance(part, Search):
            return ()
        if part.name not in self.options:
            self.options[part.name] = part.choices(self.request) if callable(part.choices) else part.choices
        return self.options[part.name]


def excel_response(name: str, content: bytes) -> HttpResponse:
    return file_response(name, "xlsx", EXCEL_TYPE, content)


def file_response(name: str, ending: str, media_type: str, content: bytes) -> HttpResponse:
    """A download named in Chinese for browsers that know RFC 6266, in ASCII for those that do not."""
    response = HttpResponse(content, content_type=media_type)
    named = f"filename=\"list.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    response["Content-Disposition"] = f"attachment; {named}"
    return response
