"""Refusals as problem documents (RFC 9457)."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError

TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Invalid input",
    429: "Too many requests",
    500: "Server error",
}


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """A problem document whose ``type`` ends in ``code``; ``detail`` is for people, in their language."""
    body = {
        "type": f"{settings.SITE_URL}/problems/{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        **{name: value for name, value in more.items() if value},
    }
    content = json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder)
    return HttpResponse(content, status=status, content_type="application/problem+json")


def refused(refusal: DomainError) -> HttpResponse:
    return problem(
        refusal.status, refusal.code, str(refusal.message), remedy=str(refusal.remedy), context=refusal.context
    )


def invalid(errors: list[dict[str, Any]]) -> HttpResponse:
    """What the shape of the input breaks, place by place."""
    listed = [{"at": "/".join(str(part) for part in error["loc"]), "message": error["msg"]} for error in errors]
    return problem(422, "invalid-input", _("Some of what was sent cannot be read."), errors=listed)


def always_problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: programs get a problem document also where Django itself refuses, and no page for people."""

    def handle(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if not request.path.startswith("/api/"):
            return answer
        if request.user.is_authenticated:
            answer.headers.setdefault("Cache-Control", "no-store")
        if answer.status_code < 400 or _is_for_programs(answer):
            return answer
        replaced = problem(answer.status_code, *_plainly(answer.status_code))
        if "Allow" in answer:
            replaced["Allow"] = answer["Allow"]
        return replaced

    return handle


def _is_for_programs(answer: HttpResponse) -> bool:
    return answer.headers.get("Content-Type", "").startswith("application/")


def _plainly(status: int) -> tuple[str, str]:
    known = {
        400: ("bad-request", _("The request cannot be read.")),
        404: ("not-found", _("There is nothing here that you can see.")),
        405: ("method-not-allowed", _("This address does not take this method.")),
    }
    if status >= 500:
        return "server-error", _("Something went wrong here. Nothing was changed.")
    return known.get(status, ("refused", _("This was refused.")))
