"""The stock, for programs: what was bought, where every piece is, and each movement by the service the pages use."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import Fen, In, Line200, Line300, Name100, Pieces, Reason, UnitOut
from niangjia.ledgers import queries, services
from niangjia.ledgers.models import Account, Item, Place, StockEntry, StockFinding
from niangjia.ledgers.permissions import VIEW
from niangjia.ledgers.queries import Balance
from niangjia.ledgers.shapes import BalanceOut
from niangjia.org.http import visible_unit, visible_unit_called

router = Router()

Set = Literal[Account.HELD, Account.ALLOTTED]
MoneySource = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
UnitWord = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
KEYS = {"place_id": "place", "origin_id": "origin", "to_id": "to"}


class ItemOut(Schema):
    id: UUID
    organization: UnitOut
    name: str
    unit: str
    contents: str
    unit_price_fen: int

    @staticmethod
    def resolve_unit_price_fen(row: Item) -> int:
        return row.unit_price


class PlaceOut(Schema):
    id: UUID
    organization: UnitOut
    name: str
    address: str


class ItemBalanceOut(Schema):
    item: ItemOut
    balance: BalanceOut


class EntryOut(Schema):
    """So many pieces left one account and entered another. Rows are only added."""

    id: UUID
    item_id: UUID
    origin: Account
    origin_place_id: UUID | None
    origin_purpose_id: UUID | None
    destination: Account
    place_id: UUID | None
    purpose_id: UUID | None
    quantity: int
    unit_price_fen: int
    money_source: str
    at: datetime
    actor_name: str
    reference_type: str
    reference_id: str
    reason: str
    corrects_id: UUID | None

    @staticmethod
    def resolve_unit_price_fen(row: StockEntry) -> int:
        return row.unit_price


class FindingOut(Schema):
    """Two counts that should agree and do not."""

    id: UUID
    check_name: str
    purpose_id: UUID | None
    message: str
    expected: int
    found: int
    first_seen_at: datetime
    last_seen_at: datetime


class ItemIn(In):
    organization_id: UUID
    name: Name100
    unit: UnitWord = "份"
    contents: Line300 = ""
    unit_price_fen: Fen = 0


class PlaceIn(In):
    organization_id: UUID
    name: Name100
    address: Line200 = ""


class StockBuyIn(In):
    quantity: Pieces
    purpose_id: UUID | None = None
    place_id: UUID | None = None
    unit_price_fen: Fen | None = None
    money_source: MoneySource = ""
    reason: Line300 = ""


class StockAllotIn(In):
    quantity: Pieces
    purpose_id: UUID
    place_id: UUID | None = None
    reason: Line300 = ""


class StockReturnIn(In):
    quantity: Pieces
    purpose_id: UUID | None = None
    place_id: UUID | None = None
    reason: Line300 = ""


class StockLoseIn(In):
    quantity: Pieces
    reason: Reason
    account: Set = Account.HELD
    purpose_id: UUID | None = None
    place_id: UUID | None = None


class StockMoveIn(In):
    quantity: Pieces
    origin_id: UUID | None = Field(description="The place it leaves; `null` for none.")
    to_id: UUID | None = Field(description="The place it arrives at; `null` for none.")
    account: Set = Account.HELD
    purpose_id: UUID | None = None


class StockCorrectIn(In):
    reason: Reason


# Items and places --------------------------------------------------------------------------------------------------
@router.get("/items", response=list[ItemOut], summary="Kinds of things that are bought and handed out")
@paginate
def item_list(request: Request, q: str = "", under: str = "") -> "QuerySet[Any]":
    return _named(request, Item.objects.visible_to(request.user), q, under)


@router.get("/items/{uuid:item_id}", response=ItemOut, summary="One item")
def item_detail(request: Request, item_id: UUID) -> Item:
    return _item(request, item_id)


@router.post("/items", response={201: ItemOut}, summary="Enter a kind of thing")
def item_create(request: Request, data: ItemIn) -> Status[Item]:
    fields = _words(data.dict(exclude={"organization_id"}))
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.create_item(organization=unit, actor=request.user, **fields))


@router.get("/places", response=list[PlaceOut], summary="Where stock lies")
@paginate
def place_list(request: Request, q: str = "", under: str = "") -> "QuerySet[Any]":
    return _named(request, Place.objects.visible_to(request.user), q, under)


@router.post("/places", response={201: PlaceOut}, summary="Enter a place where stock lies")
def place_create(request: Request, data: PlaceIn) -> Status[Place]:
    fields = data.dict(exclude={"organization_id"})
    unit = visible_unit(request.user, data.organization_id)
    return Status(201, services.create_place(organization=unit, actor=request.user, **fields))


# Reading the ledger ------------------------------------------------------------------------------------------------
@router.get("/items/{uuid:item_id}/balance", response=BalanceOut, summary="Where every piece of an item is")
def item_balance(
    request: Request, item_id: UUID, purpose_id: UUID | None = None, place_id: UUID | None = None
) -> Balance:
    item = _item(request, item_id)
    return queries.balance(item=item, purpose_id=purpose_id, place=_place(request, place_id))


@router.get(
    "/purposes/{uuid:purpose_id}/balances",
    response=list[ItemBalanceOut],
    summary="Where every piece is that was meant for a programme",
)
@paginate
def purpose_balances(request: Request, purpose_id: UUID) -> list[dict[str, Any]]:
    access.require_anywhere(request.user, VIEW)
    seen = {item.pk: item for item in Item.objects.visible_to(request.user).select_related("organization")}
    rows = queries.balances_by_item(purpose_id)
    return [{"item": seen[item.pk], "balance": line} for item, line in rows if item.pk in seen]


@router.get("/entries", response=list[EntryOut], summary="Movements of stock, the latest first")
@paginate
def entry_list(
    request: Request,
    item_id: UUID | None = None,
    purpose_id: UUID | None = None,
    place_id: UUID | None = None,
    account: Account | None = None,
) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = StockEntry.objects.visible_to(request.user)
    if item_id:
        rows = rows.filter(item_id=item_id)
    if purpose_id:
        rows = rows.filter(Q(purpose_id=purpose_id) | Q(origin_purpose_id=purpose_id))
    if place_id:
        rows = rows.filter(Q(place_id=place_id) | Q(origin_place_id=place_id))
    if account:
        rows = rows.filter(Q(origin=account) | Q(destination=account))
    return rows.order_by("-at", "-id")


@router.get("/findings", response=list[FindingOut], summary="What did not agree at the last verification")
@paginate
def finding_list(request: Request, purpose_id: UUID | None = None) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    rows = StockFinding.objects.visible_to(request.user).unsettled()
    return rows.filter(purpose_id=purpose_id) if purpose_id else rows


# Moving ------------------------------------------------------------------------------------------------------------
@router.post("/items/{uuid:item_id}/buy", response={201: EntryOut}, summary="Take in what a supplier has delivered")
def stock_buy(request: Request, item_id: UUID, data: StockBuyIn) -> Status[StockEntry]:
    item, fields = _item(request, item_id), _placed(request, data)
    return Status(201, services.buy(item, actor=request.user, **fields))


@router.post("/items/{uuid:item_id}/allot", response={201: list[EntryOut]}, summary="Set pieces aside for a programme")
def stock_allot(request: Request, item_id: UUID, data: StockAllotIn) -> Status[list[StockEntry]]:
    item, fields = _item(request, item_id), _placed(request, data)
    return Status(201, services.allot(item, actor=request.user, **fields))


@router.post("/items/{uuid:item_id}/release", response={201: EntryOut}, summary="Give allotted pieces back")
def stock_release(request: Request, item_id: UUID, data: StockAllotIn) -> Status[StockEntry]:
    item, fields = _item(request, item_id), _placed(request, data)
    return Status(201, services.release(item, actor=request.user, **fields))


@router.post("/items/{uuid:item_id}/return", response={201: EntryOut}, summary="Return held pieces to the supplier")
def stock_return(request: Request, item_id: UUID, data: StockReturnIn) -> Status[StockEntry]:
    item, fields = _item(request, item_id), _placed(request, data)
    return Status(201, services.return_to_supplier(item, actor=request.user, **fields))


@router.post("/items/{uuid:item_id}/lose", response={201: EntryOut}, summary="Write off what is broken or gone")
def stock_lose(request: Request, item_id: UUID, data: StockLoseIn) -> Status[StockEntry]:
    item, fields = _item(request, item_id), _placed(request, data)
    return Status(201, services.lose(item, actor=request.user, **fields))


@router.post("/items/{uuid:item_id}/move", response={201: EntryOut}, summary="Carry pieces from one place to another")
def stock_move(request: Request, item_id: UUID, data: StockMoveIn) -> Status[StockEntry]:
    item, fields = _item(request, item_id), _placed(request, data)
    return Status(201, services.move_between_places(item, actor=request.user, **fields))


@router.post("/entries/{uuid:entry_id}/correct", response={201: EntryOut}, summary="Undo a wrong entry by another")
def stock_correct(request: Request, entry_id: UUID, data: StockCorrectIn) -> Status[StockEntry]:
    rows = StockEntry.objects.visible_to(request.user).select_related("organization", "item")
    entry = get_object_or_404(rows, pk=entry_id)
    return Status(201, services.correct(entry, actor=request.user, reason=data.reason))


def _named(request: Request, rows: "QuerySet[Any]", q: str, under: str) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    if under:
        rows = rows.filter(organization_path__startswith=visible_unit_called(request.user, under).path)
    return (rows.filter(name__icontains=q) if q else rows).select_related("organization")


def _item(request: Request, key: UUID) -> Item:
    item: Item = get_object_or_404(Item.objects.visible_to(request.user).select_related("organization"), pk=key)
    return item


def _place(request: Request, key: UUID | None) -> Place | None:
    return get_object_or_404(Place.objects.visible_to(request.user), pk=key) if key else None


def _placed(request: Request, data: In) -> dict[str, Any]:
    """The fields as the services call them, with places for their keys."""
    fields = _words(data.dict())
    return {KEYS.get(name, name): _place(request, each) if name in KEYS else each for name, each in fields.items()}


def _words(fields: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_fen"): value for name, value in fields.items()}
