"""Tests of the lane see what its own connections see: they need ``django_db(transaction=True)``."""

from collections.abc import Iterator

import pytest

from niangjia.bookings.tests.client import LaneClient


@pytest.fixture
def lane(transactional_db: None) -> Iterator[LaneClient]:
    del transactional_db
    with LaneClient() as client:
        yield client
