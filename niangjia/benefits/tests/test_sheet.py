"""A signed sheet is recorded at once, however long it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.benefits import services
from niangjia.benefits.checks import differences
from niangjia.benefits.models import Handout, HandoutStatus
from niangjia.benefits.tests.factories import make_scene
from niangjia.bookings.models import Booking
from niangjia.core.errors import InvalidInput, InvalidTransition, NotPermitted
from niangjia.ledgers.models import StockEntry
from niangjia.ledgers.queries import balance

pytestmark = pytest.mark.django_db
QUERIES = 14


def test_who_has_booked_online_meanwhile_is_refused_and_the_others_are_not() -> None:
    scene = make_scene(protected=1, cleaners=3).publish()
    split = scene.split()
    services.fill_list(split, actor=scene.officer)
    second = Handout.objects.get(split=split, number=2)
    Booking.objects.create(
        organization=scene.tree.unit, organization_path=scene.tree.unit.path, offer_id=scene.programme.pk,
        member=second.member, number=7,
    )  # fmt: skip
    recorded = services.record_sheet(split, actor=scene.officer, at=scene.now)
    assert recorded.done == 2
    assert [number for number, _why in recorded.refused] == [2]
    assert "7" in recorded.refused[0][1]
    statuses = dict(Handout.objects.values_list("number", "status"))
    assert statuses == {1: HandoutStatus.HANDED_OUT, 2: HandoutStatus.LISTED, 3: HandoutStatus.HANDED_OUT}
    assert balance(purpose_id=scene.programme.pk).handed_out == 2
    assert list(differences()) == []


def test_everybody_has_a_line_in_the_history_and_the_stock_one_entry() -> None:
    scene = make_scene(cleaners=3).publish()
    split = scene.split()
    services.fill_list(split, actor=scene.officer)
    services.record_sheet(split, absent=[3], actor=scene.officer, at=scene.now)
    entry = StockEntry.objects.get(destination="handed_out")
    assert (entry.quantity, entry.reference_id) == (2, str(split.pk))
    lines = Entry.objects.filter(action="benefits.handout.hand_out")
    assert {line.actor_name for line in lines} == {scene.officer.name}
    assert {line.target_id for line in lines} == {
        str(pk) for pk in Handout.objects.handed_out().values_list("pk", flat=True)
    }
    services.record_sheet(split, actor=scene.officer, at=scene.now)
    assert balance(purpose_id=scene.programme.pk).handed_out == 3


@pytest.mark.parametrize("cleaners", [1, 3])
def test_a_long_sheet_costs_no_more_queries_than_a_short_one(cleaners: int) -> None:
    scene = make_scene(cleaners=cleaners).publish()
    split = scene.split()
    services.fill_list(split, actor=None)
    with CaptureQueriesContext(connection) as captured:
        services.record_sheet(split, actor=None, at=scene.now)
    assert len(captured) == QUERIES


def test_a_sheet_that_is_refused_changes_nothing() -> None:
    scene = make_scene(cleaners=3).publish()
    split = scene.split()
    services.fill_list(split, actor=None)
    with pytest.raises(InvalidInput):
        services.record_sheet(split, absent=[9], actor=scene.officer, at=scene.now)
    with pytest.raises(NotPermitted):
        services.record_sheet(split, actor=scene.people[0].user, at=scene.now)
    assert not Handout.objects.handed_out().exists()
    assert balance(purpose_id=scene.programme.pk).handed_out == 0


def test_nothing_is_handed_out_before_the_programme_is_published() -> None:
    scene = make_scene(cleaners=1)
    split = scene.split()
    services.fill_list(split, actor=None)
    with pytest.raises(InvalidTransition):
        services.record_sheet(split, actor=scene.officer, at=scene.now)
    assert not Handout.objects.handed_out().exists()
