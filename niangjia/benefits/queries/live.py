"""What the officer watches while a programme runs: the counts, the units, and the line that must balance."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from niangjia.benefits.models import Gift, Programme
from niangjia.benefits.queries import report
from niangjia.benefits.queries.handing import SplitRow, splits_of
from niangjia.benefits.queries.report import Refused, by_unit, turned_away
from niangjia.benefits.queries.totals import Totals, programme_totals
from niangjia.bookings.models import Offer, OfferStatus, OfferStock
from niangjia.bookings.queries.line import Line, line
from niangjia.ledgers.queries import Balance, balance, findings
from niangjia.ui import formats

PARTS = ("handed_out", "booked", "allotted", "held", "returned", "lost")
TONES = {
    "handed_out": ("text-good", "1"),
    "booked": ("text-note", "1"),
    "allotted": ("text-note", "0.45"),
    "held": ("text-quiet", "0.35"),
    "returned": ("text-warn", "1"),
    "lost": ("text-bad", "1"),
}


@dataclass(frozen=True)
class Part:
    """One stretch of the bar: an account, its pieces, and where it begins and ends in thousandths of the whole."""

    code: str
    label: str
    count: int
    start: int
    width: int

    @property
    def tone(self) -> str:
        """The class of its colour; a word and a figure always stand beside it."""
        return TONES[self.code][0]

    @property
    def opacity(self) -> str:
        return TONES[self.code][1]

    @property
    def x(self) -> str:
        return f"{self.start / 10:.1f}"

    @property
    def w(self) -> str:
        return f"{self.width / 10:.1f}"


@dataclass(frozen=True)
class StockLine:
    """The conservation line of one gift."""

    gift: Gift
    balance: Balance
    parts: list[Part]


@dataclass
class Live:
    totals: Totals
    capacity: int
    left: int
    protected_left: int
    lines: list[StockLine]
    units: list[report.Line]
    splits: list[SplitRow]
    line: Line | None = None
    turned_away: list[Refused] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def balances(self) -> bool:
        return not self.findings and all(line.balance.balances for line in self.lines)

    @property
    def returned(self) -> int:
        """Gifts that people gave back, and bookings that they cancelled: pieces that became free again."""
        return self.totals.cancelled + self.totals.given_back


def live(programme: Programme) -> Live:
    """A fixed number of queries, and one for each gift."""
    offer = Offer.objects.filter(pk=programme.pk).select_related("stock").first()
    stock = offer.stock if offer else OfferStock()
    gifts = programme.gifts.select_related("item").order_by("id")
    return Live(
        totals=programme_totals(programme),
        capacity=offer.capacity if offer else 0,
        left=stock.remaining + sum(stock.shares),
        protected_left=stock.protected_remaining,
        lines=[_line(gift) for gift in gifts],
        units=by_unit(programme),
        splits=splits_of(programme),
        line=line(offer) if offer else None,
        turned_away=turned_away(programme),
        findings=[f"{found}（{found.expected} / {found.found}）" for found in findings(purpose_id=programme.pk)],
    )


def _line(gift: Gift) -> StockLine:
    found = balance(item=gift.item)
    return StockLine(gift, found, parts_of(found))


def labels() -> dict[str, str]:
    return {
        "handed_out": _("Handed out"),
        "booked": _("Booked"),
        "allotted": _("Set aside"),
        "held": _("In the store"),
        "returned": _("Sent back to the supplier"),
        "lost": _("Lost"),
    }


def parts_of(found: Balance) -> list[Part]:
    """The bar: every stretch begins where the one before ended, and the last ends at the whole."""
    names, whole, before = labels(), max(found.total, 1), 0
    parts = []
    for code in PARTS:
        count = getattr(found, code)
        start, end = before * 1000 // whole, (before + count) * 1000 // whole
        parts.append(Part(code, names[code], count, start, end - start))
        before += count
    return parts


def consequences_of_closing(programme: Programme, at: datetime) -> list[str]:
    """What closing does, in numbers; or what it still has to wait for."""
    totals = programme_totals(programme)
    told = [_("Nobody can book or be handed a pack any more.")]
    offer = Offer.objects.filter(pk=programme.pk).select_related("stock").first()
    waiting = totals.online_booked - totals.online_collected
    if waiting:
        told.append(_waiting(waiting, programme.collect_until, at))
    if offer and offer.status == OfferStatus.PUBLISHED:
        free = offer.stock.remaining + offer.stock.protected_remaining + sum(offer.stock.shares)
        told.append(_("%(count)s gifts that nobody has booked go back into the store.") % {"count": free})
        standing = offer.entries.standing().count()
        if standing:
            told.append(_("%(count)s people are still in line; their entries end.") % {"count": standing})
    open_names = totals.offline_listed - totals.offline_handed_out
    if open_names:
        told.append(_("%(count)s people are on a list and have not been handed a pack.") % {"count": open_names})
    told.append(_("The masked result becomes public."))
    return told


def _waiting(count: int, until: datetime | None, at: datetime) -> str:
    if until and until > at:
        told = _("%(count)s people have booked and may collect until %(when)s; before that it cannot be closed.")
        return told % {"count": count, "when": formats.moment(until)}
    return _("%(count)s bookings are not collected yet; they lapse.") % {"count": count}
