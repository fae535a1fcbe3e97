"""What a plan still lacks, what has arrived for it, and which limits it would exceed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from niangjia.benefits.models import AmountLimit, Gift, Handout, LimitKind, Programme
from niangjia.benefits.permissions import PLAN
from niangjia.bookings.models import Allocation, Booking, BookingStatus, Method
from niangjia.bookings.services import default_method
from niangjia.core.access import Actor
from niangjia.core.money import yuan
from niangjia.ledgers.models import Account, StockEntry
from niangjia.ledgers.queries import balance
from niangjia.members.models import Member
from niangjia.org.models import Organization

Step = Literal["basics", "gifts", "times", "audience", "allocation", "goods"]


@dataclass(frozen=True)
class Missing:
    """What must still be done, and on which step."""

    step: Step
    text: str


@dataclass(frozen=True)
class Arrival:
    """How much of a gift is needed, and how much has arrived for it and is free."""

    gift: Gift
    needed: int
    arrived: int

    @property
    def short(self) -> int:
        return max(0, self.needed - self.arrived)


def carried_out_by(unit: Organization) -> str:
    """What keeps ``unit`` open: programmes that are under way."""
    names = [programme.name for programme in Programme.objects.running().filter(organization=unit)]
    listed = "、".join(f"“{name}”" for name in names)
    return _("Under way here: %(names)s. Close them first.") % {"names": listed} if names else ""


def gifts_of(programme: Programme) -> list[Gift]:
    return list(programme.gifts.select_related("item").order_by("id"))


def arrivals(programme: Programme) -> list[Arrival]:
    """For each gift what has arrived and was neither lost nor sent back."""
    rows = []
    for gift in gifts_of(programme):
        line = balance(item=gift.item)
        rows.append(Arrival(gift, gift.quantity, line.bought - line.lost - line.returned))
    return rows


def missing(programme: Programme, at: datetime) -> list[Missing]:
    """What stands between the draft and its publication, in the order of the steps."""
    gifts = gifts_of(programme)
    if not gifts:
        return [Missing("gifts", _("Say what is given: at least one gift."))]
    found = []
    if any(gift.quantity_online for gift in gifts):
        found += _missing_times(programme, at) + _missing_audience(programme) + _missing_allocation(programme, gifts)
    for arrival in arrivals(programme):
        if arrival.short:
            text = _("Of “%(gift)s” %(arrived)s of %(needed)s have arrived; write down the rest when it comes.")
            values = {"gift": arrival.gift, "arrived": arrival.arrived, "needed": arrival.needed}
            found.append(Missing("goods", text % values))
    return found


def _missing_times(programme: Programme, at: datetime) -> list[Missing]:
    found = []
    if not programme.opens_at or not programme.closes_at:
        found.append(Missing("times", _("Say from when until when can be booked.")))
    elif programme.closes_at <= at:
        found.append(Missing("times", _("The booking window has passed; choose a later one.")))
    if not programme.collect_from or not programme.collect_until:
        found.append(Missing("times", _("Say from when until when the gifts can be collected.")))
    if not programme.points.exists():
        found.append(Missing("times", _("Choose at least one place of collection.")))
    return found


def _missing_audience(programme: Programme) -> list[Missing]:
    audience = programme.audience
    if audience is None:
        return [Missing("audience", _("Say who is eligible."))]
    if not audience.is_frozen:
        return [Missing("audience", _("Freeze the list “%(name)s”.") % {"name": audience})]
    if not audience.eligible:
        return [Missing("audience", _("Nobody is on the list “%(name)s”.") % {"name": audience})]
    return []


def fitting_method(programme: Programme, gifts: list[Gift]) -> Method:
    """What suits the people on the list and the gifts to be booked: a draw where there is not one for everybody."""
    eligible = (programme.audience.eligible or 0) if programme.audience else 0
    return default_method(eligible=eligible, pieces=sum(gift.quantity_online for gift in gifts))


def _missing_allocation(programme: Programme, gifts: list[Gift]) -> list[Missing]:
    found = Allocation.objects.filter(pk=programme.pk).first()
    if found is None or not found.method:
        text = _("There is not one for everybody: say how the gifts are allocated.")
        return [Missing("allocation", text)] if fitting_method(programme, gifts) == Method.DRAW else []
    told = []
    due, closes = found.value_due_at, programme.closes_at
    if found.method == Method.DRAW and due and closes and due < closes:
        told.append(_("The public value of the draw must become known after entries have closed."))
    online = next(gift for gift in gifts if gift.quantity_online)
    asked = (found.shares.aggregate(sum=Sum("quantity"))["sum"] or 0) + online.protected
    if asked > online.quantity_online:
        text = _("Shares and protected gifts are %(asked)s of %(all)s: make a share smaller.")
        told.append(text % {"asked": asked, "all": online.quantity_online})
    return [Missing("allocation", text) for text in told]


# Limits -----------------------------------------------------------------------------------------------------------
def limits(programme: Programme, on: date) -> QuerySet[AmountLimit]:
    """The limits that hold for this programme on a day: of its unit, of those above, and everywhere."""
    labels = programme.organization_path.rstrip(".").split(".")
    above = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    found: QuerySet[AmountLimit] = AmountLimit.objects.on(on).filter(
        Q(organization=None) | Q(organization__path__in=above), occasion__in=["", programme.occasion]
    )
    return found


def warnings(programme: Programme, on: date) -> list[str]:
    """Sentences about gifts that would exceed a limit; they never block."""
    each = limits(programme, on).filter(kind__in=[LimitKind.PER_GIFT, LimitKind.PER_FESTIVAL])
    gifts = gifts_of(programme)
    return [_exceeds(gift, limit) for limit in each for gift in gifts if gift.unit_price > limit.amount]


def person_warnings(gift: Gift, member: Member, on: date) -> list[str]:
    """Whether with this gift the person would have more than a limit of the year allows."""
    each = limits(gift.programme, on).filter(kind=LimitKind.PER_YEAR, occasion="")
    had = received_in(member, on.year)
    return [
        _("With this gift %(name)s would have had %(sum)s in %(year)s; the limit is %(limit)s (%(source)s).")
        % {
            "name": member.name,
            "sum": yuan(had + gift.unit_price),
            "year": on.year,
            "limit": yuan(limit.amount),
            "source": limit.source,
        }
        for limit in each
        if had + gift.unit_price > limit.amount
    ]


def received_in(member: Member, year: int) -> int:
    """What the gifts that a person has got in a year were worth, in fen, at the price planned."""
    collected = Gift.objects.filter(
        quantity_online__gt=0,
        programme__in=Booking.objects.filter(
            member=member, status=BookingStatus.COLLECTED, booked_at__year=year
        ).values("offer"),
    ).aggregate(total=Sum("unit_price"))
    handed = (
        Handout.objects.handed_out()
        .filter(member=member, handed_at__year=year)
        .aggregate(total=Sum(F("quantity") * F("split__gift__unit_price")))
    )
    return (collected["total"] or 0) + (handed["total"] or 0)


def _exceeds(gift: Gift, limit: AmountLimit) -> str:
    values = {
        "gift": gift,
        "price": yuan(gift.unit_price),
        "kind": limit.get_kind_display(),
        "limit": yuan(limit.amount),
        "source": limit.source,
    }
    return _("“%(gift)s” costs %(price)s; the limit %(kind)s is %(limit)s per person (%(source)s).") % values


def deliveries(programme: Programme) -> "QuerySet[StockEntry]":
    """What suppliers have delivered for the programme, the newest first."""
    return (
        StockEntry.objects.filter(item__gift__programme=programme, origin=Account.OUTSIDE)
        .select_related("item")
        .order_by("-at", "-id")
    )


def units_for(actor: Actor) -> list[Organization]:
    """The unions at the top of what ``actor`` may plan programmes for."""
    return list(Organization.objects.live().filter(path__in=actor.paths(PLAN)))


def limits_for(actor: Actor) -> QuerySet[AmountLimit]:
    """Every limit that bears on what ``actor`` plans: of the units planned for, of those above, and everywhere."""
    above = Q(organization=None)
    for path in actor.paths(PLAN):
        labels = path.rstrip(".").split(".")
        above |= Q(organization__path__in=[".".join(labels[: n + 1]) + "." for n in range(len(labels))])
        above |= Q(organization__path__startswith=path)
    found: QuerySet[AmountLimit] = AmountLimit.objects.filter(above).select_related("organization")
    return found
