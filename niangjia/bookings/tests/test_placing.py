"""One rule in three places: the lane's SQL places people in shares exactly as the waiting list and the draw do."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from niangjia.bookings.models import Booking, Claimant, Offer, OfferStock
from niangjia.bookings.placing import ANYBODY, Pools
from niangjia.bookings.queries import line
from niangjia.bookings.tests.factories import list_people
from niangjia.bookings.tests.terms import make_terms, share
from niangjia.core.ids import uuid7
from niangjia.org.tests.factories import make_tree

SOLD_OUT = 0


@dataclass(frozen=True)
class Crowd:
    """What is free, and who comes in which order: her shares as bits, and the pieces that she takes."""

    general: int
    shares: tuple[int, ...]
    people: tuple[tuple[int, int], ...]


crowds = st.builds(
    Crowd,
    general=st.integers(0, 6),
    shares=st.lists(st.integers(0, 4), min_size=3, max_size=3).map(tuple),
    people=st.lists(st.tuples(st.integers(0, 7), st.integers(1, 3)), min_size=1, max_size=12).map(tuple),
)


@pytest.fixture
def offer(db: None) -> Offer:
    del db
    unit = make_tree().unit
    return make_terms(unit, capacity=40, shares=[share(unit, name, 4) for name in ("甲", "乙", "丙")])


def booked_by_sql(offer: Offer, crowd: Crowd) -> list[int | None]:
    """The pool of each, or nothing, as the function of the lane has it."""
    people = [uuid7() for _ in crowd.people]
    assert offer.audience
    list_people(offer.audience, people, path=offer.organization_path)
    Claimant.objects.bulk_create(
        Claimant(offer_id=offer.pk, member_id=key, shares=mask, quantity=quantity, unit_id=offer.organization_id)
        for key, (mask, quantity) in zip(people, crowd.people, strict=True)
    )
    OfferStock.objects.filter(offer=offer).update(remaining=crowd.general, shares=list(crowd.shares))
    arguments: list[Any] = [offer.pk, uuid7(), [uuid7() for _ in people], people, [0] * len(people)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM bookings_book_batch(%s, %s, %s, %s, %s::int[])", arguments)
        answers = cursor.fetchone()[0]
    pools = dict(Booking.objects.filter(member_id__in=people).values_list("member_id", "share"))
    assert [answer == SOLD_OUT for answer in answers] == [key not in pools for key in people]
    return [pools.get(key) for key in people]


def left(offer: Offer) -> tuple[int, list[int]]:
    stock = OfferStock.objects.get(offer=offer)
    return stock.remaining, stock.shares


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowd=crowds)
@example(crowd=Crowd(general=2, shares=(0, 1, 3), people=((0b110, 2), (0b001, 1), (0b111, 3), (0b010, 1))))
def test_the_lane_and_the_line_place_alike(offer: Offer, crowd: Crowd) -> None:
    pools = Pools(crowd.general, list(crowd.shares))
    expected = [pools.place(mask, quantity) for mask, quantity in crowd.people]
    assert booked_by_sql(offer, crowd) == expected
    if crowd.general or any(crowd.shares):
        assert left(offer) == (pools.general, pools.shares)


@given(crowd=crowds)
def test_her_page_offers_a_booking_exactly_where_one_fits(crowd: Crowd) -> None:
    stock = OfferStock(remaining=crowd.general, shares=list(crowd.shares))
    for mask, quantity in crowd.people:
        placed = Pools(crowd.general, list(crowd.shares)).place(mask, quantity)
        assert line.fits(stock, mask, quantity) == (placed is not None)


PLACED = [
    ("the first of her shares", 0b11, 1, 1),
    ("the next where the first has not enough", 0b11, 2, 2),
    ("the rest where no share has enough", 0b11, 3, ANYBODY),
    ("the rest for who has no share", 0b00, 1, ANYBODY),
    ("nothing where nothing fits", 0b11, 5, None),
]


@pytest.mark.parametrize(("mask", "quantity", "pool"), [c[1:] for c in PLACED], ids=[c[0] for c in PLACED])
def test_who_has_shares_draws_on_them_in_order(mask: int, quantity: int, pool: int | None) -> None:
    pools = Pools(4, [1, 2])
    assert pools.place(mask, quantity) == pool
    assert pools.general + sum(pools.shares) == 7 - (quantity if pool is not None else 0)
