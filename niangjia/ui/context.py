"""What every page knows."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "large_type": request.COOKIES.get("type") == "large",
        "home_url": _address("portal:home"),
        "login_url": _address("identity:login"),
        "logout_url": _address("identity:logout"),
    }


def _address(name: str) -> str:
    """Nothing while no app answers to the name: a frame may outlive a page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
