"""The stock at the programs' door."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.core.ids import uuid7
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.ledgers import services
from niangjia.ledgers.models import Item, StockEntry
from niangjia.ledgers.permissions import MANAGE, VIEW
from niangjia.ledgers.tests.factories import make_item
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db
RIGHTS = (VIEW, MANAGE, org.VIEW)
WHO = ("stranger", "nobody", "reader", "officer", "above", "elsewhere")
PURPOSE = uuid7()


@dataclass
class Store:
    tree: Tree
    people: dict[str, User | None]
    item: Item

    def ask(self, who: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        entry = StockEntry.objects.order_by("at").first()
        keys = {"item": self.item.pk, "entry": entry and entry.pk, "purpose": PURPOSE}
        return ask(self.people[who], method, "/stock" + path.format(**keys), body, **headers)


@pytest.fixture
def store(db: None) -> Store:
    tree = make_tree()
    people = {
        "stranger": None,
        "nobody": person(),
        "reader": holder(VIEW, org.VIEW, at=tree.unit),
        "officer": holder(*RIGHTS, at=tree.unit),
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
    }
    return Store(tree, people, make_item(tree.unit, bought=10))


def rows() -> tuple[int, int]:
    return StockEntry.objects.count(), Item.objects.count()


TABLE = [
    ("GET", "/items", None, "401 403 200 200 200 200"),
    ("GET", "/items/{item}", None, "401 404 200 200 200 404"),
    ("GET", "/items/{item}/balance", None, "401 404 200 200 200 404"),
    ("GET", "/purposes/{purpose}/balances", None, "401 403 200 200 200 200"),
    ("GET", "/places", None, "401 403 200 200 200 200"),
    ("GET", "/entries", None, "401 403 200 200 200 200"),
    ("GET", "/findings", None, "401 403 200 200 200 200"),
    ("POST", "/items/{item}/buy", {"quantity": 1}, "401 404 403 201 201 404"),
    ("POST", "/items/{item}/allot", {"quantity": 1, "purpose_id": PURPOSE}, "401 404 403 201 201 404"),
    ("POST", "/items/{item}/release", {"quantity": 1, "purpose_id": PURPOSE}, "401 404 403 409 409 404"),
    ("POST", "/items/{item}/return", {"quantity": 1}, "401 404 403 201 201 404"),
    ("POST", "/items/{item}/lose", {"quantity": 1, "reason": "摔碎"}, "401 404 403 201 201 404"),
    ("POST", "/items/{item}/move", {"quantity": 1, "origin_id": None, "to_id": None}, "401 404 403 422 422 404"),
    ("POST", "/entries/{entry}/correct", {"reason": "数错了"}, "401 404 403 201 409 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    store: Store, method: str, path: str, body: object, statuses: str
) -> None:
    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = rows()
        answer = store.ask(who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        assert (rows() != before) == (answer.status_code == 201)
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_a_story_of_stock_balances_at_every_step(store: Store) -> None:
    place = store.ask("officer", "POST", "/places", {"organization_id": store.tree.unit.pk, "name": "仓库"}).json()
    steps: list[tuple[str, dict[str, Any]]] = [
        ("buy", {"quantity": 5, "unit_price_fen": 9_900, "money_source": "own", "purpose_id": PURPOSE}),
        ("allot", {"quantity": 7, "purpose_id": PURPOSE}),
        ("release", {"quantity": 1, "purpose_id": PURPOSE}),
        ("move", {"quantity": 4, "origin_id": None, "to_id": place["id"]}),
        ("lose", {"quantity": 1, "reason": "受潮", "place_id": place["id"]}),
        ("return", {"quantity": 2, "place_id": place["id"]}),
    ]
    for verb, body in steps:
        answer = store.ask("officer", "POST", f"/items/{{item}}/{verb}", body)
        assert answer.status_code == 201, (verb, answer.content)
        assert store.ask("officer", "GET", "/items/{item}/balance").json()["balances"]
    line = store.ask("officer", "GET", "/items/{item}/balance").json()
    assert (line["bought"], line["held"], line["allotted"], line["returned"], line["lost"]) == (15, 6, 6, 2, 1)
    purpose = store.ask("officer", "GET", "/purposes/{purpose}/balances").json()["items"]
    assert [(row["item"]["name"], row["balance"]["allotted"]) for row in purpose] == [("干果礼盒", 6)]
    assert store.ask("elsewhere", "GET", "/purposes/{purpose}/balances").json()["items"] == []
    lost = store.ask("officer", "GET", "/entries?account=lost").json()["items"]
    assert [(row["quantity"], row["reason"], row["unit_price_fen"]) for row in lost] == [(1, "受潮", 12_000)]
    bought = store.ask("officer", "GET", "/entries?account=outside").json()["items"]
    assert [(row["quantity"], row["unit_price_fen"]) for row in bought] == [(5, 9_900), (10, 12_000)]


@pytest.mark.parametrize(
    ("verb", "body", "expected"),
    [
        ("return", {"quantity": 11}, (409, "not-enough-stock")),
        ("buy", {"quantity": 0}, (422, "invalid-input")),
        ("buy", {"quantity": 2**31}, (422, "invalid-input")),
        ("buy", {"quantity": 1, "unit_price_fen": -1}, (422, "invalid-input")),
        ("buy", {"quantity": 1, "place_id": uuid7()}, (404, "not-found")),
        ("lose", {"quantity": 1, "reason": " "}, (422, "invalid-input")),
        ("lose", {"quantity": 1, "reason": "偷", "account": "booked"}, (422, "invalid-input")),
        ("move", {"quantity": 1, "origin_id": None}, (422, "invalid-input")),
    ],
)
def test_wrong_movements_add_nothing(store: Store, verb: str, body: object, expected: tuple[int, str]) -> None:
    before = rows()
    assert told(store.ask("officer", "POST", f"/items/{{item}}/{verb}", body)) == expected
    assert rows() == before


def test_a_refusal_names_what_there_is(store: Store) -> None:
    refused = store.ask("officer", "POST", "/items/{item}/return", {"quantity": 11}).json()
    assert refused["context"] == {"account": "held", "available": 10, "wanted": 11}
    assert refused["remedy"]


def test_the_same_purchase_sent_twice_is_entered_once(store: Store) -> None:
    headers = {"Idempotency_Key": "delivery-17"}
    first, again = (store.ask("officer", "POST", "/items/{item}/buy", {"quantity": 3}, **headers) for _ in range(2))
    other = store.ask("officer", "POST", "/items/{item}/buy", {"quantity": 4}, **headers)
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert told(other) == (409, "key-used")
    assert StockEntry.objects.filter(quantity=3).count() == 1


def test_an_item_belongs_to_a_unit_that_one_manages(store: Store) -> None:
    item = {"organization_id": store.tree.sibling.pk, "name": "春联", "unit_price_fen": 500}
    assert told(store.ask("officer", "POST", "/items", item)) == (404, "not-found")
    made = store.ask("above", "POST", "/items", item)
    assert (made.status_code, made.json()["unit_price_fen"], made.json()["unit"]) == (201, 500, "份")
    assert [row["name"] for row in store.ask("officer", "GET", "/items").json()["items"]] == ["干果礼盒"]
    assert [row["name"] for row in store.ask("above", "GET", "/items?q=春").json()["items"]] == ["春联"]
    assert store.ask("above", "GET", "/items?under=BJ-XC-TQ").json()["count"] == 1


@pytest.mark.parametrize("path", ["/items", "/entries", "/purposes/{purpose}/balances"])
def test_a_list_asks_no_more_for_three_than_for_one(store: Store, path: str) -> None:
    counts = []
    for names in (["一"], ["二", "三"]):
        for name in names:
            item = make_item(store.tree.unit, bought=2, name=name)
            services.allot(item, purpose_id=PURPOSE, quantity=1, actor=None)
        with CaptureQueriesContext(connection) as captured:
            assert store.ask("officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
