"""What views of every app need: a safe way back, pages of a list, the page that asks before something grave."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from niangjia.core.errors import DomainError, InvalidInput, Text

PAGE_SIZE = 50


def back_to(request: HttpRequest, default: str = "/") -> str:
    """The address in ``next`` if it is one of ours, else ``default``."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if _ours(request, asked) else default


def came_from(request: HttpRequest, default: str = "/") -> str:
    """The page of ours that the person came from, else ``default``."""
    referer = request.headers.get("referer", "")
    return referer if _ours(request, referer) else default


def _ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def paginate(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def confirm(
    request: HttpRequest,
    *,
    heading: Text,
    verb: Text,
    back: str,
    lead: Text = "",
    consequences: Sequence[Text] = (),
    form: BaseForm | None = None,
    frame: str = "ui/page_staff.html",
) -> HttpResponse:
    """The page shown on GET before something that cannot be taken back; its form posts to the same address."""
    status = 422 if form is not None and form.is_bound else 200
    context = {"heading": heading, "lead": lead, "consequences": consequences, "verb": verb, "back": back}
    return render(request, "ui/confirm.html", context | {"form": form, "frame": frame}, status=status)


def refuse(form: BaseForm, refusal: DomainError) -> None:
    """Write a refusal into the form that caused it: at its field, or atop the form."""
    name = refusal.field if isinstance(refusal, InvalidInput) and refusal.field in form.fields else None
    form.add_error(name, str(refusal))
