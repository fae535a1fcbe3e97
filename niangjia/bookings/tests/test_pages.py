"""My bookings: one's own, with the code of what waits, in a fixed number of questions."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from niangjia.bookings import permissions, services
from niangjia.bookings.models import Booking
from niangjia.bookings.tests.factories import make_audience, make_buyer, make_offer
from niangjia.identity.tests.factories import make_cast
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def test_each_sees_ones_own_bookings() -> None:
    tree = make_tree()
    buyer, other = make_buyer(tree.primary, "王一"), make_buyer(tree.primary, "王二")
    offer = make_offer(tree.unit, make_audience(tree.unit, buyer.member, other.member))
    booking = services.book_assisted(offer, buyer.member, actor=None)
    link = f"/vouchers/{booking.pk}/"
    client = Client()
    assert client.get("/me/bookings/").status_code == 302
    seen = {}
    people = dict(make_cast(tree, permissions.VIEW, permissions.MANAGE)) | {"holder": buyer.user, "other": other.user}
    for who, user in people.items():
        client.force_login(user)
        answer = client.get("/me/bookings/")
        assert answer.status_code == 200
        seen[who] = link in answer.content.decode()
    assert {who for who, shown in seen.items() if shown} == {"holder"}  # not even who may see all of them elsewhere
    services.cancel_booking(booking, actor=buyer.user, at=timezone.now())
    client.force_login(buyer.user)
    page = client.get("/me/bookings/").content.decode()
    assert link not in page
    assert f"/programmes/{offer.pk}/" in page
    assert "已取消" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(count: int, django_assert_num_queries: Any) -> None:
    tree = make_tree()
    buyer = make_buyer(tree.primary)
    audience = make_audience(tree.unit, buyer.member)
    for _number in range(count):
        services.book_assisted(make_offer(tree.unit, audience), buyer.member, actor=None)
    assert Booking.objects.count() == count
    client = Client()
    client.force_login(buyer.user)
    client.get("/me/bookings/")
    with django_assert_num_queries(QUERIES):
        client.get("/me/bookings/")


QUERIES = 8
