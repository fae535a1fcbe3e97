"""The totals of a programme: what was booked, what was handed out, through which channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from niangjia.benefits.models import Handout, HandoutStatus, Programme
from niangjia.bookings.models import Booking, BookingStatus, Channel


@dataclass(frozen=True)
class Totals:
    """In gifts. ``online_booked`` are of bookings that stand or were collected, those made at a desk included."""

    online_booked: int = 0
    online_collected: int = 0
    assisted: int = 0
    cancelled: int = 0
    not_collected: int = 0
    given_back: int = 0
    offline_listed: int = 0
    offline_handed_out: int = 0

    @property
    def all(self) -> int:
        """Gifts that people have booked online or been handed offline."""
        return self.online_booked + self.offline_handed_out

    @property
    def handed_out(self) -> int:
        """Gifts that are in people's hands."""
        return self.online_collected + self.offline_handed_out


def totals_of(keys: Iterable[UUID]) -> dict[UUID, Totals]:
    """The totals of several programmes in two queries."""
    keys = list(keys)
    standing = Q(status__in=[BookingStatus.BOOKED, BookingStatus.COLLECTED])
    booked: Any = (
        Booking.objects.filter(offer__in=keys)
        .order_by()
        .values("offer_id")
        .annotate(
            online_booked=Sum("quantity", default=0, filter=standing),
            online_collected=Sum("quantity", default=0, filter=Q(status=BookingStatus.COLLECTED)),
            assisted=Sum("quantity", default=0, filter=standing & Q(channel=Channel.ASSISTED)),
            cancelled=Sum("quantity", default=0, filter=Q(status=BookingStatus.CANCELLED)),
            not_collected=Sum("quantity", default=0, filter=Q(status=BookingStatus.EXPIRED)),
            given_back=Sum("quantity", default=0, filter=Q(status=BookingStatus.RETURNED)),
        )
    )
    handed: Any = (
        Handout.objects.filter(programme__in=keys)
        .order_by()
        .values("programme_id")
        .annotate(
            offline_listed=Sum("quantity", filter=~Q(status=HandoutStatus.TAKEN_OFF), default=0),
            offline_handed_out=Sum("quantity", filter=Q(status=HandoutStatus.HANDED_OUT), default=0),
        )
    )
    found: dict[UUID, dict[str, int]] = {key: {} for key in keys}
    for key_name, rows in (("offer_id", booked), ("programme_id", handed)):
        for row in rows:
            numbers = dict(row)
            found[numbers.pop(key_name)].update(numbers)
    return {key: Totals(**numbers) for key, numbers in found.items()}


def programme_totals(programme: Programme) -> Totals:
    """The totals of one programme."""
    return totals_of([programme.pk])[programme.pk]


def with_totals(programmes: Any) -> Any:
    """The rows with ``online_booked``, ``offline_handed_out`` and ``all`` counted in the same query."""
    booked = Booking.objects.filter(
        offer=OuterRef("pk"), status__in=[BookingStatus.BOOKED, BookingStatus.COLLECTED]
    ).order_by()
    handed = Handout.objects.handed_out().filter(programme=OuterRef("pk")).order_by()
    return programmes.annotate(
        online_booked=_total(booked.values("offer").annotate(n=Sum("quantity"))),
        offline_handed_out=_total(handed.values("programme").annotate(n=Sum("quantity"))),
    ).annotate(all=F("online_booked") + F("offline_handed_out"))


def _total(rows: Any) -> Any:
    return Coalesce(Subquery(rows.values("n")[:1], output_field=IntegerField()), Value(0))
