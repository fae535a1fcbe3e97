"""The draw: its seed is committed, entries are closed and published, a public value is entered, the order is drawn."""

import secrets
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings import drawing
from niangjia.bookings.models import Allocation, Draw, EntryState, Offer, OfferStatus, OfferStock, Share
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.bookings.proving import PoolsNow, SharePool
from niangjia.bookings.services.entries import call_next
from niangjia.bookings.services.pools import locked_stock
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.vouchers import services as vouchers

VALUE_MOST = 200  # characters of the value, and of where it can be looked up


class DrawRefused(DomainError):
    """The draw is not at the step that this needs."""

    code = "draw-refused"


def commit_draw(offer: Offer, allocation: Allocation, *, at: datetime) -> Draw:
    """Draw the seed and publish what it hashes to; nobody can choose it afterwards. Part of publishing the offer."""
    if allocation.value_due_at is None or allocation.value_due_at < offer.closes_at:
        raise InvalidInput(
            _("The public value must become known only after entries have closed."), field="value_due_at"
        )
    if at >= offer.closes_at:
        raise InvalidInput(_("The seed must be committed to before entries close."), field="closes_at")
    seed = secrets.token_hex(32)
    draw = Draw(
        offer=offer,
        title=offer.title,
        commitment=drawing.commitment(seed),
        committed_at=at,
        value_name=allocation.value_name,
        value_due_at=allocation.value_due_at,
    )
    draw.seed = seed
    draw.save(force_insert=True)
    _record(None, "commit", draw, offer, commitment=draw.commitment, value_name=draw.value_name)
    return draw


@whole
def close_entries(draw: Draw, *, actor: Actor | None, at: datetime) -> Draw:
    """Fix the list of entries and publish what it hashes to. From here on nobody joins or leaves."""
    stock, offer = locked_stock(draw.offer_id)
    access.require(actor, MANAGE, offer.organization)
    draw = Draw.objects.get(pk=draw.pk)
    if draw.closed_at:
        return draw
    if at < offer.closes_at:
        raise DrawRefused(
            _("Entries have not closed yet."),
            remedy=_("They close on %(when)s, and the list by itself.") % {"when": vouchers.moment(offer.closes_at)},
            code="not-over",
        )
    entries = blinded(offer)
    draw.closed_at, draw.entries, draw.digest = at, len(entries), drawing.digest(entries)
    draw.pools = free_now(stock, offer).content()
    draw.save(update_fields=["closed_at", "entries", "digest", "pools"])
    _record(actor, "close", draw, offer, entries=draw.entries, digest=draw.digest)
    return draw


def note_export(draw: Draw, *, actor: Actor) -> None:
    """The line has left the site as a file, though with masked names."""
    access.require(actor, VIEW, draw.offer.organization)
    _record(actor, "export", draw, draw.offer)


def _record(actor: Actor | None, verb: str, draw: Draw, offer: Offer, **data: Any) -> None:
    """In the history of the union whose programme it is."""
    draw.offer = offer  # the history names it
    audit.record(actor, f"bookings.draw.{verb}", draw, place=offer.organization_path, **data)


def blinded(offer: Offer) -> list[drawing.Blinded]:
    """The list as it is published, in the order of the tickets; who leaves the line after the draw stays on it."""
    rows = offer.entries.exclude(state=EntryState.LEFT, position=None).order_by("ticket")
    return [drawing.Blinded(*row) for row in rows.values_list("ticket", "shares", "quantity")]


@whole
def enter_value(draw: Draw, *, value: str, source: str, actor: Actor | None, at: datetime) -> Draw:
    """Enter the public value and where anybody can look it up; once, after it has become known."""
    _stock, offer = locked_stock(draw.offer_id)
    access.require(actor, MANAGE, offer.organization)
    draw = Draw.objects.get(pk=draw.pk)
    _require_ready_for_value(draw, at)
    for field, text in (("value", value), ("source", source)):
        if not text.strip():
            raise InvalidInput(_("Enter the value and where it can be looked up."), field=field)
        if len(text.strip()) > VALUE_MOST:
            raise InvalidInput(_("At most %(count)s characters.") % {"count": VALUE_MOST}, field=field)
    draw.value, draw.value_source, draw.value_at = value.strip(), source.strip(), at
    draw.value_by_name = str(actor)[:100] if actor else "system"
    draw.save(update_fields=["value", "value_source", "value_at", "value_by_name"])
    _record(actor, "value", draw, offer, value=draw.value, source=draw.value_source)
    return draw


