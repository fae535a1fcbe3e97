"""Parts of pages that several apps fill: the homes, and the page of a unit. Each app brings its own in ``ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest

Home = Literal["public", "member", "staff", "alarm", "unit"]
Fill = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """A template and the function that fills it; ``None`` from it means that there is nothing to show."""

    template: str
    fill: Fill
    order: int


@dataclass(frozen=True)
class Filled:
    template: str
    context: dict[str, Any]


_sections: dict[Home, dict[str, Section]] = {"public": {}, "member": {}, "staff": {}, "alarm": {}, "unit": {}}


def register(*, home: Home, template: str, fill: Fill, order: int = 50) -> None:
    """Show ``template`` on a page, filled by ``fill(request)``; what it gives is called ``part`` in the template.

    ``alarm`` stands above everything else on the home of the staff: what must not be overlooked.
    On the page of a unit it is ``fill(request, organization)``. The same ``template`` again replaces the section.
    """
    _sections[home][template] = Section(template, fill, order)


def shown(request: HttpRequest, home: Home, *about: object) -> list[Filled]:
    """The sections that have something to show, in order."""
    ordered = sorted(_sections[home].values(), key=lambda section: section.order)
    filled = [(section.template, section.fill(request, *about)) for section in ordered]
    return [Filled(template, context) for template, context in filled if context is not None]
