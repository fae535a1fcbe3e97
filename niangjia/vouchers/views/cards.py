"""The voucher as its holder shows it, and as staff see it: without the code, the name masked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from niangjia.core import access
from niangjia.identity.http import UserRequest
from niangjia.ui import formats
from niangjia.vouchers import codes, queries, services
from niangjia.vouchers.models import Voucher
from niangjia.vouchers.permissions import REDEEM


@require_safe
@never_cache
@login_required
def voucher(request: UserRequest, pk: UUID) -> HttpResponse:
    """A quiet card: the code large, what, where, until when. It is made when somebody first looks at it."""
    found, now = _visible(request, pk), timezone.now()
    own = found.member.user_id == request.user.pk
    known = services.known_of(found)
    refusal = services.refusal_now(found, known, at=now)
    early = refusal is not None and refusal.code == "voucher-too-early"
    context = {
        "voucher": found,
        "refusal": None if early else refusal,
        "early": early,
        "hand_over": queries.last_hand_over(found) if found.status == "redeemed" else None,
        "points": known.points if known else (),
    }
    if not own:
        context["may_hand_over"] = access.can(request.user, REDEEM, found.organization_path)
        return render(request, "vouchers/voucher_staff.html", context)
    context |= _for_holder(found, known.cancel_until if known else None, now) if refusal is None or early else {}
    return render(request, "vouchers/voucher.html", context)


def _visible(request: UserRequest, pk: UUID) -> Voucher:
    """For who may not see it nothing is written."""
    rows = Voucher.objects.visible_to(request.user).select_related("item", "member__organization", "organization")
    with transaction.atomic():
        services.ensure_voucher(pk)
        found: Voucher = get_object_or_404(rows, pk=pk)
    return found


def _for_holder(voucher: Voucher, cancel_until: datetime | None, now: datetime) -> dict[str, Any]:
    label = _("QR code of the voucher %(code)s") % {"code": formats.grouped(voucher.code)}
    return {
        "qr": codes.qr_svg(services.token(voucher), label=label),
        "cancel_until": cancel_until if cancel_until and now < cancel_until else None,
    }
