"""The report of a programme. Every figure is counted here, from the bookings, the hand-outs and the ledger."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from niangjia.audiences import queries as audiences
from niangjia.audiences.models import AudienceEntry
from niangjia.benefits.models import FrontLine, MoneySource, Programme
from niangjia.benefits.queries.totals import Totals, programme_totals
from niangjia.bookings.models import Booking, BookingStatus, Channel, RefusalCount
from niangjia.ledgers.models import Account, Item, StockEntry
from niangjia.ledgers.queries import Balance, balances
from niangjia.org.models import Organization


@dataclass
class Line:
    """Who was served, under one heading: collected online, collected after an assisted booking, handed out offline.

    ``waiting`` are bookings that stand and are not yet collected, ``missed`` those that nobody collected.
    """

    label: str
    online: int = 0
    assisted: int = 0
    offline: int = 0
    waiting: int = 0
    missed: int = 0

    @property
    def collected(self) -> int:
        return self.online + self.assisted

    @property
    def served(self) -> int:
        return self.collected + self.offline


@dataclass(frozen=True)
class Money:
    """What was bought of one item with the money of one source."""

    source: str
    item: str
    quantity: int
    amount: int


@dataclass(frozen=True)
class Left:
    """Where every piece of an item is, at the price planned for it."""

    item: Item
    balance: Balance

    @property
    def not_given(self) -> int:
        return self.balance.held + self.balance.allotted + self.balance.booked

    @property
    def handed_out_amount(self) -> int:
        return self.balance.handed_out * self.item.unit_price


@dataclass(frozen=True)
class Refused:
    """One reason why people got nothing: by the list (people), or at the counter (attempts)."""

    text: str
    count: int


@dataclass
class Report:
    """Everything the report says."""

    programme: Programme
    totals: Totals
    by_unit: list[Line]
    by_occupation: list[Line]
    by_channel: list[tuple[str, int]]
    by_group: list[tuple[str, int]]
    money: list[Money]
    left: list[Left]
    considered: int
    eligible: int
    not_eligible: list[Refused] = field(default_factory=list)
    turned_away: list[Refused] = field(default_factory=list)

    @property
    def amount(self) -> int:
        """What was spent on goods, in fen."""
        return sum(row.amount for row in self.money)

    @property
    def served(self) -> int:
        return self.totals.handed_out

    @property
    def stock(self) -> Balance:
        return sum((row.balance for row in self.left), Balance())

    @property
    def agrees(self) -> bool:
        """Whether the people counted, the hand-overs in the ledger and the conservation line say the same."""
        people = sum(line.served for line in self.by_unit)
        return people == self.stock.handed_out == self.served and self.stock.balances


def report(programme: Programme) -> Report:
    """A fixed number of queries, however many gifts and people there are."""
    audience = programme.audience
    return Report(
        programme=programme,
        totals=programme_totals(programme),
        by_unit=by_unit(programme),
        by_occupation=by_occupation(programme),
        by_channel=by_channel(programme),
        by_group=by_group(programme),
        money=money(programme),
        left=left(programme),
        considered=(audience.considered or 0) if audience else 0,
        eligible=(audience.eligible or 0) if audience else 0,
        not_eligible=not_eligible(programme),
        turned_away=turned_away(programme),
    )


# People -----------------------------------------------------------------------------------------------------------
def _bookings(programme: Programme) -> Any:
    """The bookings of the programme with the path of the person's union on the day of freezing."""
    entry = AudienceEntry.objects.filter(audience=programme.audience_id, member=OuterRef("member_id"))
    place = Coalesce(Subquery(entry.values("organization_path")[:1]), "organization_path")
    return Booking.objects.filter(offer=programme.pk).annotate(place=place)


def _add(line: Line, status: str, channel: str, count: int) -> None:
    if status == BookingStatus.COLLECTED:
        if channel == Channel.ASSISTED:
            line.assisted += count
        else:
            line.online += count
    elif status == BookingStatus.BOOKED:
        line.waiting += count
    elif status == BookingStatus.EXPIRED:
        line.missed += count


def _lines(booked: Iterable[tuple[Any, str, str, int]], handed: Iterable[tuple[Any, int]]) -> dict[Any, Line]:
    lines: dict[Any, Line] = {}
    for key, status, channel, count in booked:
        _add(lines.setdefault(key, Line("")), status, channel, count)
    for key, count in handed:
        lines.setdefault(key, Line("")).offline += count
    return {key: line for key, line in lines.items() if line.served or line.waiting or line.missed}


def by_unit(programme: Programme) -> list[Line]:
    """By the union of each person, the largest first."""
    booked = _bookings(programme).order_by().values_list("place", "status", "channel").annotate(n=Sum("quantity"))
    handed = programme.handouts.handed_out().order_by().values_list("unit__path").annotate(n=Sum("quantity"))
    lines = _lines(booked, handed)
    names = dict(Organization.objects.filter(path__in=lines).values_list("path", "name"))
    for path, line in lines.items():
        line.label = names.get(path, _("Union no longer in the tree"))
    return _sorted(lines)


