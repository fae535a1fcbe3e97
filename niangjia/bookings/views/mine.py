"""What somebody has booked. The programme's own page books, says the outcome and cancels."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Case, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from niangjia.bookings import queries
from niangjia.bookings.models import Booking, BookingStatus, Entry
from niangjia.identity.http import UserRequest
from niangjia.ui import pages

STATES = {"booked": "waiting", "collected": "done", "cancelled": "closed", "expired": "warning", "returned": "closed"}
WAITING = Case(When(status=BookingStatus.BOOKED, then=Value(0)), default=Value(1))


@require_safe
@never_cache
@login_required
def mine(request: UserRequest) -> HttpResponse:
    rows = (
        Booking.objects.visible_to(request.user).of(request.user).select_related("offer__item", "offer__organization")
    )
    entries = Entry.objects.visible_to(request.user).standing().filter(member__user=request.user)
    page = pages.paginate(request, rows.order_by(WAITING, "-booked_at", "-id"))
    shown = [(booking, STATES[booking.status]) for booking in page]
    context = {
        "page": page,
        "in_line": entries.select_related("offer__item").order_by("-id"),
        "waiting": rows.filter(status=BookingStatus.BOOKED).count(),
        "current": [pair for pair in shown if pair[0].status == BookingStatus.BOOKED],
        "past": [pair for pair in shown if pair[0].status != BookingStatus.BOOKED],
    }
    return render(request, "bookings/mine.html", context)


def for_member(request: UserRequest) -> dict[str, Any] | None:
    """On a member's home: what can be collected now, one tap from its code."""
    shown = queries.to_collect(request.user, timezone.now())
    return {"bookings": shown} if shown else None
