"""The draw: its seed is committed, entries are closed and published, a public value is entered, the order is drawn."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings import drawing
from niangjia.bookings.models import ENTRY_TRANSITIONS, Allocation, Draw, Entry, EntryState, Offer
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.services.entries import call_next
from niangjia.bookings.services.pools import locked_stock
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance


class DrawRefused(DomainError):
    """The draw is not at the step that this needs."""

    code = "draw-refused"


def commit_draw(offer: Offer, allocation: Allocation, *, at: datetime) -> Draw:
    """Draw the seed and publish what it hashes to; nobody can choose it afterwards. Part of publishing the offer."""
    if allocation.value_due_at is None or allocation.value_due_at < offer.closes_at:
        raise InvalidInput(
            _("The public value must become known only after entries have closed."), field="value_due_at"
        )
    seed = secrets.token_hex(32)
    draw = Draw(
        offer=offer,
        commitment=drawing.commitment(seed),
        committed_at=at,
        value_name=allocation.value_name,
        value_due_at=allocation.value_due_at,
    )
    draw.seed = seed
    draw.save(force_insert=True)
    audit.record(None, "bookings.draw.commit", draw, commitment=draw.commitment, value_name=draw.value_name)
    return draw


@transaction.atomic
def close_entries(draw: Draw, *, actor: Actor | None, at: datetime) -> Draw:
    """Fix the list of entries and publish what it hashes to. From here on nobody joins or leaves."""
    _stock, offer = locked_stock(draw.offer_id)
    access.require(actor, MANAGE, offer.organization)
    draw = Draw.objects.get(pk=draw.pk)
    if draw.closed_at:
        return draw
    if at < offer.closes_at:
        raise DrawRefused(_("Entries have not closed yet."), code="not-over")
    entries = blinded(offer)
    draw.closed_at, draw.entries, draw.digest = at, len(entries), drawing.digest(entries)
    draw.save(update_fields=["closed_at", "entries", "digest"])
    audit.record(actor, "bookings.draw.close", draw, entries=draw.entries, digest=draw.digest)
    return draw


def blinded(offer: Offer) -> list[drawing.Blinded]:
    """The list as it is published, in the order of the tickets."""
    rows = offer.entries.exclude(state=EntryState.LEFT).order_by("ticket")
    return [drawing.Blinded(*row) for row in rows.values_list("ticket", "shares", "quantity")]


@transaction.atomic
def enter_value(draw: Draw, *, value: str, source: str, actor: Actor | None, at: datetime) -> Draw:
    """Enter the public value and where anybody can look it up; once, after it has become known."""
    _stock, offer = locked_stock(draw.offer_id)
    access.require(actor, MANAGE, offer.organization)
    draw = Draw.objects.get(pk=draw.pk)
    if not draw.closed_at:
        raise DrawRefused(_("The list of entries is not closed yet."), code="not-over")
    if draw.value:
        raise DrawRefused(_("The public value has been entered; it stays."), code="value-fixed")
    if at < draw.value_due_at:
        raise DrawRefused(_("The public value is not known yet."), code="too-early")
    for field, text in (("value", value), ("source", source)):
        if not text.strip():
            raise InvalidInput(_("Enter the value and where it can be looked up."), field=field)
    draw.value, draw.value_source, draw.value_at = value.strip(), source.strip(), at
    draw.value_by_name = str(actor)[:100] if actor else "system"
    draw.save(update_fields=["value", "value_source", "value_at", "value_by_name"])
    audit.record(actor, "bookings.draw.value", draw, value=draw.value, source=draw.value_source)
    return draw


@transaction.atomic
def run_draw(draw: Draw, *, actor: Actor | None, at: datetime) -> Draw:
    """Draw the order of all entries, reveal the seed, and keep a piece for each of the first; once, whoever asks."""
    stock, offer = locked_stock(draw.offer_id)
    access.require(actor, MANAGE, offer.organization)
    draw = Draw.objects.get(pk=draw.pk)
    if draw.drawn_at:
        return draw
    if not draw.value:
        raise DrawRefused(_("The public value has not been entered yet."), code="no-value")
    entries = blinded(offer)
    if drawing.digest(entries) != draw.digest:
        raise DrawRefused(
            _("The list of entries is not the one that was published."),
            remedy=_("Do not draw. Have the history of the entries checked."),
            code="list-changed",
        )
    drawn = drawing.order(entries, seed=str(draw.seed), value=draw.value, list_digest=draw.digest)
    _line_up(offer, [entry.ticket for entry in drawn])
    draw.drawn_at = at
    draw.save(update_fields=["drawn_at"])
    audit.record(actor, "bookings.draw.draw", draw, seed=str(draw.seed), entries=len(drawn))
    call_next(stock, offer, at=at)
    return draw


def _line_up(offer: Offer, tickets: list[str]) -> None:
    places = {ticket: place for place, ticket in enumerate(tickets, start=1)}
    entries = list(offer.entries.filter(state=EntryState.ENTERED))
    for entry in entries:
        advance(entry, EntryState.WAITING, ENTRY_TRANSITIONS, field="state")
        entry.position = places[entry.ticket]
    Entry.objects.bulk_update(entries, ["state", "position"], 2_000)


def tend_draws(*, at: datetime) -> None:
    """Lists close by themselves when entries do."""
    for draw in Draw.objects.filter(closed_at=None, offer__closes_at__lte=at).order_by("pk"):
        close_entries(draw, actor=None, at=at)
