"""The page's figures come out of the demo as the page has them, and a changed record is found."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from niangjia.benefits.models import HandoutStatus, Programme, ProgrammeStatus
from niangjia.benefits.queries.report import report
from niangjia.bookings.models import Booking, BookingStatus, Channel, Offer
from niangjia.bookings.queries import live_figures
from niangjia.demo import finished, loading, steps
from niangjia.demo.people import Size
from niangjia.ledgers.services import verify_stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# 192 of 203 enterprises; all of the workplaces; three federations.
UNION_BUILDING = {"s2-unionised": 192, "s2-parks": 3, "s2-communities": 19, "s2-buildings": 13, "s2-federations": 3}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """With few people, and as many gifts as the page says."""
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load(loading.Demo(Size().scaled(0.0), on=timezone.localdate()), steps.STEPS, str)
        yield
        transaction.set_rollback(True)


def figures() -> tuple[int, dict[str, int]]:
    said, status = StringIO(), 0
    try:
        call_command("figures", as_json=True, stdout=said)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, {row["code"]: row["computed"] for row in json.loads(said.getvalue())["figures"]}


def test_every_figure_of_the_page_comes_out() -> None:
    status, computed = figures()
    assert status == 0
    assert computed == UNION_BUILDING | {"s11-online": 1_200, "s11-offline": 1_068, "s11-all": 2_268}


def test_a_record_that_is_gone_is_found() -> None:
    Booking.objects.filter(offer__title="冬日送温暖", status=BookingStatus.COLLECTED, number=1).delete()
    assert figures() == (1, UNION_BUILDING | {"s11-online": 1_199, "s11-offline": 1_068, "s11-all": 2_267})


def test_a_record_that_was_changed_is_found() -> None:
    programme = Programme.objects.get(code=finished.CODE)
    programme.handouts.filter(number__gt=10).update(status=HandoutStatus.TAKEN_OFF)
    status, computed = figures()
    assert status == 1
    assert computed["s11-offline"] < 1_000


def test_report_bookings_and_stock_say_the_same() -> None:
    programme = Programme.objects.get(code=finished.CODE)
    assert programme.status == ProgrammeStatus.REPORTED
    found = report(programme)
    assert found.agrees
    assert found.served == 2_268
    assert {row.text for row in found.turned_away}
    stock = found.stock
    assert stock.balances
    assert (stock.handed_out, stock.allotted, stock.booked, stock.lost) == (2_268, 0, 0, 2)
    assert live_figures(Offer.objects.get(pk=programme.pk)).balances
    assert verify_stock(at=timezone.now()) == []


def test_the_protected_share_and_the_cancelled_boxes_found_their_people() -> None:
    programme = Programme.objects.get(code=finished.CODE)
    rows = Booking.objects.filter(offer=programme.pk)
    assert rows.filter(channel=Channel.ASSISTED, status=BookingStatus.COLLECTED).count() == 60
    cancelled = rows.filter(status=BookingStatus.CANCELLED).count()
    assert cancelled == 37
    assert rows.count() == 1_200 + cancelled, "numbers are not used again"


def test_a_newcomer_can_book_at_once() -> None:
    offer = Offer.objects.get(status="published", method="first_come")
    now = timezone.now()
    assert offer.opens_at < now < offer.closes_at
    assert live_figures(offer).left > 0
