"""What anybody may read about a programme."""

from typing import Any

from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from niangjia.audiences.models import AudienceEntry
from niangjia.benefits.models import Programme, ProgrammeStatus
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.org.models import Organization

SHOWS_RESULT = frozenset({ProgrammeStatus.CLOSED, ProgrammeStatus.REPORTED})


def result_rows(programme: Programme) -> Any:
    """Who has got a gift, by union and name: dicts of ``place`` (a path), ``person`` and ``what``. Mask the person."""
    entry = AudienceEntry.objects.filter(audience=programme.audience_id, member=OuterRef("member_id"))
    place = Coalesce(Subquery(entry.values("organization_path")[:1]), "organization_path")
    gift = programme.gifts.filter(quantity_online__gt=0).select_related("item").first()
    booked = (
        Booking.objects.filter(offer=programme.pk, status=BookingStatus.COLLECTED)
        .annotate(place=place, person=F("member__name"), what=Value(str(gift or ""), CharField()))
        .order_by()
        .values("place", "person", "what")
    )
    handed = (
        programme.handouts.handed_out()
        .annotate(place=F("unit__path"), person=F("member__name"), what=F("split__gift__item__name"))
        .order_by()
        .values("place", "person", "what")
    )
    return booked.union(handed, all=True).order_by("place", "person", "what")


def unit_names(paths: set[str]) -> dict[str, str]:
    return dict(Organization.objects.filter(path__in=paths).values_list("path", "name"))
