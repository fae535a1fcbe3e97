"""What is public of a draw: at which step it is, the files to download, and where a ticket stands."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.bookings.models import Draw, Entry, OfferStatus
from niangjia.bookings.proving import Placed, PoolsNow, Published, Result, SharePool, dump
from niangjia.bookings.services import blinded

SHORTEST = 8  # characters of a ticket by which it is found
NOTHING: dict[str, Any] = {"anybody": 0, "shares": []}


class Stage(models.TextChoices):
    """How far a draw has come; what each needs next is written on its page."""

    COMING = "coming", _("Entries have not opened yet")
    OPEN = "open", _("Entries are open")
    CLOSING = "closing", _("The list is being fixed")
    FIXED = "fixed", _("The list is fixed, the public value is awaited")
    VALUED = "valued", _("The public value is entered, the draw is next")
    DRAWN = "drawn", _("Drawn")
    OVER = "over", _("Ended without a draw")


def stage_of(draw: Draw, *, at: datetime) -> Stage:
    if draw.drawn_at:
        return Stage.DRAWN
    if draw.offer.status == OfferStatus.CLOSED:
        return Stage.OVER
    if draw.value:
        return Stage.VALUED
    if draw.closed_at:
        return Stage.FIXED
    if at >= draw.offer.closes_at:
        return Stage.CLOSING
    return Stage.OPEN if at >= draw.offer.opens_at else Stage.COMING


def published(draw: Draw, *, with_result: bool = True) -> Published:
    """Of a draw whose list is fixed; it reads the same at any later time."""
    entries = blinded(draw.offer)
    return Published(
        programme=str(draw.offer_id),
        title=draw.title,
        commitment=draw.commitment,
        committed_at=_text(draw.committed_at),
        value_name=draw.value_name,
        due_at=_text(draw.value_due_at),
        closed_at=_text(draw.closed_at),
        digest=draw.digest,
        entries=tuple(entries),
        pools=_pools(draw.pools or NOTHING),
        result=_result(draw, draw.outcome) if draw.outcome and with_result else None,
    )


def file_of(draw: Draw, *, with_result: bool = True) -> bytes:
    return dump(published(draw, with_result=with_result))


def _result(draw: Draw, outcome: dict[str, Any]) -> Result:
    fallen = outcome["fallen"]
    line = draw.offer.entries.filter(position__isnull=False).order_by("position").values_list("ticket", "position")
    return Result(
        value=draw.value,
        source=draw.value_source,
        entered_at=_text(draw.value_at),
        seed=str(draw.seed),
        drawn_at=_text(draw.drawn_at),
        pools=_pools(outcome["pools"]),
        places=tuple(Placed(ticket, place or 0, fallen.get(ticket)) for ticket, place in line),
    )


def _pools(content: dict[str, Any]) -> PoolsNow:
    return PoolsNow(content["anybody"], tuple(SharePool(**share) for share in content["shares"]))


def _text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


@dataclass(frozen=True)
class Found:
    """What one may know of a ticket: its place, and the pool from which a piece fell to it in the draw."""

    ticket: str
    place: int | None
    fell: bool
    share: str


def find_ticket(draw: Draw, typed: str) -> Found | None:
    """The ticket on the published list, however it was typed; eight characters suffice where no other begins so."""
    ticket = "".join(typed.split()).lower()
    if len(ticket) < SHORTEST:
        return None
    rows = Entry.objects.filter(offer=draw.offer_id, ticket__startswith=ticket)
    found = list(rows.exclude(state="left", position=None).values_list("ticket", "position")[:2])
    if len(found) != 1:
        return None
    (whole, place) = found[0]
    outcome = draw.outcome or {"fallen": {}, "pools": NOTHING}
    pool = outcome["fallen"].get(whole)
    names = {share["position"]: share["name"] for share in outcome["pools"]["shares"]}
    return Found(whole, place, pool is not None, names.get(pool, ""))