def _require_ready_for_value(draw: Draw, at: datetime) -> None:
    if not draw.closed_at:
        raise DrawRefused(
            _("The list of entries is not closed yet."),
            remedy=_("It closes by itself within a minute after entries do."),
            code="not-over",
        )
    if draw.value:
        raise DrawRefused(
            _("The public value has been entered; it stays."),
            remedy=_("If it is wrong, say so publicly and have the history checked; it cannot be replaced."),
            code="value-fixed",
        )
    if at < draw.value_due_at:
        raise DrawRefused(
            _("The public value is not known yet."),
            remedy=_("It becomes known on %(when)s.") % {"when": vouchers.moment(draw.value_due_at)},
            code="too-early",
        )


@whole
def run_draw(draw: Draw, *, actor: Actor | None, at: datetime) -> Draw:
    """Draw the order of all entries, reveal the seed, and keep a piece for each of the first; once, whoever asks."""
    stock, offer = locked_stock(draw.offer_id)
    access.require(actor, MANAGE, offer.organization)
    draw = Draw.objects.get(pk=draw.pk)
    if draw.drawn_at:
        return draw
    entries = blinded(offer)
    _require_ready_to_draw(draw, offer, entries)
    drawn = drawing.order(entries, seed=str(draw.seed), value=draw.value, list_digest=draw.digest)
    _line_up(offer, [entry.ticket for entry in drawn])
    pools = free_now(stock, offer)
    call_next(stock, offer, at=at)
    fallen = offer.entries.filter(state=EntryState.OFFERED).order_by("position").values_list("ticket", "share")
    draw.drawn_at, draw.outcome = at, {"pools": pools.content(), "fallen": dict(fallen)}
    draw.save(update_fields=["drawn_at", "outcome"])
    _record(actor, "draw", draw, offer, seed=str(draw.seed), entries=len(drawn))
    return draw


def _require_ready_to_draw(draw: Draw, offer: Offer, entries: list[drawing.Blinded]) -> None:
    if not draw.value:
        raise DrawRefused(
            _("The public value has not been entered yet."),
            remedy=_("Enter it first, with its source."),
            code="no-value",
        )
    if offer.status != OfferStatus.PUBLISHED:
        raise DrawRefused(_("The offer has ended; nothing can be drawn any more."), code="offer-over")
    if drawing.digest(entries) != draw.digest:
        raise DrawRefused(
            _("The list of entries is not the one that was published."),
            remedy=_("Do not draw. Have the history of the entries checked."),
            code="list-changed",
        )


def free_now(stock: OfferStock, offer: Offer) -> PoolsNow:
    """What is free, with the names of the shares."""
    names = dict(Share.objects.filter(allocation=offer.pk).values_list("position", "name"))
    shares = (SharePool(place, names[place], left) for place, left in enumerate(stock.shares, start=1))
    return PoolsNow(stock.remaining, tuple(shares))


def _line_up(offer: Offer, tickets: list[str]) -> None:
    """Each takes her place in line, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE bookings_entry e SET state = %s, position = line.place
            FROM unnest(%s::text[]) WITH ORDINALITY AS line (ticket, place)
            WHERE e.ticket = line.ticket AND e.offer_id = %s AND e.state = %s
            """,
            [EntryState.WAITING.value, tickets, offer.pk, EntryState.ENTERED.value],
        )


def tend_draws(*, at: datetime) -> None:
    """Lists close by themselves when entries do."""
    for draw in Draw.objects.filter(closed_at=None, offer__closes_at__lte=at).order_by("pk"):
        close_entries(draw, actor=None, at=at)
