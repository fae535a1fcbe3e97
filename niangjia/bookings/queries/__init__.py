"""Reads about offers and bookings: an offer's live figures, a member's booking, and what others ask of us."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from niangjia.audiences.models import AudienceEntry
from niangjia.bookings.models import (
    Allocation,
    Booking,
    BookingStatus,
    Channel,
    Entry,
    EntryState,
    Offer,
    OfferStatus,
    OfferStock,
    RefusalCount,
)
from niangjia.core.access import Actor
from niangjia.ledgers import queries as ledgers
from niangjia.ledgers.checks import Difference
from niangjia.ledgers.models import Account, StockEntry
from niangjia.ledgers.queries import Balance
from niangjia.members.models import Member
from niangjia.org.models import Organization
from niangjia.vouchers.models import Voucher, VoucherStatus
from niangjia.vouchers.sources import Entitlement

SOURCE = "booking"
SHOWN = 3


def now() -> datetime:
    """The database's clock: what opens or closes goes by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def booking_of(offer: Offer, member: Member) -> Booking | None:
    """The live booking of ``member`` in ``offer``."""
    found: Booking | None = Booking.objects.live().filter(offer=offer, member=member).first()
    return found


def to_collect(actor: Actor, at: datetime) -> list[Booking]:
    """What the person can collect now, what ends first first: the head of her home page."""
    own = Booking.objects.visible_to(actor).of(actor).filter(status=BookingStatus.BOOKED)
    now = own.exclude(offer__collect_from__gt=at).exclude(offer__collect_until__lte=at)
    return list(now.select_related("offer__item").order_by("offer__collect_until", "id")[:SHOWN])


def eligible(offer: Offer, member: Member) -> bool:
    """Whether ``member`` is on the offer's frozen list, and eligible there."""
    return AudienceEntry.objects.filter(audience=offer.audience_id, member=member, eligible=True).exists()


def keeps_a_list(offer: Offer) -> bool:
    """Whether people may wait for what becomes free."""
    return Allocation.objects.filter(pk=offer.pk, waiting_list=True).exists()


def allocation_of(key: UUID) -> Allocation | None:
    """The choice for the programme of this key; whoever may see the programme may read it."""
    return Allocation.objects.filter(pk=key).first()


def has_limits(key: UUID) -> bool:
    """Whether something is counted in the programme of this key."""
    return Allocation.objects.filter(pk=key, limits__isnull=False).exists()


@dataclass
class UnitFigures:
    """The bookings of one union's people."""

    name: str
    booked: int = 0
    collected: int = 0
    cancelled: int = 0
    expired: int = 0
    returned: int = 0
    assisted: int = 0


@dataclass
class LiveFigures:
    """What the officer watches, in pieces. ``units`` are the unions of who booked, as of the day of freezing.

    ``left`` are those that anyone may book, ``shares`` what is left of each share, ``held`` what is kept for people
    whose answer is awaited.
    """

    opened: bool
    capacity: int
    left: int
    protected_left: int
    shares: list[int]
    held: int
    unsold: int
    booked: int
    collected: int
    cancelled: int
    expired: int
    returned: int
    assisted: int
    units: list[UnitFigures]
    balance: Balance
    findings: list[str] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def taken(self) -> int:
        """Pieces that somebody has booked and not given up."""
        return self.booked + self.collected

    @property
    def balances(self) -> bool:
        """Whether the stock's line, the offer's own count and the last verification all agree."""
        free = self.left + self.protected_left + sum(self.shares) + self.held + self.unsold
        own = free + self.taken == self.capacity
        return self.balance.balances and not self.findings and (own or not self.opened)


def live_figures(offer: Offer) -> LiveFigures:
    """Six queries, however many units and bookings there are."""
    stock = OfferStock.objects.filter(offer=offer).first() or OfferStock(offer=offer)
    units = _by_unit(offer)
    totals = {
        name: sum(getattr(unit, name) for unit in units)
        for name in ("booked", "collected", "cancelled", "expired", "returned", "assisted")
    }
    return LiveFigures(
        opened=offer.status != OfferStatus.DRAFT,
        capacity=offer.capacity,
        left=stock.remaining,
        protected_left=stock.protected_remaining,
        shares=list(stock.shares),
        held=stock.held,
        unsold=stock.unsold,
        units=units,
        balance=ledgers.balance(item=offer.item, purpose_id=offer.pk),
        findings=[str(finding) for finding in ledgers.findings(purpose_id=offer.pk)],
        refusals=dict(RefusalCount.objects.filter(offer=offer).values_list("reason", "count")),
        **totals,
    )


def _by_unit(offer: Offer) -> list[UnitFigures]:
    place = AudienceEntry.objects.filter(audience=offer.audience_id, member=OuterRef("member_id"))
    rows = (
        Booking.objects.filter(offer=offer)
        .annotate(unit=Coalesce(Subquery(place.values("organization_path")[:1]), "organization_path"))
        .order_by()
        .values("unit", "status")
        .annotate(
            count=Sum("quantity"),
            assisted=Coalesce(Sum("quantity", filter=Q(channel=Channel.ASSISTED)), 0),
        )
    )
    found = list(rows)
    known = Organization.objects.filter(path__in={row["unit"] for row in found})
    units = {path: UnitFigures(name) for path, name in known.values_list("path", "short_name")}
    for row in found:
        unit = units.setdefault(row["unit"], UnitFigures("–"))
        setattr(unit, row["status"], row["count"])
        if row["status"] != BookingStatus.CANCELLED:
            unit.assisted += row["assisted"]
    return list(units.values())


