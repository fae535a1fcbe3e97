"""Where the pieces of an offer lie, and where they go back to; all of it under the lock of the stock's row."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from niangjia.bookings.models import Booking, Claimant, Offer, OfferStatus, OfferStock, Share
from niangjia.bookings.placing import ANYBODY, Pools


def locked_stock(offer_id: UUID) -> tuple[OfferStock, Offer]:
    """The stock row first, as the lane does; then the offer as it is now."""
    stock = OfferStock.objects.select_for_update(of=["self"]).get(offer_id=offer_id)
    return stock, Offer.objects.select_related("organization", "item", "audience").get(pk=offer_id)


def free_in(stock: OfferStock) -> Pools:
    """What is free now, for trying out: changing it changes nothing of the stock."""
    return Pools(stock.remaining, list(stock.shares))


def write(stock: OfferStock) -> None:
    """Save the row; a lane that remembers it will look again."""
    stock.version += 1
    stock.save()


def put_back(stock: OfferStock, offer: Offer, *, quantity: int, share: int = ANYBODY, protected: bool = False) -> None:
    """Pieces return to where they came from, to the rest where that has flowed on, to the unsold once it is over."""
    if offer.status == OfferStatus.CLOSED:
        stock.unsold += quantity
    elif protected:
        stock.protected_remaining += quantity
    elif share and not _has_flowed(offer, share):
        stock.shares[share - 1] += quantity
    else:
        stock.remaining += quantity
    write(stock)


def _has_flowed(offer: Offer, position: int) -> bool:
    return Share.objects.filter(allocation=offer.pk, position=position, flowed_at__isnull=False).exists()


def terms_of(offer: Offer, member_id: UUID) -> tuple[int, int]:
    """A person's shares, as bits, and the pieces of one booking."""
    if not offer.by_terms:
        return 0, 1
    found = Claimant.objects.filter(offer_id=offer.pk, member_id=member_id).values_list("shares", "quantity").first()
    return found or (0, 1)


def charge(offer: Offer, member_id: UUID, quantity: int) -> bool:
    """Count pieces against the offer's limits; a negative number gives them back. False where one would be passed."""
    if not offer.by_terms:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT bookings_charge(%s, %s, %s)", [offer.pk, member_id, quantity])
        charged: bool = cursor.fetchone()[0]
    return charged


def hold_tallies(offer: Offer, members: Sequence[UUID]) -> None:
    """Hold all rows that count these people at once, in their order: two who end bookings never wait crosswise."""
    if offer.by_terms:
        with connection.cursor() as cursor:
            cursor.execute("SELECT bookings_hold_tallies(%s, %s)", [offer.pk, list(members)])


def give_up(
    stock: OfferStock, offer: Offer, bookings: Sequence[Booking], *, keeps_protection: bool = False, stays: bool = True
) -> None:
    """The pieces of bookings that have ended are free again, each exactly once, and no longer counted.

    With ``stays`` false they leave the offer for the programme's stock.
    """
    hold_tallies(offer, [booking.member_id for booking in bookings])
    for booking in bookings:
        charge(offer, booking.member_id, -booking.quantity)
        if stays:
            protected = booking.protected and keeps_protection
            put_back(stock, offer, quantity=booking.quantity, share=booking.share, protected=protected)
        else:
            stock.unsold += booking.quantity
            write(stock)
