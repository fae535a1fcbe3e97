"""The voucher as its holder shows it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from niangjia.identity.http import UserRequest
from niangjia.vouchers import codes, queries, services
from niangjia.vouchers.models import Voucher


@require_safe
@never_cache
@login_required
def voucher(request: UserRequest, pk: UUID) -> HttpResponse:
    """A quiet card: the code large, what, where, until when. It is made when somebody first looks at it."""
    services.ensure_voucher(pk)
    found = get_object_or_404(
        Voucher.objects.visible_to(request.user).select_related("item", "member", "organization"), pk=pk
    )
    refusal = services.refusal_now(found, at=timezone.now())
    early = refusal is not None and refusal.code == "voucher-too-early"
    context = {
        "voucher": found,
        "own": found.member.user_id == request.user.pk,
        "refusal": None if early else refusal,
        "hand_over": queries.last_hand_over(found),
        "qr": codes.qr_svg(services.token(found)) if refusal is None or early else "",
        "points": services.points_of(found),
    }
    return render(request, "vouchers/voucher.html", context)
