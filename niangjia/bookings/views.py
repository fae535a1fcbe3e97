"""What somebody has booked. The programme's own page books, says the outcome and cancels."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from niangjia.bookings.models import Booking
from niangjia.identity.http import UserRequest
from niangjia.ui import pages

STATES = {"booked": "active", "collected": "done", "cancelled": "closed", "expired": "warning", "returned": "closed"}


@require_safe
@never_cache
@login_required
def mine(request: UserRequest) -> HttpResponse:
    rows = Booking.objects.visible_to(request.user).of(request.user).select_related("offer__item").order_by("-id")
    page = pages.paginate(request, rows)
    waiting = rows.filter(status="booked").count()
    shown = [(booking, STATES[booking.status]) for booking in page]
    return render(request, "bookings/mine.html", {"page": page, "bookings": shown, "waiting": waiting})
