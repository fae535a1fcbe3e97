"""Balances: sums over the entries, for an item, a purpose, a place, or all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from niangjia.ledgers.checks import Difference
from niangjia.ledgers.models import Account, Item, Place, StockEntry, StockFinding

ACCOUNTS = tuple(account.value for account in Account if account != Account.OUTSIDE)

AVAILABLE = """
    SELECT coalesce(sum(quantity) FILTER (WHERE destination = %s AND purpose_id IS NOT DISTINCT FROM %s
                                            AND place_id IS NOT DISTINCT FROM %s), 0)
         - coalesce(sum(quantity) FILTER (WHERE origin = %s AND origin_purpose_id IS NOT DISTINCT FROM %s
                                            AND origin_place_id IS NOT DISTINCT FROM %s), 0)
      FROM ledgers_stockentry WHERE item_id = %s
"""


@dataclass(frozen=True)
class Balance:
    """The conservation line. ``moved`` is what came in from another purpose or place, when only one is asked for."""

    bought: int = 0
    held: int = 0
    allotted: int = 0
    booked: int = 0
    handed_out: int = 0
    returned: int = 0
    lost: int = 0
    moved: int = 0

    @property
    def total(self) -> int:
        return self.held + self.allotted + self.booked + self.handed_out + self.returned + self.lost

    @property
    def balances(self) -> bool:
        """Whether everything that came in is somewhere, and nothing is nowhere."""
        return self.bought + self.moved == self.total and all(getattr(self, name) >= 0 for name in ACCOUNTS)

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def balance(*, item: Item | None = None, purpose_id: UUID | None = None, place: Place | None = None) -> Balance:
    """One query. What is not named is summed over."""
    entries, arriving, leaving = _scope(item, purpose_id, place)
    return Balance(**entries.aggregate(**_sums(arriving, leaving)))


def balances(items: Iterable[Item]) -> dict[UUID, Balance]:
    """The line of each item by its key, in one query."""
    lines = {item.pk: Balance() for item in items}
    entries, arriving, leaving = _scope(None, None, None)
    rows = entries.filter(item__in=lines).values("item").annotate(**_sums(arriving, leaving)).order_by()
    return lines | {row.pop("item"): Balance(**row) for row in rows}


def balances_by_item(purpose_id: UUID) -> list[tuple[Item, Balance]]:
    """The line of every item that has to do with a purpose, in one query more than the items."""
    entries, arriving, leaving = _scope(None, purpose_id, None)
    rows = {row.pop("item"): row for row in entries.values("item").annotate(**_sums(arriving, leaving)).order_by()}
    return [(item, Balance(**rows[item.pk])) for item in Item.objects.filter(pk__in=rows)]


def available(item: Item, account: Account, *, purpose_id: UUID | None = None, place: Place | None = None) -> int:
    """How many pieces lie in exactly this account, for exactly this purpose and place (``None``: for none)."""
    cell = [account, purpose_id, place.pk if place else None]
    with connection.cursor() as cursor:
        cursor.execute(AVAILABLE, [*cell, *cell, item.pk])
        return int(cursor.fetchone()[0])


def findings(*, purpose_id: UUID | None = None) -> "QuerySet[StockFinding]":
    """What does not agree right now, for a red banner."""
    rows: QuerySet[StockFinding] = StockFinding.objects.unsettled()
    return rows.filter(purpose_id=purpose_id) if purpose_id else rows


def overdrawn() -> Iterator[Difference]:
    """Accounts from which more has gone than was ever there: empty, unless somebody wrote past the services."""
    totals: dict[tuple[Any, ...], int] = {}
    for sign, names in ((1, "destination purpose_id place"), (-1, "origin origin_purpose_id origin_place")):
        rows = StockEntry.objects.exclude(**{names.split()[0]: Account.OUTSIDE}).order_by()
        for *cell, quantity in rows.values_list("item", *names.split()).annotate(total=Sum("quantity")):
            key = tuple(cell)
            totals[key] = totals.get(key, 0) + sign * quantity
    short = {cell: total for cell, total in totals.items() if total < 0}
    items = {item.pk: item for item in Item.objects.filter(pk__in={cell[0] for cell in short})}
    for (item_id, account, purpose_id, place), total in short.items():
        item = items[item_id]
        yield Difference(
            subject="/".join(str(part) for part in (item_id, account, purpose_id, place)),
            message=_("%(item)s: “%(account)s” stands at %(count)s.")
            % {"item": item, "account": Account(account).label, "count": total},
            expected=0,
            found=total,
            organization_path=item.organization_path,
            purpose_id=purpose_id,
        )


def _scope(item: Item | None, purpose_id: UUID | None, place: Place | None) -> tuple[Any, Q, Q]:
    """The entries concerned, and which of them arrive in the part asked for or leave it."""
    entries, arriving, leaving = StockEntry.objects.all(), ~Q(pk=None), ~Q(pk=None)
    if item is not None:
        entries = entries.filter(item=item)
    if purpose_id is not None:
        arriving, leaving = arriving & Q(purpose_id=purpose_id), leaving & Q(origin_purpose_id=purpose_id)
    if place is not None:
        arriving, leaving = arriving & Q(place=place), leaving & Q(origin_place=place)
    if purpose_id is not None or place is not None:
        entries = entries.filter(arriving | leaving)
    return entries, arriving, leaving


def _sums(arriving: Q, leaving: Q) -> dict[str, Any]:
    def total(condition: Q) -> Any:
        return Coalesce(Sum("quantity", filter=condition), Value(0))

    bought = arriving & Q(origin=Account.OUTSIDE)
    given_back = leaving & Q(destination=Account.OUTSIDE)
    inside = ~Q(origin=Account.OUTSIDE) & ~Q(destination=Account.OUTSIDE)
    sums = {"bought": total(bought) - total(given_back)}
    sums["moved"] = total(arriving & inside) - total(leaving & inside)
    for account in ACCOUNTS:
        sums[account] = total(arriving & Q(destination=account)) - total(leaving & Q(origin=account))
    return sums
