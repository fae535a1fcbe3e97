"""What is public of a draw: at which step it is, the files to download, and where a ticket stands."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.bookings.models import Draw, Entry, EntryState, OfferStatus
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.proving import Placed, PoolsNow, Published, Result, SharePool, document, dump
from niangjia.bookings.queries import now
from niangjia.bookings.services import blinded
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.ui.inbox import InboxItem

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


@dataclass(frozen=True)
class Step:
    """One step of the way, and whether it is done, is the next, or is still to come."""

    label: Any
    state: str


STEPS = (
    (_("Commitment published"), ()),
    (_("Entries closed"), (Stage.COMING, Stage.OPEN, Stage.CLOSING)),
    (_("Public value entered"), (Stage.FIXED,)),
    (_("Drawn, seed revealed"), (Stage.VALUED,)),
)


def steps_of(stage: Stage) -> list[Step]:
    current = next((number for number, (_label, stages) in enumerate(STEPS) if stage in stages), len(STEPS))
    if stage == Stage.OVER:
        current = 0
    return [
        Step(label, "done" if number < max(current, 1) else "now" if number == current else "")
        for number, (label, _stages) in enumerate(STEPS)
    ]


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


@dataclass(frozen=True)
class Tally:
    """How many have entered, and how many pieces there are; after the draw, to how many tickets one fell."""

    entries: int
    pieces: int
    fallen: int


def tally_of(draw: Draw) -> Tally:
    entries = draw.entries if draw.closed_at else draw.offer.entries.standing().count()
    free = (draw.outcome or {}).get("pools") or draw.pools
    pieces = _pieces(free) if free else draw.offer.capacity - draw.offer.protected
    return Tally(entries or 0, pieces, len((draw.outcome or {}).get("fallen", {})))


def _pieces(free: dict[str, Any]) -> int:
    return _pools(free).pieces


def share_names(draw: Draw) -> dict[int, str]:
    free = (draw.outcome or {}).get("pools") or draw.pools or NOTHING
    return {share["position"]: share["name"] for share in free["shares"]}


def is_published_here(draw: Draw, file: Published) -> bool:
    """Whether a file is, word for word, the one that this site publishes of this draw."""
    if not draw.closed_at or (file.result and not draw.drawn_at):
        return False
    return document(published(draw, with_result=file.result is not None)) == document(file)


def waiting(actor: Actor) -> list[InboxItem]:
    """Draws whose next step an officer takes: the public value once it is known, then the draw."""
    scope = access.scope(actor, MANAGE, field="offer__organization_path")
    rows = Draw.objects.filter(scope, closed_at__isnull=False, drawn_at=None, offer__status=OfferStatus.PUBLISHED)
    known = rows.filter(value_due_at__lte=now()).select_related("offer").order_by("value_due_at")
    return [
        InboxItem(title=_next_of(draw), href=reverse("bookings:draw-desk", args=[draw.offer_id]), icon="ticket")
        for draw in known[:20]
    ]


def _next_of(draw: Draw) -> str:
    said = gettext("%(name)s: draw the gifts") if draw.value else gettext("%(name)s: enter the public value")
    return said % {"name": draw.offer}


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
    found = list(rows.exclude(state=EntryState.LEFT, position=None).values_list("ticket", "position")[:2])
    if len(found) != 1:
        return None
    (whole, place) = found[0]
    outcome = draw.outcome or {"fallen": {}, "pools": NOTHING}
    pool = outcome["fallen"].get(whole)
    return Found(whole, place, pool is not None, share_names(draw).get(pool or 0, ""))
