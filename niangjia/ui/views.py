"""How a page is displayed, and the pages of what went wrong."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from niangjia.ui import pages

YEAR = 60 * 60 * 24 * 365


@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep in a cookie how large the type is and which language is read, and go back."""
    response = HttpResponseRedirect(pages.back_to(request))
    kind, language = request.POST.get("type"), request.POST.get("language")
    if kind in {"large", "normal"}:
        response.set_cookie("type", kind, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, str(language), max_age=YEAR, samesite="Lax")
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "ui/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "ui/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "ui/404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "ui/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Written without the request, so that no database is asked on the way."""
    large = request.COOKIES.get("type") == "large"
    return HttpResponse(render_to_string("ui/500.html", {"large_type": large}), status=500)
