"""What doors know of somebody who is logged in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from niangjia.identity.models import User

View = Callable[..., HttpResponseBase]


class UserRequest(HttpRequest):
    """A request of somebody who is logged in, for the types of the views."""

    user: User


def for_password_holders(view: View) -> View:
    """A page of the log-in library that makes no sense without a password: others are led to their own page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    return guarded
