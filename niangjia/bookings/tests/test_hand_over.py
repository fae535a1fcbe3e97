"""A hand-over is one locked path: so many statements, no more, however much has been handed over before."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.bookings import services
from niangjia.bookings.tests.factories import make_audience, make_buyer, make_offer
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import permissions
from niangjia.vouchers import services as vouchers
from niangjia.vouchers.models import ServicePoint, Voucher
from niangjia.vouchers.tests.factories import make_point

pytestmark = pytest.mark.django_db

# The lock of the booking comes before that of the voucher, and that before the item's.
FIRST_LOOK = [
    "SAVEPOINT",  # only here, where each test is a transaction itself
    "SELECT vouchers_voucher",
    "SELECT bookings_booking FOR UPDATE",
    "INSERT vouchers_voucher",
    "RELEASE",
]
HAND_OVER = [
    "SAVEPOINT",
    "SELECT bookings_booking FOR UPDATE",
    "SELECT vouchers_voucher FOR UPDATE",
    "UPDATE vouchers_voucher",
    "SELECT vouchers_redemption",
    "INSERT vouchers_redemption",
    "INSERT audit_entry",
    "SELECT bookings_exemption",  # whether the limits still hold, and no pack was handed out meanwhile
    "SELECT benefits_handout",
    "SELECT bookings_limit",
    "UPDATE bookings_booking",
    "SELECT ledgers_item FOR NO KEY UPDATE",
    "SELECT ledgers_stockentry",
    "INSERT ledgers_stockentry",
    "INSERT audit_entry",
    "RELEASE",
]

TABLE = {"SELECT": r"\sFROM (\w+_\w+)", "INSERT": r"INTO (\w+)", "UPDATE": r"UPDATE (\w+)"}


def told(statement: str) -> str:
    """The verb, the table it is about, and the lock."""
    plain = statement.replace('"', "")
    verb = plain.split()[0]
    if verb in {"SAVEPOINT", "RELEASE"}:
        return verb
    table = re.search(TABLE[verb], plain)
    assert table, plain
    lock = next((f" {words}" for words in ("FOR UPDATE", "FOR NO KEY UPDATE") if f" {words}" in plain), "")
    return f"{verb} {table[1]}{lock}"


class Yard:
    """A helper at a place, and the vouchers of so many people who have booked."""

    def __init__(self, people: int) -> None:
        unit = make_tree().unit
        buyers = [make_buyer(unit) for _ in range(people)]
        offer = make_offer(unit, make_audience(unit, *(buyer.member for buyer in buyers)), capacity=people)
        self.bookings = [services.book_assisted(offer, buyer.member, actor=None) for buyer in buyers]
        self.point: ServicePoint = make_point(unit)
        self.helper: User = holder(permissions.REDEEM, at=unit)
        assert self.helper.paths(permissions.REDEEM)  # read once per request

    def look(self, number: int) -> Voucher:
        voucher = vouchers.ensure_voucher(self.bookings[number].pk)
        assert voucher is not None
        return voucher

    def hand_over(self, voucher: Voucher) -> None:
        vouchers.redeem(voucher, actor=self.helper, point=self.point, at=timezone.now())


@pytest.mark.parametrize("before", [0, 3])
def test_a_hand_over_takes_a_fixed_number_of_statements(before: int) -> None:
    yard = Yard(before + 1)
    for number in range(before):
        yard.hand_over(yard.look(number))
    with CaptureQueriesContext(connection) as looked:
        voucher = yard.look(before)
    with CaptureQueriesContext(connection) as handed:
        yard.hand_over(voucher)
    assert [told(query["sql"]) for query in looked.captured_queries] == FIRST_LOOK
    assert [told(query["sql"]) for query in handed.captured_queries] == HAND_OVER


def test_a_second_look_is_one_statement() -> None:
    yard = Yard(1)
    yard.look(0)
    with CaptureQueriesContext(connection) as looked:
        yard.look(0)
    assert [told(query["sql"]) for query in looked.captured_queries] == [
        "SAVEPOINT",
        "SELECT vouchers_voucher",
        "RELEASE",
    ]
