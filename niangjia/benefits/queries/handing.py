"""The people of a group: who could be on its list, who is, and what stands on the sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from niangjia.audiences.models import AudienceEntry
from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.benefits.models import Gift, Handout, HandoutStatus, Programme, Split
from niangjia.bookings.models import Booking, BookingStatus, Offer, OfferStatus
from niangjia.members.models import Member
from niangjia.org.models import Organization

TAIL = 4
SERVED = (BookingStatus.BOOKED, BookingStatus.COLLECTED)


def candidates(split: Split) -> Iterator[tuple[Member, str]]:
    """Eligible people without another gift of the programme, with the place of their union, by union and name."""
    others = Handout.objects.live().filter(programme=split.programme_id, member=OuterRef("member"))
    mine = split.handouts.filter(member=OuterRef("member"))
    entries = AudienceEntry.objects.filter(audience=split.audience_id, eligible=True)
    entries = entries.exclude(Exists(others)).exclude(Exists(mine))
    if split.programme.one_per_person:
        booked = Booking.objects.filter(offer=split.programme_id, member=OuterRef("member"), status__in=SERVED)
        entries = entries.exclude(Exists(booked))
    unit = Organization.objects.filter(path=OuterRef("organization_path"))
    placed = entries.annotate(unit_key=Subquery(unit.values("sort_key")[:1]))
    ordered = placed.select_related("member").order_by("unit_key", "member__name", "member_id")
    return ((entry.member, entry.organization_path) for entry in ordered)


@dataclass(frozen=True)
class SplitRow:
    """One group with its numbers."""

    split: Split
    listed: int
    handed_out: int

    @property
    def waiting(self) -> int:
        return self.listed - self.handed_out

    @property
    def free(self) -> int:
        return self.split.quantity - self.listed


def splits_of(programme: Programme) -> list[SplitRow]:
    """The groups of a programme with how many are listed and handed out, in one query."""
    live = ~Q(handouts__status=HandoutStatus.TAKEN_OFF)
    done = Q(handouts__status=HandoutStatus.HANDED_OUT)
    rows = (
        programme.splits.select_related("gift__item", "audience")
        .annotate(
            listed=Sum("handouts__quantity", filter=live, default=0),
            done=Sum("handouts__quantity", filter=done, default=0),
        )
        .order_by("id")
    )
    return [SplitRow(row, row.listed, row.done) for row in rows]


def split_row(split: Split) -> SplitRow:
    return next(row for row in splits_of(split.programme) if row.split.pk == split.pk)


@dataclass(frozen=True)
class SheetRow:
    """One line of a sign-for sheet."""

    number: int
    name: str
    unit: str
    occupation: str
    phone_tail: str
    quantity: int


def sheet_rows(split: Split) -> list[SheetRow]:
    """Everybody on the list, in its order; of the phone only the end, to tell two of one name apart."""
    people: QuerySet[Handout] = split.handouts.live().select_related("member", "unit", "occupation").order_by("number")
    return [
        SheetRow(
            number=handout.number,
            name=handout.member.name,
            unit=handout.unit.name,
            occupation=str(handout.occupation or ""),
            phone_tail=str(handout.member.phone)[-TAIL:],
            quantity=handout.quantity,
        )
        for handout in people
    ]


def packs_for_offline(gift: Gift) -> int:
    """What was planned for offline, and what came back from online booking once that has closed."""
    offer = Offer.objects.filter(pk=gift.programme_id, item=gift.item_id, status=OfferStatus.CLOSED).first()
    if offer is None:
        return gift.quantity_offline
    return gift.quantity_offline + offer.stock.unsold


@dataclass(frozen=True)
class Event:
    """One line of a history, in words."""

    at: datetime
    what: str
    who: str
    why: str


def history(handout: Handout) -> list[Event]:
    """What was done for this person, the newest first."""
    entries = Entry.objects.about(handout).order_by("-id")
    return [
        Event(entry.at, words.said(entry.action), entry.actor_name, str(entry.data.get("reason") or ""))
        for entry in entries
    ]
