"""Every movement of stock. Each locks the item, checks that the account it draws on holds enough, and adds one row.

The lane adds rows of its own (allotted to booked) without this lock. It can only book what an offer has set aside, and
what is set aside is subtracted here from what may be drawn: it is read before the account is, so that a booking that
commits in between makes the answer smaller, never larger.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, rows
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.ledgers import checks
from niangjia.ledgers.models import Account, Item, Place, StockEntry, StockFinding
from niangjia.ledgers.permissions import MANAGE
from niangjia.ledgers.queries import available
from niangjia.org.models import Organization

SYSTEM = "system"


class NotEnoughStock(DomainError):
    """The account does not hold so many pieces."""

    code = "not-enough-stock"


class CorrectionRefused(DomainError):
    """An entry is corrected once, and a correction not at all."""

    code = "correction-refused"


@dataclass(frozen=True)
class Cell:
    """One account of an item, for one purpose, at one place."""

    account: Account
    purpose_id: UUID | None = None
    place: Place | None = None


@whole
def create_item(
    *,
    organization: Organization,
    name: str,
    unit: str = "份",
    contents: str = "",
    unit_price: int = 0,
    actor: Actor | None,
) -> Item:
    access.require(actor, MANAGE, organization)
    if unit_price < 0:
        raise InvalidInput(_("A price is not negative."), field="unit_price")
    item = Item.objects.create(
        organization=organization,
        organization_path=organization.path,
        name=name,
        unit=unit,
        contents=contents,
        unit_price=unit_price,
    )
    audit.record(actor, "ledgers.item.create", item, unit=unit, contents=contents, unit_price=unit_price)
    return item


@whole
def create_place(*, organization: Organization, name: str, address: str = "", actor: Actor | None) -> Place:
    access.require(actor, MANAGE, organization)
    place = Place.objects.create(
        organization=organization, organization_path=organization.path, name=name, address=address
    )
    audit.record(actor, "ledgers.place.create", place, address=address)
    return place


@whole
def buy(
    item: Item,
    *,
    quantity: int,
    actor: Actor | None,
    purpose_id: UUID | None = None,
    place: Place | None = None,
    unit_price: int | None = None,
    money_source: str = "",
    reason: str = "",
    reference: models.Model | None = None,
) -> StockEntry:
    """Take in what a supplier has delivered; with a purpose, it was bought for this programme."""
    access.require(actor, MANAGE, item.organization_path)
    return _enter(
        "buy",
        item,
        quantity,
        Cell(Account.OUTSIDE, purpose_id, place),
        Cell(Account.HELD, purpose_id, place),
        actor=actor,
        unit_price=unit_price,
        money_source=money_source,
        reason=reason,
        reference=reference,
    )


@whole
def allot(
    item: Item,
    *,
    purpose_id: UUID,
    quantity: int,
    actor: Actor | None,
    place: Place | None = None,
    reason: str = "",
    reference: models.Model | None = None,
) -> list[StockEntry]:
    """Set pieces aside for a purpose: first what was bought for it, the rest from the general stock."""
    access.require(actor, MANAGE, item.organization_path)
    _lock(item)
    to = Cell(Account.ALLOTTED, purpose_id, place)
    own = min(quantity, max(0, available(item, Account.HELD, purpose_id=purpose_id, place=place)))
    sources = [(Cell(Account.HELD, purpose_id, place), own), (Cell(Account.HELD, None, place), quantity - own)]
    return [
        _enter("allot", item, count, source, to, actor=actor, reason=reason, reference=reference)
        for source, count in sources
        if count or not quantity
    ]


@whole
def release(
    item: Item, *, purpose_id: UUID, quantity: int, actor: Actor | None, place: Place | None = None, reason: str = ""
) -> StockEntry:
    """Give allotted pieces back to the general stock. What an open offer has set aside stays."""
    access.require(actor, MANAGE, item.organization_path)
    origin, to = Cell(Account.ALLOTTED, purpose_id, place), Cell(Account.HELD, None, place)
    return _enter("release", item, quantity, origin, to, actor=actor, reason=reason)


@whole
def book(
    item: Item, *, purpose_id: UUID, quantity: int = 1, actor: Actor | None, reference: models.Model, reason: str = ""
) -> StockEntry:
    """Allotted pieces now belong to a booking. The booking's own service has asked whether the actor may."""
    origin, to = Cell(Account.ALLOTTED, purpose_id), Cell(Account.BOOKED, purpose_id)
    return _enter("book", item, quantity, origin, to, actor=actor, reason=reason, reference=reference)


