"""Any order of booking, waiting, answering, giving up and handing over: no piece is lost, none is there twice."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from niangjia.bookings import services
from niangjia.bookings.models import (
    Booking,
    BookingStatus,
    Claimant,
    Entry,
    EntryState,
    Offer,
    OfferStock,
    Share,
)
from niangjia.bookings.queries import differences, live_figures
from niangjia.bookings.services import pools
from niangjia.bookings.tests.factories import make_buyer
from niangjia.bookings.tests.terms import live_together, make_limit, make_terms, share, taken
from niangjia.core.errors import DomainError
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import services as vouchers

PEOPLE = 7
WHO = st.integers(0, PEOPLE - 1)
PACKS = (1, 2, 1, 3, 1, 2, 1)
MASKS = (0b00, 0b01, 0b10, 0b11, 0b01, 0b10, 0b00)


class Counter(RuleBasedStateMachine):
    """Seven people, six pieces and a protected one, two shares, packs of one to three, a limit for the household."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        unit = Organization.objects.get(code="BJ-XC-TQ")
        self.members = [make_buyer(unit, f"王{n}").member for n in range(PEOPLE)]
        live_together(self.members[0], self.members[1])
        self.limit = make_limit(unit, who="household", most=2)
        self.offer = make_terms(
            unit, *self.members, capacity=7, protected=1, limits=[self.limit],
            shares=[share(unit, "甲", 2), share(unit, "乙", 1)],
        )  # fmt: skip
        for member, mask, pieces in zip(self.members, MASKS, PACKS, strict=True):
            Claimant.objects.filter(member_id=member.pk).update(shares=mask, quantity=pieces)
        self.at = timezone.now()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def attempt(self, act: Any) -> None:
        """A refusal changes nothing; anything else is a fault of ours."""
        before = self.picture()
        try:
            with transaction.atomic():
                act()
        except DomainError:
            assert self.picture() == before

    def picture(self) -> Any:
        stock = OfferStock.objects.values().get(offer=self.offer)
        return stock, list(Booking.objects.order_by("pk").values()), list(Entry.objects.order_by("pk").values())

    def booking(self, who: int, *statuses: str) -> Booking | None:
        rows = Booking.objects.filter(member=self.members[who], status__in=statuses)
        found: Booking | None = rows.first()
        return found

    def entry(self, who: int, *states: str) -> Entry | None:
        found: Entry | None = Entry.objects.filter(member=self.members[who], state__in=states).first()
        return found

    @rule(who=WHO)
    def book(self, who: int) -> None:
        self.attempt(lambda: services.book_assisted(self.offer, self.members[who], actor=None))

    @rule(who=WHO)
    def wait(self, who: int) -> None:
        self.attempt(lambda: services.join(self.offer, self.members[who], actor=None, at=self.at))

    @rule(who=WHO)
    def leave_or_decline(self, who: int) -> None:
        if entry := self.entry(who, EntryState.WAITING, EntryState.OFFERED):
            self.attempt(lambda: services.leave(entry, actor=None, at=self.at))

    @rule(who=WHO)
    def accept(self, who: int) -> None:
        if entry := self.entry(who, EntryState.OFFERED, EntryState.TAKEN, EntryState.LAPSED):
            self.attempt(lambda: services.accept(entry, actor=None, at=self.at))

    @rule(who=WHO)
    def answer_too_late(self, who: int) -> None:
        if entry := self.entry(who, EntryState.OFFERED):
            assert entry.answer_until
            self.attempt(lambda: services.lapse_entries(at=entry.answer_until))

    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        if booking := self.booking(who, *BookingStatus):
            self.attempt(lambda: services.cancel_booking(booking, actor=None, at=self.at))

    @rule(who=WHO)
    def hand_over(self, who: int) -> None:
        if booking := self.booking(who, BookingStatus.BOOKED):
            voucher = vouchers.ensure_voucher(booking.pk)
            assert voucher
            self.attempt(lambda: vouchers.redeem(voucher, actor=None, point=None, at=self.at))

    @rule(who=WHO)
    def bring_back(self, who: int) -> None:
        if booking := self.booking(who, BookingStatus.COLLECTED):
            self.attempt(lambda: services.return_gift(booking, actor=None, at=self.at, reason="退回"))

    @rule(position=st.integers(1, 2))
    def free_a_share(self, position: int) -> None:
        one = Share.objects.get(allocation=self.offer.pk, position=position)
        self.attempt(lambda: services.free_share(one, actor=None, at=self.at))

    @rule()
    def free_the_protected(self) -> None:
        self.attempt(lambda: services.free_protected_share(self.offer, actor=None))

    @rule()
    def release(self) -> None:
        later = self.at + services.bookings.GRACE * 2
        self.attempt(lambda: services.release_uncollected(self.offer, actor=None, at=later))

    @rule(sure=st.integers(0, 5))
    def close(self, sure: int) -> None:
        if not sure:
            self.attempt(lambda: services.close_offer(self.offer, actor=None, at=self.at))

    @invariant()
    def nothing_is_lost_nor_there_twice(self) -> None:
        assert [(found.subject, found.expected, found.found) for found in differences()] == []
        assert live_figures(Offer.objects.get(pk=self.offer.pk)).balances

    @invariant()
    def the_limit_counts_who_stands(self) -> None:
        home = self.members[0].household_id
        assert home
        standing = Booking.objects.filter(
            member__household=home, status__in=[BookingStatus.BOOKED, BookingStatus.COLLECTED]
        )
        booked = standing.aggregate(sum=Sum("quantity", default=0))["sum"]
        assert taken(self.limit, home) == booked <= self.limit.most

    @invariant()
    def nobody_waits_while_something_fits(self) -> None:
        """Whoever still waits could not have what is free."""
        stock = OfferStock.objects.get(offer=self.offer)
        for entry in Entry.objects.filter(state=EntryState.WAITING):
            free = pools.free_in(stock)
            assert free.place(entry.shares, entry.quantity) is None or self.booking(
                [member.pk for member in self.members].index(entry.member_id),
                BookingStatus.BOOKED, BookingStatus.COLLECTED, BookingStatus.EXPIRED,
            )  # fmt: skip


def run() -> None:
    make_tree()
    run_state_machine_as_test(
        Counter,
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            report_multiple_bugs=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_every_piece_is_accounted_for_in_any_order() -> None:
    run()


@pytest.mark.django_db
def test_control_a_piece_that_is_not_put_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "put_back", lambda *_a, **_k: None)
    with pytest.raises(AssertionError):
        run()


@pytest.mark.django_db
def test_control_a_limit_that_is_not_given_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pools.charge
    monkeypatch.setattr(pools, "charge", lambda offer, member, n: n < 0 or real(offer, member, n))
    with pytest.raises(AssertionError):
        run()
