"""Chaining the bookings, a few seconds after they were made, so that the lane never waits for it."""

from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Coalesce

from niangjia.audit import services as audit
from niangjia.bookings.models import Booking, BookingSeal, Offer
from niangjia.bookings.sealing import digest_of
from niangjia.core.transactions import whole

LOCK = 0x626F_6F6B  # one sealer at a time: "book"
BATCH = 5_000


def seal_bookings() -> int:
    """Seal what has been booked since the last time; returns how many bookings. The end is noted in the history."""
    sealed = 0
    behind = (
        Offer.objects.annotate(sealed=Coalesce(Max("seals__last"), 0))
        .filter(stock__next_number__gt=F("sealed") + 1)
        .order_by("pk")
    )
    for offer in behind:
        while count := _seal(offer):
            sealed += count
    return sealed


@whole
def _seal(offer: Offer) -> int:
    """Numbers are given under the lock of the offer's stock: below a committed one, none is still to come."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    before = BookingSeal.objects.filter(offer=offer).order_by("-last").first()
    first = before.last + 1 if before else 1
    fresh = Booking.objects.filter(offer=offer, number__gte=first).order_by("number")
    numbers = list(fresh.values_list("number", flat=True)[:BATCH])
    if not numbers:
        return 0
    digest = digest_of(offer.pk, first, numbers[-1], bytes(before.digest) if before else b"")
    seal = BookingSeal.objects.create(offer=offer, first=first, last=numbers[-1], digest=digest)
    audit.record(None, "bookings.booking.seal", offer, first=seal.first, last=seal.last, digest=digest.hex())
    return len(numbers)
