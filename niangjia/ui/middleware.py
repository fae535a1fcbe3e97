"""One place where a refusal becomes a page."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from niangjia.core.errors import DomainError
from niangjia.ui import pages

Handler = Callable[[HttpRequest], Any]


class refusals:  # noqa: N801 (named as a function in the settings)
    """Turns a ``DomainError`` that no view has caught into the page that says what, why and what now.

    Where htmx asked for a part of a page, the same words go to the region for notices atop the page.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        answer: HttpResponse | Awaitable[HttpResponse] = self.get_response(request)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        context = {"refusal": exception, "back_url": pages.came_from(request), "frame": _frame(request)}
        if not getattr(request, "htmx", False):
            return render(request, "ui/refusal.html", context, status=exception.status)
        response = render(request, "ui/refusal_part.html", context, status=exception.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#notices", "innerHTML show:window:top"
        return response


def _frame(request: HttpRequest) -> str:
    """The frame of the page that was refused."""
    if request.path.startswith("/staff/"):
        return "ui/page_staff.html"
    return "ui/page_member.html" if request.user.is_authenticated else "ui/page_public.html"