def by_occupation(programme: Programme) -> list[Line]:
    """By what each person works as: for hand-outs on the day of listing, for bookings as it is known now."""
    booked = (
        Booking.objects.filter(offer=programme.pk)
        .order_by()
        .values_list("member__occupation__name", "status", "channel")
        .annotate(n=Sum("quantity"))
    )
    handed = programme.handouts.handed_out().order_by().values_list("occupation__name").annotate(n=Sum("quantity"))
    lines = _lines(booked, handed)
    for name, line in lines.items():
        line.label = name or _("Occupation not known")
    return _sorted(lines)


def _sorted(lines: dict[Any, Line]) -> list[Line]:
    return sorted(lines.values(), key=lambda line: (-line.served, -line.waiting, line.label))


def by_channel(programme: Programme) -> list[tuple[str, int]]:
    """How the gifts reached people."""
    totals = dict(
        Booking.objects.filter(offer=programme.pk, status=BookingStatus.COLLECTED)
        .order_by()
        .values_list("channel")
        .annotate(n=Sum("quantity"))
    )
    offline = programme.handouts.handed_out().aggregate(n=Sum("quantity"))["n"] or 0
    return [
        (_("Booked online"), totals.get(Channel.ONLINE, 0)),
        (_("Booked for somebody at a desk"), totals.get(Channel.ASSISTED, 0)),
        (_("Handed out offline"), offline),
    ]


def by_group(programme: Programme) -> list[tuple[str, int]]:
    """The offline packs by the groups they were meant for."""
    rows = programme.handouts.handed_out().order_by().values_list("split__group").annotate(n=Sum("quantity"))
    return sorted(((str(FrontLine(group).label), count) for group, count in rows), key=lambda row: (-row[1], row[0]))


# Money and goods --------------------------------------------------------------------------------------------------
def money(programme: Programme) -> list[Money]:
    """What was bought for the programme, by source and item; what was corrected is taken off."""
    into = When(origin=Account.OUTSIDE, purpose_id=programme.pk, then=F("quantity"))
    undone = When(destination=Account.OUTSIDE, origin_purpose_id=programme.pk, then=Value(-1) * F("quantity"))
    pieces = Case(into, undone, default=Value(0), output_field=IntegerField())
    rows = (
        StockEntry.objects.filter(item__gift__programme=programme)
        .annotate(pieces=pieces)
        .exclude(pieces=0)
        .order_by()
        .values_list("money_source", "item__name")
        .annotate(quantity=Sum("pieces"), amount=Sum(F("pieces") * F("unit_price")))
    )
    known = dict(MoneySource.choices)
    lines = [Money(str(known.get(source, source or _("Not named"))), item, n, fen) for source, item, n, fen in rows]
    return sorted(lines, key=lambda line: (-line.amount, line.source, line.item))


def left(programme: Programme) -> list[Left]:
    """Where every piece is. What was given back to the general stock is counted too: it is the same item."""
    items = [gift.item for gift in programme.gifts.select_related("item").order_by("id")]
    lines = balances(items)
    return [Left(item, lines[item.pk]) for item in items]


# Refusals ---------------------------------------------------------------------------------------------------------
def reasons() -> dict[str, str]:
    """The lane's reasons, in words."""
    again = _("The page had been open too long, or was another's")
    busy = _("Too many at once; asked to try again")
    return {
        "sold-out": _("All gifts had been booked"),
        "not-eligible": _("Not on the list of those eligible"),
        "not-yet-open": _("Booking had not opened yet"),
        "closed": _("Booking had closed"),
        "limit": _("A limit for the person, the household or the union was reached"),
        "by-draw": _("These gifts are drawn by lot"),
        "no-pass": again,
        "bad-pass": again,
        "expired-pass": again,
        "revoked-pass": again,
        "other-programme": again,
        "foreign-origin": again,
        "overloaded": busy,
        "outcome-unknown": busy,
        "unavailable": busy,
        "failed": busy,
    }


def not_eligible(programme: Programme) -> list[Refused]:
    """For how many of those considered each condition failed, where it failed for anybody."""
    if programme.audience is None or not programme.audience.is_frozen:
        return []
    return [Refused(reason.text, reason.people) for reason in audiences.reasons(programme.audience) if reason.people]


def turned_away(programme: Programme) -> list[Refused]:
    """How often the booking counter said no, by reason; one person may have asked several times."""
    known = reasons()
    counts: Counter[str] = Counter()
    for reason, count in RefusalCount.objects.filter(offer=programme.pk).values_list("reason", "count"):
        counts[known.get(reason, reason)] += count
    return [Refused(text, count) for text, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
