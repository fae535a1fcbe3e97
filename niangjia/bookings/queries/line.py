"""Who waits: a person's place, her chance in a draw, the limits that stop her; and the line as the officer sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet, Sum

from niangjia.bookings.models import STANDING, Claimant, Entry, EntryState, Limit, Offer, OfferStock, Share
from niangjia.members.models import Member


def terms(offers: Iterable[Offer], member: Member) -> dict[UUID, tuple[int, int]]:
    """By offer: her shares, as bits, and the pieces of one booking; nothing where everybody has the same."""
    own = [offer.pk for offer in offers if offer.by_terms]
    rows = Claimant.objects.filter(offer_id__in=own, member_id=member.pk) if own else Claimant.objects.none()
    return {offer: (mask, quantity) for offer, mask, quantity in rows.values_list("offer_id", "shares", "quantity")}


def open_to(stock: OfferStock, mask: int) -> int:
    """Pieces that somebody with these shares can draw on."""
    return stock.remaining + sum(left for place, left in enumerate(stock.shares) if mask >> place & 1)


def fits(stock: OfferStock, mask: int, quantity: int) -> bool:
    """Whether one pool has enough for one booking; the rule itself is ``Pools.place``."""
    mine = [left for place, left in enumerate(stock.shares) if mask >> place & 1]
    return max([stock.remaining, *mine]) >= quantity


def limits_reached(offers: Iterable[Offer], member: Member) -> dict[UUID, list[Limit]]:
    """By offer: the limits that one more booking would pass."""
    own = [offer.pk for offer in offers if offer.by_terms]
    if not own:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT o.id, s.limit_id FROM unnest(%s) AS o(id)
            CROSS JOIN LATERAL bookings_subjects(o.id, ARRAY[%s]) s
            JOIN bookings_tally t ON t.limit_id = s.limit_id AND t.subject = s.subject
            JOIN bookings_claimant c ON c.offer_id = o.id AND c.member_id = s.member_id
            WHERE t.taken + c.quantity > t.most
            """,
            [own, member.pk],
        )
        pairs = cursor.fetchall()
    limits = Limit.objects.in_bulk({limit for _offer, limit in pairs}) if pairs else {}
    reached: dict[UUID, list[Limit]] = {}
    for offer, limit in pairs:
        reached.setdefault(offer, []).append(limits[limit])
    return reached


def entries_of(offers: Iterable[Offer], member: Member) -> dict[UUID, Entry]:
    """By offer: her standing entry, or the last one that was settled."""
    stands = ExpressionWrapper(Q(state__in=STANDING), output_field=BooleanField())
    rows = Entry.objects.filter(offer__in=list(offers), member=member).order_by(stands, "id")
    return {entry.offer_id: entry for entry in rows}


@dataclass(frozen=True)
class Ahead:
    """How many wait before her, and how many of the line have been called so far."""

    waiting: int
    called: int


def ahead_of(entry: Entry) -> Ahead:
    return _ahead(entry.offer, Q(position__lt=entry.position))


def ahead_of_last(offer: Offer) -> Ahead:
    """What somebody would have before her who joined now."""
    return _ahead(offer, Q())


def _ahead(offer: Offer, before: Q) -> Ahead:
    found = offer.entries.filter(position__isnull=False).aggregate(
        waiting=Count("pk", filter=Q(state=EntryState.WAITING) & before),
        called=Count("pk", filter=Q(offered_at__isnull=False)),
    )
    return Ahead(found["waiting"], found["called"])


# The draw ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Group:
    """Pieces for one group, and how many its people would take."""

    name: str
    pieces: int
    wanted: int

    @property
    def odds(self) -> float:
        return min(1.0, self.pieces / self.wanted) if self.wanted else 1.0


@dataclass(frozen=True)
class Chance:
    """What somebody may hope for if it were drawn now: by each of her shares, then by the rest."""

    entered: int
    pieces: int
    shares: tuple[Group, ...]
    rest: Group

    @property
    def odds(self) -> float:
        """Missing every share and the rest is what is left of certainty."""
        missed = 1 - self.rest.odds
        for share in self.shares:
            missed *= 1 - share.odds
        return 1 - missed

    @property
    def of_hundred(self) -> int:
        """Of a hundred people who stand as she does, so many would get one; never nought while there is one."""
        return max(1, int(self.odds * 100 + 1e-9)) if self.odds else 0


def chance(offer: Offer, mask: int, *, joining: int = 0) -> Chance:
    """For somebody with these shares; with ``joining`` pieces she has not entered yet and is counted in."""
    stock = offer.stock
    rows = offer.entries.filter(state=EntryState.ENTERED).order_by().values_list("shares")
    wanted: dict[int, int] = dict(rows.annotate(pieces=Sum("quantity")))
    wanted[mask] = wanted.get(mask, 0) + joining
    groups = [
        (place, Group(share.name, stock.shares[place], _wanted_by(wanted, place)))
        for place, share in enumerate(shares_of(offer))
    ]
    served = sum(min(group.pieces, group.wanted) for _place, group in groups)
    return Chance(
        entered=offer.entries.filter(state=EntryState.ENTERED).count(),
        pieces=stock.remaining + sum(stock.shares),
        shares=tuple(group for place, group in groups if mask >> place & 1),
        rest=Group("", stock.remaining, max(0, sum(wanted.values()) - served)),
    )


def _wanted_by(wanted: dict[int, int], place: int) -> int:
    return sum(pieces for mask, pieces in wanted.items() if mask >> place & 1)


# For the officer --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShareLeft:
    """A share with what is left of it."""

    share: Share
    left: int


def shares_of(offer: Offer) -> QuerySet[Share]:
    """The shares of an offer that one may see."""
    return Share.objects.filter(allocation=offer.pk)


@dataclass(frozen=True)
class Line:
    """How the line moves, in people; pieces that are kept for answers; what is left of each share."""

    entered: int
    waiting: int
    offered: int
    taken: int
    declined: int
    lapsed: int
    withdrawn: int
    ended: int
    called: int
    held: int
    next_deadline: datetime | None
    shares: list[ShareLeft]

    @property
    def is_there(self) -> bool:
        return any((self.entered, self.waiting, self.called, self.withdrawn, self.ended))


def line(offer: Offer) -> Line:
    """Four queries, however long it is."""
    counts = dict(offer.entries.order_by().values_list("state").annotate(n=Count("pk")))
    first = offer.entries.filter(state=EntryState.OFFERED).aggregate(until=Min("answer_until"))
    stock = OfferStock.objects.filter(offer=offer).first() or OfferStock(offer=offer)
    shares = shares_of(offer)
    called = sum(counts.get(state, 0) for state in ("offered", "taken", "declined", "lapsed"))
    return Line(
        **{state: counts.get(state, 0) for state in
           ("entered", "waiting", "offered", "taken", "declined", "lapsed", "ended")},
        withdrawn=counts.get(EntryState.LEFT, 0),
        called=called,
        held=stock.held,
        next_deadline=first["until"],
        shares=[
            ShareLeft(share, stock.shares[share.position - 1] if share.position <= len(stock.shares) else 0)
            for share in shares
        ],
    )  # fmt: skip