@whole
def unbook(
    item: Item, *, purpose_id: UUID, quantity: int = 1, actor: Actor | None, reference: models.Model, reason: str = ""
) -> StockEntry:
    """A booking has let its pieces go. The booking's own service has asked whether the actor may."""
    origin, to = Cell(Account.BOOKED, purpose_id), Cell(Account.ALLOTTED, purpose_id)
    return _enter("unbook", item, quantity, origin, to, actor=actor, reason=reason, reference=reference)


@whole
def hand_out(
    item: Item,
    *,
    purpose_id: UUID,
    quantity: int = 1,
    actor: Actor | None,
    reference: models.Model,
    origin: Account = Account.ALLOTTED,
    place: Place | None = None,
) -> StockEntry:
    """Pieces reach a person, booked before or straight from the allotment. The case's own service has asked."""
    if origin not in {Account.ALLOTTED, Account.BOOKED}:
        raise InvalidInput(_("Only allotted or booked pieces are handed out."), field="origin")
    source, to = Cell(origin, purpose_id, place), Cell(Account.HANDED_OUT, purpose_id, place)
    return _enter("hand_out", item, quantity, source, to, actor=actor, reference=reference)


@whole
def take_back(
    item: Item,
    *,
    purpose_id: UUID,
    quantity: int = 1,
    actor: Actor | None,
    reference: models.Model,
    to: Account = Account.HELD,
    place: Place | None = None,
    reason: str = "",
) -> StockEntry:
    """A person gives pieces back: they are held again; when a hand-over is undone, booked or allotted as before."""
    if to not in {Account.HELD, Account.ALLOTTED, Account.BOOKED}:
        raise InvalidInput(_("What is given back is held, allotted or booked again."), field="to")
    origin, back = Cell(Account.HANDED_OUT, purpose_id, place), Cell(to, purpose_id, place)
    return _enter("take_back", item, quantity, origin, back, actor=actor, reason=reason, reference=reference)


@whole
def return_to_supplier(
    item: Item,
    *,
    quantity: int,
    actor: Actor | None,
    purpose_id: UUID | None = None,
    place: Place | None = None,
    reason: str = "",
) -> StockEntry:
    """Held pieces go back to where they were bought."""
    access.require(actor, MANAGE, item.organization_path)
    origin, to = Cell(Account.HELD, purpose_id, place), Cell(Account.RETURNED, purpose_id, place)
    return _enter("return_to_supplier", item, quantity, origin, to, actor=actor, reason=reason)


@whole
def lose(
    item: Item,
    *,
    quantity: int,
    actor: Actor | None,
    reason: str,
    account: Account = Account.HELD,
    purpose_id: UUID | None = None,
    place: Place | None = None,
) -> StockEntry:
    """Write off what is broken, spoilt or gone, with the reason."""
    access.require(actor, MANAGE, item.organization_path)
    if account not in {Account.HELD, Account.ALLOTTED}:
        raise InvalidInput(_("Only held or allotted pieces are written off."), field="account")
    if not reason.strip():
        raise InvalidInput(_("Say how the pieces were lost."), field="reason")
    origin, to = Cell(account, purpose_id, place), Cell(Account.LOST, purpose_id, place)
    return _enter("lose", item, quantity, origin, to, actor=actor, reason=reason)


@whole
def move_between_places(
    item: Item,
    *,
    quantity: int,
    origin: Place | None,
    to: Place | None,
    actor: Actor | None,
    account: Account = Account.HELD,
    purpose_id: UUID | None = None,
) -> StockEntry:
    """Carry held or allotted pieces from one place to another."""
    access.require(actor, MANAGE, item.organization_path)
    if account not in {Account.HELD, Account.ALLOTTED}:
        raise InvalidInput(_("Only held or allotted pieces are moved."), field="account")
    if origin == to:
        raise InvalidInput(_("Choose two different places."), field="to")
    source, target = Cell(account, purpose_id, origin), Cell(account, purpose_id, to)
    return _enter("move", item, quantity, source, target, actor=actor)


@whole
def correct(entry: StockEntry, *, actor: Actor | None, reason: str) -> StockEntry:
    """Undo a wrong entry by one that runs the other way; both stay."""
    access.require(actor, MANAGE, entry.organization_path)
    if not reason.strip():
        raise InvalidInput(_("Say what was wrong with the entry."), field="reason")
    _lock(entry.item)
    entry = StockEntry.objects.select_related("item", "place", "origin_place").get(pk=entry.pk)
    if entry.corrects_id or StockEntry.objects.filter(corrects=entry).exists():
        raise CorrectionRefused(
            _("This entry is a correction or has been corrected."), remedy=_("Enter what is right as a new entry.")
        )
    if Account.BOOKED in {entry.origin, entry.destination} or entry.reference_type == "bookings.offer":
        raise CorrectionRefused(
            _("This entry belongs to bookings."), remedy=_("Cancel the booking or undo the hand-over instead.")
        )
    origin = Cell(Account(entry.destination), entry.purpose_id, entry.place)
    to = Cell(Account(entry.origin), entry.origin_purpose_id, entry.origin_place)
    return _enter(
        "correct", entry.item, entry.quantity, origin, to, actor=actor, unit_price=entry.unit_price,
        money_source=entry.money_source, reason=reason, corrects=entry,
    )  # fmt: skip


