"""Limits: counted when somebody books, and asked again when something is handed over."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.bookings import permissions, services
from niangjia.bookings.models import Booking, CountedHandout, Exemption, Limit, Offer, Tally
from niangjia.bookings.queries import differences
from niangjia.bookings.tests.factories import Buyer, make_buyer
from niangjia.bookings.tests.terms import buyers_of, live_together, make_limit, make_terms, taken
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.ledgers.models import StockEntry
from niangjia.members.models import Member
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.vouchers import permissions as voucher_permissions
from niangjia.vouchers import services as vouchers

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def buyers(tree: Tree) -> list[Buyer]:
    return buyers_of(tree, "王一", "王二", "李三")


def two_offers(tree: Tree, buyers: list[Buyer], limit: Limit, **fields: Any) -> list[Offer]:
    people = [buyer.member for buyer in buyers]
    return [make_terms(tree.unit, *people, limits=[limit], **fields) for _each in range(2)]


def book(offer: Offer, buyer: Buyer) -> Booking:
    with transaction.atomic():
        return services.book_assisted(offer, buyer.member, actor=None)


def hand_over(booking: Booking, tree: Tree) -> None:
    voucher = vouchers.ensure_voucher(booking.pk)
    assert voucher
    with transaction.atomic():
        vouchers.redeem(voucher, actor=holder(voucher_permissions.REDEEM, at=tree.city), point=None, at=timezone.now())


# Booking ----------------------------------------------------------------------------------------------------------
WHO = [
    ("person", [True, True, True, False]),  # the last is the first person once more, in the other offer
    ("household", [True, False, True, False]),
    ("unit", [True, False, False, False]),
]


@pytest.mark.parametrize(("who", "booked"), WHO, ids=[case[0] for case in WHO])
def test_a_limit_counts_over_all_programmes_that_name_it(
    tree: Tree, buyers: list[Buyer], who: str, booked: list[bool]
) -> None:
    live_together(buyers[0].member, buyers[1].member)
    first, second = two_offers(tree, buyers, make_limit(tree.unit, who=who))
    attempts = [(first, buyers[0]), (second, buyers[1]), (second, buyers[2]), (second, buyers[0])]
    found = []
    for offer, buyer in attempts:
        before = StockEntry.objects.count()
        try:
            book(offer, buyer)
        except services.LimitReached:
            assert StockEntry.objects.count() == before
            found.append(False)
        else:
            found.append(True)
    assert found == booked
    assert list(differences()) == []


def test_what_is_given_up_is_no_longer_counted(tree: Tree, buyers: list[Buyer]) -> None:
    limit = make_limit(tree.unit)
    first, second = two_offers(tree, buyers, limit)
    booking = book(first, buyers[0])
    assert taken(limit, buyers[0].member.pk) == 1
    services.cancel_booking(booking, actor=None, at=timezone.now())
    assert taken(limit, buyers[0].member.pk) == 0
    lapsing = book(first, buyers[0])
    assert first.collect_until
    services.expire_bookings(first, actor=None, at=first.collect_until)
    lapsing.refresh_from_db()
    assert (lapsing.status, taken(limit, buyers[0].member.pk)) == ("expired", 0)
    book(second, buyers[0])


def test_who_has_no_household_on_record_is_not_counted_by_it(tree: Tree, buyers: list[Buyer]) -> None:
    limit = make_limit(tree.unit, who="household")
    for offer in two_offers(tree, buyers, limit):
        book(offer, buyers[0])
    assert not Tally.objects.exists()


def test_the_database_counts_no_further_than_the_limit(tree: Tree, buyers: list[Buyer]) -> None:
    limit = make_limit(tree.unit)
    book(two_offers(tree, buyers, limit)[0], buyers[0])
    with pytest.raises(IntegrityError, match="tally_never_above_its_limit"), transaction.atomic():
        Tally.objects.update(taken=2)


def test_a_limit_can_be_raised_never_lowered(tree: Tree, buyers: list[Buyer]) -> None:
    limit = make_limit(tree.unit)
    first, second = two_offers(tree, buyers, limit)
    book(first, buyers[0])
    with pytest.raises(InvalidInput), transaction.atomic():
        services.raise_limit(limit, most=1, actor=None)
    services.raise_limit(limit, most=2, actor=None)
    book(second, buyers[0])
    assert taken(limit, buyers[0].member.pk) == 2


# Handing over -----------------------------------------------------------------------------------------------------
def test_two_who_turn_out_to_live_together_get_one(tree: Tree, buyers: list[Buyer]) -> None:
    """They were counted apart; then an address was corrected. Whoever comes first has it."""
    limit = make_limit(tree.unit, who="household")
    live_together(buyers[0].member, address="甲")
    first, second = two_offers(tree, buyers, limit)
    bookings = [book(first, buyers[0]), book(second, buyers[1])]
    live_together(buyers[0].member, buyers[1].member)
    hand_over(bookings[1], tree)
    with pytest.raises(services.LimitReached) as refusal:
        hand_over(bookings[0], tree)
    assert refusal.value.context == {"limit": str(limit.pk)}
    assert "王一" in str(refusal.value)
    bookings[0].refresh_from_db()
    assert bookings[0].status == "booked"
    assert list(differences()) == []


def test_who_was_handed_a_pack_offline_meanwhile_gets_no_second(tree: Tree, buyers: list[Buyer]) -> None:
    limit = make_limit(tree.unit, most=2)
    first, second = two_offers(tree, buyers, limit)
    booking, member = book(first, buyers[0]), buyers[0].member
    services.raise_limit(limit, most=3, actor=None)
    key = count(second, member, quantity=2)
    Limit.objects.filter(pk=limit.pk).update(most=2)  # as if the pack had been written down late, from paper
    with pytest.raises(services.LimitReached):
        hand_over(booking, tree)
    services.uncount_handout(key)
    hand_over(booking, tree)
    assert (taken(limit, member.pk), CountedHandout.objects.count()) == (1, 0)


def test_a_union_that_has_what_it_may_have_is_handed_no_more(tree: Tree, buyers: list[Buyer]) -> None:
    """As if a pack had been written down late, from paper: then the count of the bookings alone proves nothing."""
    limit = make_limit(tree.unit, who="unit", most=2)
    first, second = two_offers(tree, buyers, limit)
    booking = book(first, buyers[0])
    key = count(second, buyers[1].member)
    Limit.objects.filter(pk=limit.pk).update(most=1)
    with pytest.raises(services.LimitReached) as refusal:
        hand_over(booking, tree)
    assert refusal.value.context == {"limit": str(limit.pk)}
    booking.refresh_from_db()
    assert booking.status == "booked"
    services.uncount_handout(key)
    hand_over(booking, tree)
    assert list(differences()) == []


def test_what_another_union_has_stands_in_nobodys_way(tree: Tree, buyers: list[Buyer]) -> None:
    """Even if she has moved there since: her piece was that of the union she booked under."""
    other = make_buyer(tree.sibling, "邻街道")
    limit = make_limit(tree.city, who="unit")
    people = [buyer.member for buyer in (*buyers, other)]
    offers = [make_terms(tree.city, *people, limits=[limit]) for _each in range(2)]
    bookings = [book(offers[0], other), book(offers[1], buyers[0])]
    Member.objects.filter(pk=buyers[0].member.pk).update(organization=tree.sibling)
    for booking in bookings:
        hand_over(booking, tree)
    assert [taken(limit, unit.pk) for unit in (tree.sibling, tree.primary)] == [1, 1]


def count(offer: Offer, member: Member, *, quantity: int = 1) -> UUID:
    key = uuid7()
    with transaction.atomic():
        services.count_handout(
            key, programme_id=offer.pk, member=member, unit_id=member.organization_id, quantity=quantity
        )
    return key


@pytest.mark.parametrize("who", ["person", "household", "unit"])
def test_a_pack_offline_and_a_booking_are_counted_together(tree: Tree, buyers: list[Buyer], who: str) -> None:
    live_together(buyers[0].member, buyers[1].member)
    limit = make_limit(tree.unit, who=who)
    first, second = two_offers(tree, buyers, limit)
    key = count(first, buyers[0].member)
    again = buyers[0] if who == "person" else buyers[1]
    with pytest.raises(services.LimitReached):
        book(second, again)
    services.uncount_handout(key)
    book(second, again)
    with pytest.raises(services.LimitReached):
        count(first, buyers[0].member)
    assert not CountedHandout.objects.exists()


def test_who_is_in_charge_may_allow_it_with_a_reason(tree: Tree, buyers: list[Buyer]) -> None:
    limit = make_limit(tree.unit, who="household")
    first, second = two_offers(tree, buyers, limit)
    bookings = [book(first, buyers[0]), book(second, buyers[1])]
    live_together(buyers[0].member, buyers[1].member)
    hand_over(bookings[0], tree)
    for who, actor in make_cast(tree, permissions.MANAGE, permissions.ASSIST):
        if who in {"officer", "above"}:
            continue
        with pytest.raises(NotPermitted), transaction.atomic():
            services.allow_beyond_limit(bookings[1], reason="已分户", actor=actor, at=timezone.now())
    officer = holder(permissions.MANAGE, at=tree.unit, name="赵主任")
    with pytest.raises(InvalidInput), transaction.atomic():
        services.allow_beyond_limit(bookings[1], reason=" ", actor=officer, at=timezone.now())
    assert not Exemption.objects.exists()
    services.allow_beyond_limit(bookings[1], reason="已分户", actor=officer, at=timezone.now())
    hand_over(bookings[1], tree)
    entry = Entry.objects.get(action="bookings.limit.exempt")
    assert (entry.actor_name, entry.data["reason"], entry.target_id) == ("赵主任", "已分户", str(bookings[1].pk))
    assert list(differences()) == []
