"""What the pages of this app share."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from niangjia.audiences import queries
from niangjia.audiences.explain import Explanation
from niangjia.core import access
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member

Found = TypeVar("Found", bound=Model)

form_page = require_http_methods(["GET", "HEAD", "POST"])


def enter(request: UserRequest, permission: str) -> None:
    """These pages are for those who hold ``permission`` somewhere; what they see there is scoped."""
    if not access.can_anywhere(request.user, permission):
        access.require(request.user, permission, "")


def by_key(rows: QuerySet[Found], key: str) -> Found:
    """The row of that key, or 404, also for what is no key at all."""
    try:
        return get_object_or_404(rows, pk=UUID(key))
    except ValueError:
        raise Http404 from None


def asked_about(request: UserRequest) -> Member | None:
    """The person whom ``?member=`` names, as far as one may see people."""
    seen = Member.objects.visible_to(request.user).select_related("organization", "employer", "occupation")
    key = request.GET.get("member")
    return by_key(seen, key) if key else None


def answer_why(
    request: UserRequest, member: Member | None, explanation: Explanation | None, context: dict[str, Any]
) -> HttpResponse:
    """The page of one person's standing, or of the people to choose from."""
    asked = request.GET.get("q", "").strip()
    found = queries.search(request.user, asked) if asked and member is None else []
    context |= {"asked": asked, "found": found, "member": member, "explanation": explanation}
    return render(request, "audiences/why.html", context)
