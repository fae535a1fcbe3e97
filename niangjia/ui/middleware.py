"""One place where a refusal becomes a page."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from niangjia.core.errors import DomainError

Handler = Callable[[HttpRequest], Any]


class refusals:  # noqa: N801 (named as a function in the settings)
    """Turns a ``DomainError`` that no view has caught into the page that says what, why and what now."""

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
        return render(request, "ui/refusal.html", {"refusal": exception}, status=exception.status)
