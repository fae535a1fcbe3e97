"""Each movement of stock: what it changes, what it refuses, and that a refusal changes nothing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.identity.tests.factories import make_cast
from niangjia.ledgers import checks, permissions, queries, services
from niangjia.ledgers.models import Account, Item, StockEntry
from niangjia.ledgers.queries import Balance
from niangjia.ledgers.services import CorrectionRefused, NotEnoughStock
from niangjia.ledgers.tests.factories import make_item
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

PURPOSE = uuid7()
OTHER = uuid7()


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def item(tree: Tree) -> Item:
    """Ten bought; six allotted, of which two booked and one handed out; one more handed out after a booking."""
    item = make_item(tree.unit, bought=10)
    services.allot(item, purpose_id=PURPOSE, quantity=6, actor=None)
    services.book(item, purpose_id=PURPOSE, quantity=3, actor=None, reference=item)
    services.hand_out(item, purpose_id=PURPOSE, actor=None, reference=item, origin=Account.BOOKED)
    services.hand_out(item, purpose_id=PURPOSE, actor=None, reference=item)
    return item


def line(item: Item) -> Balance:
    return queries.balance(item=item)


START = Balance(bought=10, held=4, allotted=2, booked=2, handed_out=2)

Move = Callable[[Item], Any]
MOVES: list[tuple[str, Move, Balance]] = [
    ("buy", lambda i: services.buy(i, quantity=5, actor=None), START + Balance(bought=5, held=5)),
    (
        "allot",
        lambda i: services.allot(i, purpose_id=PURPOSE, quantity=4, actor=None),
        START + Balance(held=-4, allotted=4),
    ),
    (
        "release",
        lambda i: services.release(i, purpose_id=PURPOSE, quantity=2, actor=None),
        START + Balance(held=2, allotted=-2),
    ),
    (
        "book",
        lambda i: services.book(i, purpose_id=PURPOSE, quantity=2, actor=None, reference=i),
        START + Balance(allotted=-2, booked=2),
    ),
    (
        "unbook",
        lambda i: services.unbook(i, purpose_id=PURPOSE, quantity=2, actor=None, reference=i),
        START + Balance(allotted=2, booked=-2),
    ),
    (
        "hand out what was booked",
        lambda i: services.hand_out(i, purpose_id=PURPOSE, quantity=2, actor=None, reference=i, origin=Account.BOOKED),
        START + Balance(booked=-2, handed_out=2),
    ),
    (
        "hand out what was allotted",
        lambda i: services.hand_out(i, purpose_id=PURPOSE, quantity=2, actor=None, reference=i),
        START + Balance(allotted=-2, handed_out=2),
    ),
    (
        "take back: held again",
        lambda i: services.take_back(i, purpose_id=PURPOSE, quantity=2, actor=None, reference=i),
        START + Balance(handed_out=-2, held=2),
    ),
    (
        "undo a hand-over",
        lambda i: services.take_back(i, purpose_id=PURPOSE, actor=None, reference=i, to=Account.BOOKED),
        START + Balance(handed_out=-1, booked=1),
    ),
    (
        "return to the supplier",
        lambda i: services.return_to_supplier(i, quantity=4, actor=None),
        START + Balance(held=-4, returned=4),
    ),
    (
        "lose",
        lambda i: services.lose(i, quantity=4, actor=None, reason="受潮"),
        START + Balance(held=-4, lost=4),
    ),
    (
        "lose what was allotted",
        lambda i: services.lose(
            i, quantity=2, actor=None, reason="受潮", account=Account.ALLOTTED, purpose_id=PURPOSE
        ),
        START + Balance(allotted=-2, lost=2),
    ),
]


@pytest.mark.parametrize(("move", "after"), [case[1:] for case in MOVES], ids=[case[0] for case in MOVES])
def test_a_movement_changes_two_accounts_and_the_line_still_balances(item: Item, move: Move, after: Balance) -> None:
    assert line(item) == START
    move(item)
    assert line(item) == after
    assert line(item).balances
    assert Entry.objects.order_by("-id").first().action.startswith("ledgers.stock.")  # type: ignore[union-attr]


def too_many(purpose: UUID) -> list[tuple[str, Move]]:
    return [
        ("allot", lambda i: services.allot(i, purpose_id=purpose, quantity=5, actor=None)),
        ("release", lambda i: services.release(i, purpose_id=purpose, quantity=3, actor=None)),
        ("book", lambda i: services.book(i, purpose_id=purpose, quantity=3, actor=None, reference=i)),
        ("unbook", lambda i: services.unbook(i, purpose_id=purpose, quantity=3, actor=None, reference=i)),
        ("hand out", lambda i: services.hand_out(i, purpose_id=purpose, quantity=3, actor=None, reference=i)),
        ("take back", lambda i: services.take_back(i, purpose_id=purpose, quantity=3, actor=None, reference=i)),
        ("return", lambda i: services.return_to_supplier(i, quantity=5, actor=None)),
        ("lose", lambda i: services.lose(i, quantity=5, actor=None, reason="受潮")),
    ]


@pytest.mark.parametrize("move", [case[1] for case in too_many(PURPOSE)], ids=[case[0] for case in too_many(PURPOSE)])
def test_nothing_is_taken_from_an_account_that_does_not_hold_it(item: Item, move: Move) -> None:
    rows, history = StockEntry.objects.count(), Entry.objects.count()
    with pytest.raises(NotEnoughStock), transaction.atomic():
        move(item)
    assert (StockEntry.objects.count(), Entry.objects.count(), line(item)) == (rows, history, START)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_is_at_least_one(item: Item, quantity: int) -> None:
    moves: list[Callable[[], Any]] = [
        lambda: services.buy(item, quantity=quantity, actor=None),
        lambda: services.allot(item, purpose_id=PURPOSE, quantity=quantity, actor=None),
        lambda: services.book(item, purpose_id=PURPOSE, quantity=quantity, actor=None, reference=item),
    ]
    for move in moves:
        with pytest.raises(InvalidInput), transaction.atomic():
            move()
    assert line(item) == START


def test_the_stock_of_one_purpose_is_out_of_reach_of_another(item: Item) -> None:
    with pytest.raises(NotEnoughStock):
        services.book(item, purpose_id=OTHER, actor=None, reference=item)
    assert queries.balance(purpose_id=OTHER) == Balance()


def test_an_allotment_takes_what_was_bought_for_the_purpose_before_the_general_stock(tree: Tree) -> None:
    item = make_item(tree.unit, bought=10)
    services.buy(item, quantity=3, actor=None, purpose_id=PURPOSE)
    entries = services.allot(item, purpose_id=PURPOSE, quantity=5, actor=None)
    assert [(entry.origin_purpose_id, entry.quantity) for entry in entries] == [(PURPOSE, 3), (None, 2)]
    assert queries.balance(purpose_id=PURPOSE) == Balance(bought=3, allotted=5, moved=2)
    assert queries.balance(purpose_id=PURPOSE).balances
    assert queries.balances_by_item(PURPOSE) == [(item, Balance(bought=3, allotted=5, moved=2))]


def test_places_keep_their_own_stock(tree: Tree) -> None:
    item = make_item(tree.unit)
    store = services.create_place(organization=tree.unit, name="库房", actor=None)
    station = services.create_place(organization=tree.unit, name="驿站", actor=None)
    services.buy(item, quantity=10, actor=None, place=store)
    services.move_between_places(item, quantity=4, origin=store, to=station, actor=None)
    assert queries.balance(item=item, place=store) == Balance(bought=10, held=6, moved=-4)
    assert queries.balance(item=item, place=station) == Balance(held=4, moved=4)
    assert queries.balance(item=item) == Balance(bought=10, held=10)
    refusals: list[Callable[[], Any]] = [
        lambda: services.move_between_places(item, quantity=5, origin=station, to=store, actor=None),
        lambda: services.move_between_places(item, quantity=1, origin=store, to=store, actor=None),
        lambda: services.return_to_supplier(item, quantity=5, actor=None, place=station),
    ]
    for refused in refusals:
        with pytest.raises(DomainError), transaction.atomic():
            refused()


def test_a_correction_is_a_new_row_and_comes_once(item: Item) -> None:
    entry = services.buy(item, quantity=7, actor=None)
    with pytest.raises(InvalidInput), transaction.atomic():
        services.correct(entry, actor=None, reason=" ")
    made = services.correct(entry, actor=None, reason="多录了")
    assert line(item) == START
    assert (made.origin, made.destination, made.quantity) == ("held", "outside", 7)
    for again in (entry, made):
        with pytest.raises(CorrectionRefused), transaction.atomic():
            services.correct(again, actor=None, reason="再改")
    booked = StockEntry.objects.get(destination=Account.BOOKED)
    with pytest.raises(CorrectionRefused):
        services.correct(booked, actor=None, reason="再改")


def test_what_is_gone_cannot_be_corrected_away(item: Item) -> None:
    entry = StockEntry.objects.get(origin=Account.OUTSIDE)
    with pytest.raises(NotEnoughStock):
        services.correct(entry, actor=None, reason="多录了")
    assert line(item) == START


def test_what_an_offer_has_set_aside_is_not_drawn_on(item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_spoken_for", [lambda _item, purpose: 1 if purpose == PURPOSE else 0])
    with pytest.raises(NotEnoughStock):
        services.release(item, purpose_id=PURPOSE, quantity=2, actor=None)
    services.release(item, purpose_id=PURPOSE, quantity=1, actor=None)


MANAGED = [
    ("buy", lambda i, a: services.buy(i, quantity=1, actor=a)),
    ("allot", lambda i, a: services.allot(i, purpose_id=PURPOSE, quantity=1, actor=a)),
    ("release", lambda i, a: services.release(i, purpose_id=PURPOSE, quantity=1, actor=a)),
    ("return", lambda i, a: services.return_to_supplier(i, quantity=1, actor=a)),
    ("lose", lambda i, a: services.lose(i, quantity=1, actor=a, reason="受潮")),
    ("correct", lambda i, a: services.correct(services.buy(i, quantity=1, actor=None), actor=a, reason="误录")),
    ("create item", lambda i, a: services.create_item(organization=i.organization, name="牛奶", actor=a)),
    ("create place", lambda i, a: services.create_place(organization=i.organization, name="库房", actor=a)),
]


@pytest.mark.parametrize("move", [case[1] for case in MANAGED], ids=[case[0] for case in MANAGED])
def test_only_who_manages_the_stock_of_this_unit_may(item: Item, tree: Tree, move: Callable[[Item, Any], Any]) -> None:
    cast = make_cast(tree, permissions.MANAGE)
    for who, user in cast:
        if who in {"officer", "above"}:
            move(item, user)
        else:
            before = (StockEntry.objects.count(), Item.objects.count())
            with pytest.raises(NotPermitted), transaction.atomic():
                move(item, user)
            assert StockEntry.objects.count() == before[0]
            assert Item.objects.count() == before[1]


def test_history_names_the_person(item: Item, tree: Tree) -> None:
    officer = make_cast(tree, permissions.MANAGE).officer
    entry = services.buy(item, quantity=1, actor=officer, money_source="财政补助")
    assert (entry.actor_id, entry.actor_name, entry.money_source, entry.unit_price) == (
        officer.pk,
        "天桥干部",
        "财政补助",
        12_000,
    )


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("stock_entry_moves_at_least_one", {"quantity": 0}),
    ("stock_entry_accounts_are_known", {"destination": "cellar"}),
    ("stock_entry_goes_somewhere_else", {"destination": "held"}),
    ("stock_entry_goes_back_outside_only_to_correct", {"destination": "outside"}),
]


@pytest.mark.parametrize(("constraint", "fields"), BROKEN, ids=[case[0] for case in BROKEN])
def test_the_database_refuses_by_itself(item: Item, constraint: str, fields: dict[str, Any]) -> None:
    row: dict[str, Any] = {
        "organization": item.organization,
        "organization_path": item.organization_path,
        "item": item,
        "origin": "held",
        "destination": "allotted",
        "quantity": 1,
        "actor_name": "x",
    }
    with pytest.raises(IntegrityError, match=constraint):
        StockEntry.objects.create(**(row | fields))


def test_visible_is_the_stock_of_ones_own_subtree(item: Item, tree: Tree) -> None:
    cast = make_cast(tree, permissions.VIEW)
    for model in (Item, StockEntry):
        seen = {who: model.objects.visible_to(user).exists() for who, user in cast}
        assert seen == {"member": False, "officer": True, "above": True, "elsewhere": False, "nobody": False}
