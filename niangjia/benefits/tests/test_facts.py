"""What rules know about earlier gifts: the day of the last one, and whether there was none since a day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from niangjia.audiences import queries as audiences
from niangjia.audiences.tests.factories import make_rule
from niangjia.benefits import services
from niangjia.benefits.models import Handout
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.bookings import services as bookings
from niangjia.members.models import Member
from niangjia.vouchers.models import Redemption

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """The first has collected long ago, the second has booked only, a cleaner was handed a pack today."""
    scene = make_scene(cleaners=1).publish()
    services.hand_out_now(scene.programme, scene.people[0], point=scene.point, actor=None, at=scene.now)
    Redemption.objects.update(at=datetime(2025, 1, 20, 1, tzinfo=UTC))
    services.book_for(scene.programme, scene.people[1], actor=None, at=scene.now)
    split = scene.split()
    services.fill_list(split, actor=None)
    services.record_sheet(split, actor=None, at=scene.now)
    return scene


def met(scene: Scene, source: str) -> set[Member]:
    rule = make_rule(scene.tree.unit, source)
    people = [*scene.people, *scene.cleaners]
    found = {person for person in people if audiences.explain(rule, person, None).eligible}
    assert audiences.count(rule, scene.tree.unit, None) == len(found)  # the list and the single check agree
    return found


def test_who_never_had_a_gift_has_had_none_since_any_day(scene: Scene) -> None:
    collected, booked, *others = scene.people
    assert met(scene, 'member.unserved_since(date("2026-01-01"))') == {collected, booked, *others}
    assert met(scene, 'member.unserved_since(date("2025-01-20"))') == {
        booked,
        *others,
    }  # on that very day: served since
    assert met(scene, '!member.unserved_since(date("2026-01-01"))') == set(scene.cleaners)


def test_the_day_of_the_last_gift_is_unknown_where_there_was_none(scene: Scene) -> None:
    collected = scene.people[0]
    assert met(scene, 'member.last_received_on <= date("2025-06-30")') == {collected}
    assert met(scene, 'member.last_received_on >= date("2025-01-01")') == {collected, *scene.cleaners}


def test_a_gift_that_was_brought_back_is_no_gift(scene: Scene) -> None:
    collected = scene.people[0]
    booking = collected.bookings.get()
    bookings.return_gift(booking, actor=None, at=scene.now, reason="尺寸不对")
    assert collected in met(scene, 'member.unserved_since(date("2025-01-20"))')
    services.undo_handout(Handout.objects.get(), reason="登记错了", actor=None)
    assert set(scene.cleaners) <= met(scene, 'member.unserved_since(date("2025-01-20"))')


def test_the_explanation_shows_value_source_and_day(scene: Scene) -> None:
    rule = make_rule(scene.tree.unit, 'member.unserved_since(date("2025-01-01"))')
    (clause,) = audiences.explain(rule, scene.people[0], None).clauses
    assert not clause.met
    assert "2025年1月20日" in str(clause.found)
    assert str(clause.source) == "预订与发放记录"
    assert clause.dated == timezone.localdate()
    (clause,) = audiences.explain(rule, scene.people[2], None).clauses
    assert clause.met


def test_a_gift_of_today_counts_from_its_own_day(scene: Scene) -> None:
    today = timezone.localdate(scene.now)
    assert set(scene.cleaners).isdisjoint(met(scene, f'member.unserved_since(date("{today}"))'))
    assert set(scene.cleaners) <= met(scene, f'member.unserved_since(date("{today + timedelta(days=1)}"))')
