"""Two of one household, or two of its gifts, at the same moment; each race with a control that must see the fault."""

import threading
from typing import Any

import psycopg
import pytest
from django.db.models import QuerySet
from django.utils import timezone

from niangjia.bookings import services
from niangjia.bookings.models import Booking, Limit, Offer, Tally
from niangjia.bookings.queries import differences
from niangjia.bookings.services import limits
from niangjia.bookings.tests.factories import Buyer
from niangjia.bookings.tests.races import scratch, together
from niangjia.bookings.tests.terms import buyers_of, live_together, make_limit, make_terms
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import services as vouchers

pytestmark = pytest.mark.django_db(transaction=True)

LIMITED = -2147483645


def household(*, known: bool) -> tuple[list[Buyer], list[Offer], Limit]:
    """Two people in two offers with a common limit of one; known to live together before publication, or not."""
    tree = make_tree()
    buyers = buyers_of(tree, "王一", "王二")
    people = [buyer.member for buyer in buyers]
    if known:
        live_together(*people)
    limit = make_limit(tree.unit, who="household")
    return buyers, [make_terms(tree.unit, *people, limits=[limit]) for _each in range(2)], limit


# Booking ----------------------------------------------------------------------------------------------------------
def both_book(*, counted: bool = True, **guards: bool) -> tuple[list[Any], int]:
    """The answers, and how many bookings the household has in the end."""
    buyers, offers, limit = household(known=True)
    if counted:  # the row is there already; while it is made, the second waits for the first in any case
        home = buyers[0].member.household_id
        assert home
        Tally.objects.create(limit_id=limit.pk, subject=home, taken=0, most=1)
    with scratch(**guards) as copy:
        pairs = list(zip(offers, buyers, strict=True))
        answers = together([lambda o=o, b=b: copy.book(o.pk, [b.member.pk]) for o, b in pairs])  # type: ignore[misc]
        return answers, len(copy.rows())


@pytest.mark.parametrize("counted", [True, False], ids=["counted before", "counted for the first time"])
def test_one_household_gets_one_through_two_offers(counted: bool) -> None:
    answers, rows = both_book(counted=counted)
    assert (sorted(answers), rows) == ([[LIMITED], [1]], 1)


def test_the_lock_of_the_count_alone_suffices() -> None:
    answers, rows = both_book(constraints=False)
    assert (sorted(answers), rows) == ([[LIMITED], [1]], 1)


def test_the_constraint_alone_suffices() -> None:
    """Without the lock one call fails and is rolled back, but nothing wrong is stored."""
    answers, rows = both_book(tally_lock=False)
    assert rows == 1
    assert [type(one) for one in answers if not isinstance(one, list)] == [psycopg.errors.CheckViolation]


def test_control_without_both_the_household_gets_two() -> None:
    answers, rows = both_book(tally_lock=False, constraints=False)
    assert (answers, rows) == ([[1], [1]], 2)


# Handing over -----------------------------------------------------------------------------------------------------
def both_collect() -> list[Any]:
    """They were counted apart and are found to live together: both stand at a counter now."""
    buyers, offers, _limit = household(known=False)
    bookings = [
        services.book_assisted(offer, buyer.member, actor=None) for offer, buyer in zip(offers, buyers, strict=True)
    ]
    live_together(*(buyer.member for buyer in buyers))
    found = [vouchers.ensure_voucher(booking.pk) for booking in bookings]
    return together(
        [lambda v=v: vouchers.redeem(v, actor=None, point=None, at=timezone.now()) for v in found]  # type: ignore[misc]
    )


def test_one_household_is_handed_one_at_two_counters() -> None:
    answers = both_collect()
    assert sorted(type(one).__name__ for one in answers) == ["LimitReached", "Redemption"]
    assert Booking.objects.filter(status="collected").count() == 1
    assert list(differences()) == []


def test_control_without_the_lock_it_is_handed_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has counted what the household has, and neither has written yet."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(Tally.objects, "bulk_create", lambda *_a, **_k: [])
    gate, real = threading.Barrier(2), limits._handed_over

    def together_now(*arguments: Any, **more: Any) -> int:
        had = real(*arguments, **more)
        gate.wait(10)
        return had

    monkeypatch.setattr(limits, "_handed_over", together_now)
    assert [type(one).__name__ for one in both_collect()] == ["Redemption", "Redemption"]
