"""A form that leads to one service, the same for everything that is said of an employer or a workplace."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render

from niangjia.core.errors import DomainError, Text
from niangjia.core.request import Request
from niangjia.ui import pages


def fill(
    request: Request,
    form: Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    heading: Text,
    verb: Text,
    back: str,
    done: str,
    lead: Text = "",
) -> HttpResponse:
    """Show the form; when it has been filled in well, act, say what was done, and go back."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "heading": heading, "verb": verb, "back": back, "lead": lead}
    return render(request, "coverage/form.html", context, status=422 if form.is_bound else 200)
