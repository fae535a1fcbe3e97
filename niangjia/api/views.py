"""A person's tokens."""

from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.api import services
from niangjia.api.forms import TokenForm
from niangjia.api.models import Token
from niangjia.api.permissions import CONNECT
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.core.request import Request
from niangjia.identity.permissions import registered
from niangjia.ui import pages


@login_required
def token_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, CONNECT)
    tokens = Token.objects.visible_to(request.user)
    rows = [(token, [registered.get(name, name) for name in token.permissions]) for token in tokens]
    return render(request, "api/token_list.html", {"rows": rows, "now": timezone.now()})


@login_required
def token_create(request: Request) -> HttpResponse:
    """Make a token, and show its secret once on the answer itself: it is stored nowhere, not in the session either."""
    access.require_anywhere(request.user, CONNECT)
    form = TokenForm(request.POST if request.method == "POST" else None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        end = timezone.make_aware(datetime.combine(data["expires_on"], time(23, 59)))
        try:
            token, secret = services.create_token(
                name=data["name"],
                permissions=data["permissions"],
                expires_at=end,
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as no:
            pages.refuse(form, no)
        else:
            answer = render(request, "api/token_made.html", {"token": token, "secret": secret})
            answer["Cache-Control"] = "no-store"
            return answer
    return render(request, "api/token_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def token_revoke(request: Request, token_id: UUID) -> HttpResponse:
    token = get_object_or_404(Token.objects.visible_to(request.user), pk=token_id)
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Revoke the token “%(name)s”?") % {"name": token},
            verb=_("Revoke the token"),
            back=reverse("tokens:token-list"),
            consequences=[_("Programs that use it are refused from this moment on.")],
        )
    services.revoke_token(token, actor=request.user, at=timezone.now())
    messages.success(request, _("The token is revoked."))
    return redirect("tokens:token-list")
