"""What figures come to: always from the records, whose people stand behind them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.benefits import services as benefits
from niangjia.benefits.models import Handout
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.insights import queries, sections
from niangjia.insights.models import Figure
from niangjia.insights.registry import computations
from niangjia.insights.tests.factories import COMPUTATIONS, make_figure, make_served
from niangjia.members.models import Member

pytestmark = pytest.mark.django_db


def values() -> dict[str, int | None]:
    shown = queries.computed(Figure.objects.all(), timezone.now())
    return {one.figure.computation: one.value.numerator if one.value else None for one in shown}


def test_the_three_figures_of_a_programme() -> None:
    scene = make_served(online=2, offline=3)
    for computation in COMPUTATIONS:
        make_figure(scene, computation)
    assert values() == {"benefits.online": 2, "benefits.offline": 3, "benefits.all": 5}


def test_what_is_only_booked_or_only_listed_does_not_count() -> None:
    scene = make_served(online=1, offline=2)
    for computation in COMPUTATIONS:
        make_figure(scene, computation)
    benefits.book_for(scene.programme, scene.people[1], actor=None, at=scene.now)
    benefits.undo_handout(Handout.objects.get(number=1), reason="签错行", actor=None)
    assert values() == {"benefits.online": 1, "benefits.offline": 1, "benefits.all": 2}


@pytest.mark.parametrize("status", sorted(set(BookingStatus) - {BookingStatus.COLLECTED}))
def test_only_collected_gifts_count_online(status: BookingStatus) -> None:
    scene = make_served(online=2, offline=0)
    make_figure(scene)
    Booking.objects.filter(member=scene.people[0]).update(status=status)
    assert values() == {"benefits.online": 1}


def test_a_figure_whose_programme_or_computation_is_gone_has_no_value() -> None:
    scene = make_served()
    figure = make_figure(scene)
    Figure.objects.update(subject="warm-1999")
    assert values() == {"benefits.online": None}
    Figure.objects.update(computation="benefits.nothing")
    assert values() == {"benefits.nothing": None}
    figure.refresh_from_db()
    assert not Member.objects.filter(queries.behind(figure)).exists()


@pytest.mark.parametrize("computation", COMPUTATIONS)
def test_the_names_behind_are_as_many_as_the_figure_says(computation: str) -> None:
    scene = make_served(online=2, offline=3)
    benefits.book_for(scene.programme, scene.people[3], actor=None, at=scene.now)
    figure = make_figure(scene, computation)
    assert Member.objects.filter(queries.behind(figure)).count() == values()[computation]


def test_three_figures_cost_no_more_queries_than_one() -> None:
    scene = make_served()
    counts = []
    for computation in COMPUTATIONS:
        make_figure(scene, computation)
        figures = list(Figure.objects.all())
        with CaptureQueriesContext(connection) as captured:
            queries.computed(figures, timezone.now())
        counts.append(len(captured))
    assert counts == [3, 3, 3]


def test_every_reading_is_for_many_at_once_and_leaves_out_strangers() -> None:
    scene = make_served()
    for computation in computations.values():
        assert set(computation.read([scene.programme.code, "warm-1999"])) == {scene.programme.code}


def test_the_public_home_page_shows_public_figures_or_nothing(rf: object) -> None:
    scene = make_served()
    request = rf.get("/")  # type: ignore[attr-defined]
    figure = make_figure(scene)
    assert sections.public_figures(request) is None
    make_figure(scene, "benefits.all", public=True)
    part = sections.public_figures(request)
    assert part is not None
    assert [one.figure.computation for one in part["shown"]] == ["benefits.all"]
    assert not figure.is_public
