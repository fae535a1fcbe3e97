"""Refusals as problem documents (RFC 9457)."""

import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.translation import gettext as _

from niangjia.core.errors import DomainError

TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not permitted",
    404: "Not found",
    409: "Conflict",
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