# What lower apps ask ---------------------------------------------------------------------------------------------
def spoken_for(item_id: UUID, purpose_id: UUID | None) -> int:
    """How many allotted pieces an open offer still has on its shelf."""
    if purpose_id is None:
        return 0
    stock = OfferStock.objects.filter(offer_id=purpose_id, offer__item_id=item_id).first()
    return stock.kept - stock.unsold if stock else 0


def entitlement(key: UUID, lock: bool) -> Entitlement | None:
    """What a booking entitles to."""
    rows = Booking.objects.select_related("offer__item")
    if lock:
        rows = rows.select_for_update(of=["self"])
    booking = rows.filter(pk=key).order_by().first()
    if booking is None:
        return None
    offer = booking.offer
    return Entitlement(
        organization_id=offer.organization_id,
        organization_path=offer.organization_path,
        purpose_id=offer.pk,
        title=offer.title,
        item=offer.item,
        quantity=booking.quantity,
        member_id=booking.member_id,
        valid_from=offer.collect_from,
        valid_until=offer.collect_until,
        live=booking.status in {BookingStatus.BOOKED, BookingStatus.COLLECTED},
        points=() if lock else tuple(offer.points.all()),
        cancel_until=offer.cancel_until or offer.closes_at if booking.status == BookingStatus.BOOKED else None,
        held=booking if lock else None,
    )


def differences() -> Iterator[Difference]:
    """Where offers, bookings, vouchers and the ledger do not agree: for the stock's verification, in one snapshot."""
    counts = _counts()
    entries, held = _accounts(), _held()
    handed = dict(
        Voucher.objects.filter(kind=SOURCE, status=VoucherStatus.REDEEMED)
        .order_by()
        .values_list("purpose_id")
        .annotate(count=Count("pk"))
    )
    offers = Offer.objects.exclude(status=OfferStatus.DRAFT).select_related("stock")
    for offer in offers:
        count = counts.get(offer.pk, {})
        booked = entries.get((offer.pk, offer.item_id, Account.BOOKED), 0)
        stock = offer.stock
        comparisons = [
            ("booked", _("booked pieces in the ledger"), count.get("booked", 0), booked),
            ("pieces", _("pieces of the offer"), offer.capacity, stock.kept + count.get("standing", 0)),
            ("held", _("pieces kept for people in line"), held.get(offer.pk, 0), stock.held),
            ("numbers", _("running numbers"), stock.next_number - 1, count.get("all", 0)),
            ("last", _("the last running number"), stock.next_number - 1, count.get("last", 0)),
            ("collected", _("vouchers handed over"), count.get("collected", 0), handed.get(offer.pk, 0)),
        ]
        for name, what, expected, found in comparisons:
            if expected != found:
                yield Difference(
                    subject=f"{offer.pk}/{name}",
                    message=_("%(offer)s: %(what)s.") % {"offer": offer, "what": what},
                    expected=expected,
                    found=found,
                    organization_path=offer.organization_path,
                    purpose_id=offer.pk,
                )


def _counts() -> dict[UUID, dict[str, Any]]:
    """Of each offer: how many numbers were given and the last of them; the pieces by what became of them."""
    booked, collected = Q(status=BookingStatus.BOOKED), Q(status=BookingStatus.COLLECTED)
    rows = (
        Booking.objects.order_by()
        .values("offer_id")
        .annotate(
            all=Count("pk"),
            last=Max("number"),
            booked=Coalesce(Sum("quantity", filter=booked), 0),
            standing=Coalesce(Sum("quantity", filter=booked | collected), 0),
            collected=Count("pk", filter=collected | Q(status=BookingStatus.RETURNED)),
        )
    )
    return {row["offer_id"]: dict(row) for row in rows}


def _held() -> dict[UUID, int]:
    """Pieces kept for people whose answer is awaited, by offer."""
    rows = Entry.objects.filter(state=EntryState.OFFERED).order_by().values_list("offer_id")
    return dict(rows.annotate(pieces=Sum("quantity")))


def _accounts() -> dict[tuple[Any, ...], int]:
    """What lies in the account of bookings, by purpose and item."""
    totals: dict[tuple[Any, ...], int] = {}
    for sign, account, purpose in ((1, "destination", "purpose_id"), (-1, "origin", "origin_purpose_id")):
        rows = StockEntry.objects.filter(**{account: Account.BOOKED}).order_by()
        for purpose_id, item_id, total in rows.values_list(purpose, "item_id").annotate(total=Sum("quantity")):
            key = (purpose_id, item_id, Account.BOOKED)
            totals[key] = totals.get(key, 0) + sign * total
    return totals