def _enter(
    verb: str, item: Item, quantity: int, origin: Cell, to: Cell, *,
    actor: Actor | None, reference: models.Model | None = None, unit_price: int | None = None, **fields: Any,
) -> StockEntry:  # fmt: skip
    """The only writer of entries beside the lane: lock, check, add, and history."""
    if quantity < 1:
        raise InvalidInput(_("Enter a whole number of at least one."), field="quantity")
    _lock(item)
    _require_enough(item, origin, quantity)
    entry = StockEntry(
        organization_id=item.organization_id,
        organization_path=item.organization_path,
        item=item,
        origin=origin.account,
        origin_purpose_id=origin.purpose_id,
        origin_place=origin.place,
        destination=to.account,
        purpose_id=to.purpose_id,
        place=to.place,
        quantity=quantity,
        unit_price=item.unit_price if unit_price is None else unit_price,
        actor_id=actor.pk if actor else None,
        actor_name=str(actor)[:100] if actor else SYSTEM,
        reference_type=reference._meta.label_lower if reference else "",
        reference_id=str(reference.pk) if reference else "",
        **fields,
    )
    rows.insert(entry)
    audit.record(
        actor, f"ledgers.stock.{verb}", entry, item=str(item.pk), quantity=quantity, origin=origin.account.value,
        destination=to.account.value, purpose=to.purpose_id or origin.purpose_id, reason=entry.reason,
    )  # fmt: skip
    return entry


def require_allotted(item: Item, *, purpose_id: UUID, quantity: int) -> None:
    """Hold the item, and refuse unless so many pieces are allotted to the purpose and not spoken for."""
    _lock(item)
    _require_enough(item, Cell(Account.ALLOTTED, purpose_id), quantity)


def _lock(item: Item) -> None:
    """One writer per item until the end of the transaction. Not against the lane, whose rows refer to the item."""
    Item.objects.select_for_update(of=["self"], no_key=True).only("pk").get(pk=item.pk)


def _require_enough(item: Item, origin: Cell, quantity: int) -> None:
    if origin.account == Account.OUTSIDE:
        return
    kept = 0
    if origin.account == Account.ALLOTTED and origin.place is None:
        kept = checks.spoken_for(item.pk, origin.purpose_id)
    there = available(item, origin.account, purpose_id=origin.purpose_id, place=origin.place) - kept
    if there < quantity:
        raise NotEnoughStock(
            _("“%(account)s” holds %(count)s × %(item)s, not %(wanted)s.")
            % {"account": origin.account.label, "count": max(0, there), "item": item, "wanted": quantity},
            remedy=_("Check the number, or first enter what has been bought or allotted."),
            context={"account": origin.account.value, "available": max(0, there), "wanted": quantity},
        )


def verify_stock(*, at: datetime) -> list[checks.Difference]:
    """Run every check in one snapshot, and store what differs; settle what agrees again. Returns the differences."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = [(name, found) for name, check in checks.registered.items() for found in check()]
    with transaction.atomic():
        _store(found, at)
    return [difference for _name, difference in found]


def _store(found: list[tuple[str, checks.Difference]], at: datetime) -> None:
    still = set()
    for name, difference in found:
        finding, new = StockFinding.objects.get_or_create(
            check_name=name,
            subject=difference.subject[:100],
            settled_at=None,
            defaults={
                "organization_path": difference.organization_path,
                "purpose_id": difference.purpose_id,
                "message": difference.message[:300],
                "expected": difference.expected,
                "found": difference.found,
                "first_seen_at": at,
                "last_seen_at": at,
            },
        )
        still.add(finding.pk)
        if new:
            audit.record(None, "ledgers.finding.open", finding, expected=finding.expected, found=finding.found)
    StockFinding.objects.filter(pk__in=still).update(last_seen_at=at)
    for finding in StockFinding.objects.unsettled().exclude(pk__in=still):
        finding.settled_at = at
        finding.save(update_fields=["settled_at"])
        audit.record(None, "ledgers.finding.settle", finding)
