"""The register of navigation entries: each app names its own pages from ``apps.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.errors import Text
from niangjia.core.request import Request

Area = Literal["staff", "member"]
Group = Literal["work", "people", "house"]

GROUPS: dict[Group, Text] = {"work": "", "people": _("People and units"), "house": _("Administration")}


@dataclass(frozen=True)
class Entry:
    label: Text
    url_name: str
    permission: str | None
    order: int
    icon: str
    group: Group
    count: Callable[[Request], int] | None
    also: tuple[str, ...]


@dataclass
class Link:
    """One entry as a page shows it."""

    label: Text
    url: str
    icon: str
    group: Group
    count: int
    also: tuple[str, ...] = ()
    current: bool = False

    def leads_to(self, path: str) -> int:
        """How much of an address is this entry's: the length of the part that they share, or nought."""
        return max((len(start) for start in (self.url, *self.also) if path.startswith(start)), default=0)

    @property
    def group_label(self) -> Text:
        return GROUPS[self.group]


_entries: dict[Area, dict[str, Entry]] = {"staff": {}, "member": {}}
_scopes: list[Callable[[Request], str]] = []


def register(
    *,
    area: Area,
    label: Text,
    url_name: str,
    permission: str | None = None,
    order: int = 50,
    icon: str = "circle",
    group: Group = "work",
    count: Callable[[Request], int] | None = None,
    also: tuple[str, ...] = (),
) -> None:
    """Show a page in the navigation of ``area`` to those who hold ``permission`` anywhere (``None``: to all).

    ``count`` says how many things wait there; nought is not shown. Pages of other apps whose addresses begin with one
    of ``also`` stand under this entry. The same ``url_name`` again replaces the entry.
    """
    _entries[area][url_name] = Entry(label, url_name, permission, order, icon, group, count, also)


def register_scope(describe: Callable[[Request], str]) -> None:
    """Name the function that says for which unit the signed-in person works, shown atop the staff pages."""
    _scopes[:] = [describe]


def scope_of(request: HttpRequest) -> str:
    return _scopes[0](cast("Request", request)) if _scopes and request.user.is_authenticated else ""


def links(request: HttpRequest, area: Area) -> list[Link]:
    """What the person may open, in order; the entry whose address is the longest prefix of this page is current."""
    shown = [
        Link(entry.label, url, entry.icon, entry.group, _waiting(entry, request), entry.also)
        for entry in sorted(_entries[area].values(), key=lambda entry: (list(GROUPS).index(entry.group), entry.order))
        if _may(request, entry.permission) and (url := _address(entry.url_name))
    ]
    here = max(shown, key=lambda link: link.leads_to(request.path), default=None)
    if here and here.leads_to(request.path):
        here.current = True
    return shown


def _waiting(entry: Entry, request: HttpRequest) -> int:
    return entry.count(cast("Request", request)) if entry.count else 0


def _may(request: HttpRequest, permission: str | None) -> bool:
    user = request.user
    return user.is_authenticated and (permission is None or access.can_anywhere(user, permission))


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
