"""Any order of movements: the ledger in the database agrees with a model that knows nothing of it, and balances."""

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from niangjia.core.ids import uuid7
from niangjia.ledgers import queries, services
from niangjia.ledgers.models import Account, Place, StockEntry
from niangjia.ledgers.services import CorrectionRefused, NotEnoughStock
from niangjia.ledgers.tests.factories import make_item
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

QUANTITY = st.integers(1, 6)
PURPOSES = [uuid7(), uuid7()]
PURPOSE = st.sampled_from(PURPOSES)
MAYBE_PURPOSE = st.sampled_from([None, *PURPOSES])

Key = tuple[str, Any, Any]  # account, purpose, place


class Stock(RuleBasedStateMachine):
    """The model is a counter of pieces per account, purpose and place, and the list of what was entered."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        unit = Organization.objects.get(code="BJ-XC-TQ")
        self.item = make_item(unit)
        self.places: list[Place | None] = [None] + [
            services.create_place(organization=unit, name=name, actor=None) for name in ("库房", "驿站")
        ]
        self.cells: Counter[Key] = Counter()
        self.entered: list[tuple[StockEntry, Key, Key, int]] = []
        self.corrected: set[Any] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def attempt(self, origin: Key, to: Key, quantity: int, move: Any) -> None:
        """The service does it exactly if the model holds enough; a refusal leaves no row."""
        enough = origin[0] == "outside" or self.cells[origin] >= quantity
        rows = StockEntry.objects.count()
        try:
            with transaction.atomic():
                entry = move()
        except NotEnoughStock:
            assert not enough
            assert StockEntry.objects.count() == rows
            return
        assert enough
        self.note(entry, origin, to, quantity)

    def note(self, entry: StockEntry, origin: Key, to: Key, quantity: int) -> None:
        self.cells[origin] -= quantity
        self.cells[to] += quantity
        self.entered.append((entry, origin, to, quantity))

    def place(self, number: int) -> Place | None:
        return self.places[number]

    @rule(quantity=QUANTITY, purpose=MAYBE_PURPOSE, number=st.integers(0, 2))
    def buy(self, quantity: int, purpose: Any, number: int) -> None:
        place = self.place(number)
        self.attempt(
            ("outside", purpose, place), ("held", purpose, place), quantity,
            lambda: services.buy(self.item, quantity=quantity, purpose_id=purpose, place=place, actor=None),
        )  # fmt: skip

    @rule(quantity=QUANTITY, purpose=PURPOSE, number=st.integers(0, 2))
    def allot(self, quantity: int, purpose: Any, number: int) -> None:
        place = self.place(number)
        own, general = ("held", purpose, place), ("held", None, place)
        first = min(quantity, self.cells[own])
        enough = self.cells[general] >= quantity - first
        rows = StockEntry.objects.count()
        try:
            with transaction.atomic():
                entries = services.allot(self.item, purpose_id=purpose, quantity=quantity, place=place, actor=None)
        except NotEnoughStock:
            assert not enough
            assert StockEntry.objects.count() == rows
            return
        assert enough
        for entry in entries:
            origin = ("held", entry.origin_purpose_id, place)
            self.note(entry, origin, ("allotted", purpose, place), entry.quantity)
        assert sum(entry.quantity for entry in entries if entry.origin_purpose_id == purpose) == first

    @rule(quantity=QUANTITY, purpose=PURPOSE, number=st.integers(0, 2))
    def release(self, quantity: int, purpose: Any, number: int) -> None:
        place = self.place(number)
        self.attempt(
            ("allotted", purpose, place), ("held", None, place), quantity,
            lambda: services.release(self.item, purpose_id=purpose, quantity=quantity, place=place, actor=None),
        )  # fmt: skip

    @rule(quantity=QUANTITY, purpose=PURPOSE)
    def book(self, quantity: int, purpose: Any) -> None:
        self.attempt(
            ("allotted", purpose, None), ("booked", purpose, None), quantity,
            lambda: services.book(
                self.item, purpose_id=purpose, quantity=quantity, actor=None, reference=self.item
            ),
        )  # fmt: skip

    @rule(quantity=QUANTITY, purpose=PURPOSE)
    def cancel_or_expire(self, quantity: int, purpose: Any) -> None:
        self.attempt(
            ("booked", purpose, None), ("allotted", purpose, None), quantity,
            lambda: services.unbook(
                self.item, purpose_id=purpose, quantity=quantity, actor=None, reference=self.item
            ),
        )  # fmt: skip

    @rule(quantity=QUANTITY, purpose=PURPOSE, origin=st.sampled_from([Account.ALLOTTED, Account.BOOKED]))
    def hand_out(self, quantity: int, purpose: Any, origin: Account) -> None:
        self.attempt(
            (origin.value, purpose, None), ("handed_out", purpose, None), quantity,
            lambda: services.hand_out(
                self.item, purpose_id=purpose, quantity=quantity, actor=None, reference=self.item, origin=origin
            ),
        )  # fmt: skip

    @rule(
        quantity=QUANTITY,
        purpose=PURPOSE,
        to=st.sampled_from([Account.HELD, Account.BOOKED, Account.ALLOTTED]),
    )
    def take_back(self, quantity: int, purpose: Any, to: Account) -> None:
        self.attempt(
            ("handed_out", purpose, None), (to.value, purpose, None), quantity,
            lambda: services.take_back(
                self.item, purpose_id=purpose, quantity=quantity, actor=None, reference=self.item, to=to
            ),
        )  # fmt: skip

    @rule(quantity=QUANTITY, purpose=MAYBE_PURPOSE, number=st.integers(0, 2))
    def return_to_supplier(self, quantity: int, purpose: Any, number: int) -> None:
        place = self.place(number)
        self.attempt(
            ("held", purpose, place), ("returned", purpose, place), quantity,
            lambda: services.return_to_supplier(
                self.item, quantity=quantity, purpose_id=purpose, place=place, actor=None
            ),
        )  # fmt: skip

    @rule(
        quantity=QUANTITY,
        purpose=PURPOSE,
        number=st.integers(0, 2),
        account=st.sampled_from([Account.HELD, Account.ALLOTTED]),
    )
    def lose(self, quantity: int, purpose: Any, number: int, account: Account) -> None:
        place = self.place(number)
        self.attempt(
            (account.value, purpose, place), ("lost", purpose, place), quantity,
            lambda: services.lose(
                self.item, quantity=quantity, reason="受潮", account=account, purpose_id=purpose, place=place,
                actor=None,
            ),
        )  # fmt: skip

    @rule(
        quantity=QUANTITY,
        purpose=PURPOSE,
        origin=st.integers(0, 2),
        to=st.integers(0, 2),
        account=st.sampled_from([Account.HELD, Account.ALLOTTED]),
    )
    def move(self, quantity: int, purpose: Any, origin: int, to: int, account: Account) -> None:
        source, target = self.place(origin), self.place(to)
        if source == target:
            return
        self.attempt(
            (account.value, purpose, source), (account.value, purpose, target), quantity,
            lambda: services.move_between_places(
                self.item, quantity=quantity, origin=source, to=target, account=account, purpose_id=purpose, actor=None
            ),
        )  # fmt: skip

    @precondition(lambda self: self.entered)
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        entry, origin, to, quantity = data.draw(st.sampled_from(self.entered))
        if entry.pk in self.corrected or entry.corrects_id or "booked" in {origin[0], to[0]}:
            with pytest.raises(CorrectionRefused), transaction.atomic():
                services.correct(entry, actor=None, reason="误录")
            return
        before = len(self.entered)
        self.attempt(to, origin, quantity, lambda: services.correct(entry, actor=None, reason="误录"))
        if len(self.entered) > before:
            self.corrected |= {entry.pk}

    @invariant()
    def the_line_balances(self) -> None:
        line = queries.balance(item=self.item)
        totals: Counter[str] = Counter()
        for (account, _purpose, _place), count in self.cells.items():
            totals[account] += count
        assert line.bought == -totals["outside"]
        assert {name: getattr(line, name) for name in queries.ACCOUNTS} == {
            name: totals[name] for name in queries.ACCOUNTS
        }
        assert line.balances
        assert line.moved == 0

    @invariant()
    def every_part_of_it_balances(self) -> None:
        for purpose in PURPOSES:
            assert queries.balance(item=self.item, purpose_id=purpose).balances
        for place in self.places[1:]:
            assert queries.balance(item=self.item, place=place).balances
        assert list(queries.overdrawn()) == []


def run() -> None:
    make_tree()
    run_state_machine_as_test(
        Stock,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            report_multiple_bugs=False,
            phases=[Phase.generate],  # the first fault is enough; nobody reads a shrunk one in a control
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_the_conservation_line_holds_in_any_order() -> None:
    run()


@pytest.mark.django_db
def test_control_without_the_enough_check_the_machine_finds_the_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_require_enough", lambda *_: None)
    with pytest.raises(AssertionError):
        run()


@pytest.mark.django_db
def test_control_a_row_past_the_services_is_found() -> None:
    item = make_item(make_tree().unit, bought=3)
    assert list(queries.overdrawn()) == []
    StockEntry.objects.create(
        organization=item.organization,
        organization_path=item.organization_path,
        item=item,
        origin=Account.ALLOTTED,
        destination=Account.BOOKED,
        purpose_id=PURPOSES[0],
        origin_purpose_id=PURPOSES[0],
        quantity=2,
        actor_name="x",
    )
    assert [(found.expected, found.found) for found in queries.overdrawn()] == [(0, -2)]
    assert not queries.balance(item=item).balances
