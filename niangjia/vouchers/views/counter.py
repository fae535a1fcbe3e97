"""The helper's counter: scan or type, look, hand over, next."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from niangjia.core import access
from niangjia.core.errors import DomainError, NotPermitted
from niangjia.identity.http import UserRequest
from niangjia.ui import formats, pages
from niangjia.vouchers import queries, services
from niangjia.vouchers.forms import CodeForm, ReasonForm
from niangjia.vouchers.models import Redemption, ServicePoint, Voucher, VoucherStatus
from niangjia.vouchers.permissions import REDEEM

form_page = require_http_methods(["GET", "HEAD", "POST"])
POINT = "vouchers.point"
TODAY = timedelta(hours=12)


def _point(request: UserRequest) -> ServicePoint | None:
    """The place that was chosen last, if one may still hand out there."""
    chosen = request.session.get(POINT)
    if chosen is None:
        return None
    found: ServicePoint | None = (
        ServicePoint.objects.visible_to(request.user).redeemable_by(request.user).open().filter(pk=chosen).first()
    )
    return found


def _voucher(request: UserRequest, pk: UUID) -> Voucher:
    allowed = Voucher.objects.visible_to(request.user).redeemable_by(request.user)
    found: Voucher = get_object_or_404(allowed.select_related("item", "member__organization", "organization"), pk=pk)
    return found


@form_page
@never_cache
@login_required
def counter(request: UserRequest) -> HttpResponse:
    if not access.can_anywhere(request.user, REDEEM):
        raise NotPermitted(_("Your role does not include handing out gifts."))
    points = ServicePoint.objects.visible_to(request.user).redeemable_by(request.user).open()
    here = _point(request) or (points[0] if len(points) == 1 else None)
    form = CodeForm(request.POST if request.method == "POST" else None, points=points, initial={"point": here})
    status, refusal = 200, None
    if request.method == "POST" and form.is_valid():
        if point := form.cleaned_data["point"]:
            request.session[POINT] = str(point.pk)
        try:
            found = services.find_voucher(form.cleaned_data["code"], actor=request.user, at=timezone.now())
        except DomainError as refused:
            refusal, status = refused, refused.status
        else:
            return redirect("vouchers:hand-over", found.pk)
    elif request.method == "POST":
        status = 422
    lately = queries.handed_over_by(request.user, since=timezone.now() - TODAY)
    done = None if request.method == "POST" else _just_done(lately, request.GET.get("done", ""))
    context = {"form": form, "lately": lately, "refusal": refusal, "done": done}
    return render(request, "vouchers/counter.html", context, status=status)


def _just_done(lately: list[queries.HandOver], key: str) -> Redemption | None:
    """What the helper has handed over a moment ago, unless it is undone."""
    return next((one.redemption for one in lately if str(one.redemption.voucher_id) == key and not one.undone), None)


@form_page
@never_cache
@login_required
def hand_over(request: UserRequest, pk: UUID) -> HttpResponse:
    """Who and what; one button. What cannot be handed over says why, and when it was handed over already."""
    voucher, point, now = _voucher(request, pk), _point(request), timezone.now()
    refusal, status = services.refusal_now(voucher, services.known_of(voucher), at=now), 200
    if request.method == "POST":
        try:
            services.redeem(voucher, actor=request.user, point=point, at=now)
        except DomainError as refused:
            refusal, status = refused, refused.status
            voucher.refresh_from_db(fields=["status"])
        else:
            return redirect(f"{reverse('vouchers:counter')}?done={voucher.pk}")
    last = queries.last_hand_over(voucher) if voucher.status == VoucherStatus.REDEEMED else None
    context = {
        "voucher": voucher,
        "point": point,
        "refusal": refusal,
        "hand_over": last,
        "may_undo": last is not None and services.may_undo(last, actor=request.user, at=now),
    }
    return render(request, "vouchers/hand_over.html", context, status=status)


@form_page
@never_cache
@login_required
def undo(request: UserRequest, pk: UUID) -> HttpResponse:
    voucher = _voucher(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            services.undo_redemption(voucher, actor=request.user, reason=reason, at=timezone.now())
        except DomainError as refusal:
            pages.refuse(form, refusal)
        else:
            messages.success(request, _("The hand-over is undone; the voucher is valid again."))
            return redirect("vouchers:counter")
    return pages.confirm(
        request,
        heading=_("Undo this hand-over?"),
        lead=f"{formats.masked_name(voucher.member.name)} · {voucher.item}",
        verb=_("Undo the hand-over"),
        back=pages.back_to(request, "/helper/"),
        consequences=[
            _("The voucher is valid again and can be handed over once more."),
            _("Take the gift back first. Your name and the reason are kept."),
        ],
        form=form,
    )
