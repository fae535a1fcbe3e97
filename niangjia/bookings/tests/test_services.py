"""Offers from draft to end, and bookings made, cancelled, collected, given back and lapsed by the services."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.bookings import permissions, services
from niangjia.bookings.models import Booking, BookingStatus, Channel, Offer, OfferStatus, OfferStock
from niangjia.bookings.queries import booking_of, differences, live_figures
from niangjia.bookings.sealing import broken
from niangjia.bookings.tests.factories import Buyer, list_people, make_audience, make_buyer, make_offer
from niangjia.core.errors import DomainError, InvalidInput, InvalidTransition, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.identity.tests.factories import Cast, holder, make_cast
from niangjia.ledgers import queries as ledger
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.queries import Balance
from niangjia.ledgers.services import NotEnoughStock
from niangjia.notices.models import Message
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.vouchers import permissions as voucher_permissions
from niangjia.vouchers import services as vouchers

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def buyers(tree: Tree) -> list[Buyer]:
    return [make_buyer(tree.primary, name) for name in ("王一", "王二", "王三", "王四")]


@pytest.fixture
def offer(tree: Tree, buyers: list[Buyer]) -> Offer:
    return make_offer(tree.unit, make_audience(tree.unit, *(buyer.member for buyer in buyers)), protected=1)


def state(offer: Offer) -> tuple[int, int, int, int]:
    stock = OfferStock.objects.get(offer=offer)
    return stock.remaining, stock.protected_remaining, stock.unsold, stock.next_number


def line(offer: Offer) -> Balance:
    return ledger.balance(item=offer.item, purpose_id=offer.pk)


def sound(offer: Offer) -> bool:
    offer = Offer.objects.get(pk=offer.pk)
    return list(differences()) == [] and live_figures(offer).balances


def test_publishing_sets_the_pieces_aside(offer: Offer) -> None:
    assert (offer.status, state(offer)) == (OfferStatus.PUBLISHED, (2, 1, 0, 1))
    assert sound(offer)
    with pytest.raises(NotEnoughStock):
        ledgers.release(offer.item, purpose_id=offer.pk, quantity=1, actor=None)


def test_an_offer_is_not_published_before_its_list_is_frozen_and_its_pieces_allotted(tree: Tree) -> None:
    draft = make_offer(tree.unit, None, published=False)
    with pytest.raises(services.OfferRefused) as refusal:
        services.publish_offer(draft, actor=None)
    assert refusal.value.code == "audience-not-frozen"
    short = make_offer(tree.unit, make_audience(tree.unit), capacity=3, allotted=2, published=False)
    with pytest.raises(NotEnoughStock), transaction.atomic():
        services.publish_offer(short, actor=None)
    assert Offer.objects.get(pk=short.pk).status == OfferStatus.DRAFT


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("capacity", {"capacity": 0, "allotted": 0}),
    ("protected", {"protected": 4}),
    ("closes_at", {"closes_at": timezone.now() - timedelta(days=1)}),
    ("collect_until", {"collect_from": timezone.now() + timedelta(days=9)}),
    ("collect_until", {"collect_until": timezone.now() - timedelta(days=9)}),
]


@pytest.mark.parametrize(("field", "fields"), WRONG, ids=[f"{n} {case[0]}" for n, case in enumerate(WRONG)])
def test_a_draft_that_makes_no_sense_names_the_field(tree: Tree, field: str, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make_offer(tree.unit, None, published=False, **fields)
    assert refusal.value.field == field
    assert not Offer.objects.exists()


def test_a_booking_at_the_counter_takes_the_protected_share_first(
    offer: Offer, buyers: list[Buyer], tree: Tree
) -> None:
    helper = holder(permissions.ASSIST, at=tree.unit, name="李助手")
    made = [services.book_assisted(offer, buyer.member, actor=helper) for buyer in buyers[:3]]
    assert [(b.number, b.protected, b.channel) for b in made] == [
        (1, True, Channel.ASSISTED),
        (2, False, Channel.ASSISTED),
        (3, False, Channel.ASSISTED),
    ]
    assert (state(offer), line(offer)) == ((0, 0, 0, 4), Balance(booked=3, moved=3))
    with pytest.raises(services.SoldOut), transaction.atomic():
        services.book_assisted(offer, buyers[3].member, actor=helper)
    assert sound(offer)
    entry = Entry.objects.get(action="bookings.booking.assist", target_id=str(made[0].pk))
    assert (entry.data["person"], entry.data["helper"], entry.actor_name) == ("王一", "李助手", "李助手")
    assert Message.objects.filter(user=buyers[0].user).count() == 1


def test_one_person_has_one_booking(offer: Offer, buyers: list[Buyer]) -> None:
    first = services.book_assisted(offer, buyers[0].member, actor=None)
    with pytest.raises(services.AlreadyBooked) as refusal, transaction.atomic():
        services.book_assisted(offer, buyers[0].member, actor=None)
    assert refusal.value.context == {"booking": str(first.pk), "number": 1}
    assert state(offer) == (2, 0, 0, 2)


def test_who_is_not_on_the_list_is_refused(offer: Offer, tree: Tree) -> None:
    stranger = make_buyer(tree.unit, "陈生").member
    with pytest.raises(services.NotEligible):
        services.book_assisted(offer, stranger, actor=None)
    assert offer.audience is not None
    list_people(offer.audience, [stranger.pk], path=tree.unit.path, eligible=False)
    with pytest.raises(services.NotEligible):
        services.book_assisted(offer, stranger, actor=None)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("code", "moments"),
    [
        ("not-yet-open", {"opens_at": timedelta(hours=1)}),
        ("closed", {"opens_at": timedelta(hours=-2), "closes_at": timedelta(hours=-1)}),
    ],
)
def test_nobody_books_outside_the_hours(
    tree: Tree, buyers: list[Buyer], code: str, moments: dict[str, timedelta]
) -> None:
    audience = make_audience(tree.unit, buyers[0].member)
    fields: dict[str, Any] = {name: timezone.now() + delta for name, delta in moments.items()}
    offer = make_offer(tree.unit, audience, **fields)
    with pytest.raises(DomainError) as refusal:
        services.book_assisted(offer, buyers[0].member, actor=None)
    assert refusal.value.code == code
    assert not Booking.objects.exists()


def test_a_cancellation_puts_the_piece_back_exactly_once(offer: Offer, buyers: list[Buyer]) -> None:
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    voucher = vouchers.ensure_voucher(booking.pk)
    assert voucher is not None
    services.cancel_booking(booking, actor=buyers[0].user, at=timezone.now())
    for _again in range(2):
        with pytest.raises(services.CancelRefused), transaction.atomic():
            services.cancel_booking(booking, actor=buyers[0].user, at=timezone.now())
    assert (state(offer), line(offer)) == ((2, 1, 0, 2), Balance(allotted=3, moved=3))
    voucher.refresh_from_db()
    assert voucher.status == "cancelled"
    assert sound(offer)
    again = services.book_assisted(offer, buyers[0].member, actor=None)
    assert again.number == 2
    assert booking_of(offer, buyers[0].member) == again


def test_a_member_cancels_until_the_deadline_and_an_officer_after_it(
    tree: Tree, offer: Offer, buyers: list[Buyer]
) -> None:
    officer = holder(permissions.MANAGE, at=tree.unit)
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    late = offer.closes_at + timedelta(seconds=1)
    with pytest.raises(services.CancelRefused) as refusal, transaction.atomic():
        services.cancel_booking(booking, actor=buyers[0].user, at=late)
    assert refusal.value.code == "cancel-too-late"
    services.cancel_booking(booking, actor=officer, at=late, reason="本人来电")
    assert Message.objects.filter(user=buyers[0].user, body__contains="本人来电").exists()


def test_nobody_cancels_for_somebody_else(offer: Offer, buyers: list[Buyer], tree: Tree) -> None:
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    for who in (buyers[1].user, holder(permissions.MANAGE, at=tree.elsewhere), holder(permissions.VIEW, at=tree.unit)):
        with pytest.raises(NotPermitted), transaction.atomic():
            services.cancel_booking(booking, actor=who, at=timezone.now())
    booking.refresh_from_db()
    assert booking.status == BookingStatus.BOOKED


def test_closing_gives_what_is_left_back_to_the_programme(offer: Offer, buyers: list[Buyer]) -> None:
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    services.close_offer(offer, actor=None)
    assert state(offer) == (0, 0, 2, 2)
    assert sound(offer)
    services.cancel_booking(booking, actor=None, at=timezone.now())
    assert state(offer) == (0, 0, 3, 2)
    assert sound(offer)
    ledgers.release(offer.item, purpose_id=offer.pk, quantity=3, actor=None)
    with pytest.raises(InvalidTransition):
        services.close_offer(offer, actor=None)


def test_the_protected_share_flows_on_at_its_moment(tree: Tree, buyers: list[Buyer]) -> None:
    soon = timezone.now() + timedelta(hours=1)
    offer = make_offer(
        tree.unit, make_audience(tree.unit, buyers[0].member), capacity=3, protected=2, protected_until=soon
    )
    services.tend_offers(at=timezone.now())
    assert state(offer) == (1, 2, 0, 1)
    services.tend_offers(at=soon)
    assert state(offer) == (3, 0, 0, 1)
    assert sound(offer)


def test_a_cancelled_piece_of_a_freed_share_is_for_everyone(offer: Offer, buyers: list[Buyer]) -> None:
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    services.free_protected_share(offer, actor=None)
    services.cancel_booking(booking, actor=None, at=timezone.now() + timedelta(seconds=1))
    assert state(offer) == (3, 0, 0, 2)


def test_what_is_not_collected_lapses_and_goes_back(offer: Offer, buyers: list[Buyer], tree: Tree) -> None:
    fetched, left = (services.book_assisted(offer, buyer.member, actor=None) for buyer in buyers[:2])
    for booking in (fetched, left):
        vouchers.ensure_voucher(booking.pk)
    helper = holder(voucher_permissions.REDEEM, at=tree.unit)
    vouchers.redeem(vouchers.ensure_voucher(fetched.pk), actor=helper, point=None, at=timezone.now())  # type: ignore[arg-type]
    late = offer.collect_until
    assert late is not None
    with pytest.raises(DomainError), transaction.atomic():
        services.expire_bookings(offer, actor=None, at=timezone.now())
    services.tend_offers(at=late)
    assert {b.number: b.status for b in Booking.objects.all()} == {1: "collected", 2: "expired"}
    assert line(offer) == Balance(allotted=2, handed_out=1, moved=3)
    assert vouchers.ensure_voucher(left.pk).status == "expired"  # type: ignore[union-attr]
    assert sound(offer)
    before = Entry.objects.count()
    services.tend_offers(at=late)
    assert Entry.objects.count() == before


def test_a_hand_over_moves_the_stock_and_can_be_undone(offer: Offer, buyers: list[Buyer], tree: Tree) -> None:
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    voucher = vouchers.ensure_voucher(booking.pk)
    assert voucher is not None
    helper = holder(voucher_permissions.REDEEM, at=tree.unit)
    vouchers.redeem(voucher, actor=helper, point=None, at=timezone.now())
    booking.refresh_from_db()
    assert (booking.status, line(offer)) == ("collected", Balance(allotted=2, handed_out=1, moved=3))
    with pytest.raises(services.CancelRefused), transaction.atomic():
        services.cancel_booking(booking, actor=None, at=timezone.now())
    vouchers.undo_redemption(voucher, actor=helper, reason="扫错了人", at=timezone.now())
    booking.refresh_from_db()
    assert (booking.status, line(offer)) == ("booked", Balance(allotted=2, booked=1, moved=3))
    vouchers.redeem(voucher, actor=helper, point=None, at=timezone.now())
    booking.refresh_from_db()
    services.return_gift(booking, actor=None, at=timezone.now(), reason="重复领取")
    assert line(offer) == Balance(allotted=2, held=1, moved=3)
    assert sound(offer)


def test_a_cancelled_booking_is_not_handed_out(offer: Offer, buyers: list[Buyer], tree: Tree) -> None:
    """Even when the voucher was never told: the booking is the truth."""
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    voucher = vouchers.ensure_voucher(booking.pk)
    assert voucher is not None
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.CANCELLED)
    with pytest.raises(vouchers.VoucherRefused):
        vouchers.redeem(voucher, actor=holder(voucher_permissions.REDEEM, at=tree.unit), point=None, at=timezone.now())


def test_more_pieces_are_offered_only_when_they_are_allotted(offer: Offer) -> None:
    with pytest.raises(NotEnoughStock), transaction.atomic():
        services.change_offer(offer, actor=None, capacity=5)
    ledgers.buy(offer.item, quantity=2, actor=None)
    ledgers.allot(offer.item, purpose_id=offer.pk, quantity=2, actor=None)
    services.change_offer(offer, actor=None, capacity=5)
    assert state(offer) == (4, 1, 0, 1)
    services.change_offer(offer, actor=None, capacity=1)
    assert state(offer) == (0, 1, 0, 1)
    with pytest.raises(InvalidInput), transaction.atomic():
        services.change_offer(offer, actor=None, capacity=0)
    assert sound(offer)


def test_what_is_published_keeps_its_item_list_and_shares(offer: Offer, tree: Tree) -> None:
    wrong: list[dict[str, Any]] = [{"protected": 2}, {"audience": make_audience(tree.unit)}]
    for changes in wrong:
        with pytest.raises(services.OfferRefused), transaction.atomic():
            services.change_offer(offer, actor=None, **changes)
    services.change_offer(offer, actor=None, title="送温暖", cancel_until=timezone.now())
    services.close_offer(offer, actor=None)
    with pytest.raises(services.OfferRefused):
        services.change_offer(offer, actor=None, title="送清凉")


def test_only_who_may_does(offer: Offer, tree: Tree, buyers: list[Buyer]) -> None:
    cast: Cast = make_cast(tree, permissions.MANAGE, permissions.ASSIST)
    for who, user in cast:
        may = who in {"officer", "above"}
        for act in (
            lambda user: services.change_offer(offer, actor=user, title="改"),
            lambda user: services.free_protected_share(offer, actor=user),
            lambda user: services.book_assisted(offer, buyers[0].member, actor=user),
            lambda user: services.close_offer(offer, actor=user),
        ):
            try:
                with transaction.atomic():
                    act(user)
                    assert may, who
                    transaction.set_rollback(True)
            except NotPermitted:
                assert not may, who


def test_live_figures_by_unit(offer: Offer, buyers: list[Buyer], tree: Tree) -> None:
    bookings = [services.book_assisted(offer, buyer.member, actor=None) for buyer in buyers[:3]]
    services.cancel_booking(bookings[2], actor=None, at=timezone.now())
    figures = live_figures(offer)
    assert (figures.capacity, figures.left, figures.booked, figures.cancelled, figures.assisted) == (3, 1, 2, 1, 2)
    assert [(unit.name, unit.booked, unit.cancelled, unit.assisted) for unit in figures.units] == [
        ("天桥街道", 2, 1, 2)
    ]
    assert figures.balances


@pytest.mark.parametrize("count", [1, 3])
def test_live_figures_ask_the_same_number_of_questions(
    offer: Offer, buyers: list[Buyer], count: int, django_assert_num_queries: Any
) -> None:
    for buyer in buyers[:count]:
        services.book_assisted(offer, buyer.member, actor=None)
    offer = Offer.objects.select_related("item").get(pk=offer.pk)
    with django_assert_num_queries(6):
        live_figures(offer)


TAMPERED = [
    ("booked", "UPDATE bookings_booking SET status = 'collected' WHERE number = 1"),
    ("pieces", "UPDATE bookings_offerstock SET remaining = remaining + 1"),
    ("numbers", "UPDATE bookings_offerstock SET next_number = next_number + 1"),
    ("last", "UPDATE bookings_booking SET number = 9 WHERE number = 2"),
    ("pieces", "DELETE FROM bookings_booking WHERE number = 2"),
]


@pytest.mark.parametrize(("what", "statement"), TAMPERED, ids=[f"{n} {c[0]}" for n, c in enumerate(TAMPERED)])
def test_a_count_that_was_tampered_with_is_found(offer: Offer, buyers: list[Buyer], what: str, statement: str) -> None:
    for buyer in buyers[:2]:
        services.book_assisted(offer, buyer.member, actor=None)
    assert list(differences()) == []
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert f"{offer.pk}/{what}" in {difference.subject for difference in differences()}


def test_the_database_holds_one_live_booking_and_one_number(offer: Offer, buyers: list[Buyer]) -> None:
    booking = services.book_assisted(offer, buyers[0].member, actor=None)
    for constraint, fields in (
        ("booking_one_live_per_member_and_offer", {"number": 7}),
        ("booking_number_is_used_once_per_offer", {"member_id": buyers[1].member.pk}),
    ):
        row = {
            "organization": offer.organization,
            "organization_path": offer.organization_path,
            "offer": offer,
            "member_id": booking.member_id,
            "number": booking.number,
        }
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Booking.objects.create(pk=uuid7(), **(row | fields))


def test_bookings_are_sealed_and_a_changed_one_is_found(offer: Offer, buyers: list[Buyer]) -> None:
    for buyer in buyers[:2]:
        services.book_assisted(offer, buyer.member, actor=None)
    assert services.seal_bookings() == 2
    assert services.seal_bookings() == 0
    booking = services.book_assisted(offer, buyers[2].member, actor=None)
    assert services.seal_bookings() == 1
    assert list(broken()) == []
    services.cancel_booking(booking, actor=None, at=timezone.now())
    assert list(broken()) == []
    Booking.objects.filter(number=2).update(member_id=buyers[3].member.pk)
    assert list(broken()) == [f"2026 年送温暖 ({offer.pk}): 1–2"]
