"""A draw from its commitment to the last who moves up: each step once, in its order, and kept as it was published."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from niangjia.audit.models import Entry as History
from niangjia.bookings import drawing, permissions, services
from niangjia.bookings.models import Draw, Entry, EntryState, OfferStock
from niangjia.bookings.proving import verify
from niangjia.bookings.published import Stage, file_of, find_ticket, published, stage_of
from niangjia.bookings.queries import differences
from niangjia.bookings.reading import read
from niangjia.bookings.tests.drawn import VALUE, Scene, make_scene
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.core.ids import uuid7
from niangjia.identity.tests.factories import make_cast
from niangjia.notices.models import Message

pytestmark = pytest.mark.django_db


def failing(draw: Draw) -> list[str]:
    return [check.name for check in verify(read(file_of(Draw.objects.get(pk=draw.pk)))) if not check.passed]


def line(scene: Scene) -> list[Entry]:
    return list(scene.offer.entries.filter(position__isnull=False).order_by("position"))


def states(scene: Scene) -> list[str]:
    return [entry.state for entry in line(scene)]


# The steps --------------------------------------------------------------------------------------------------------
def test_a_draw_is_published_step_by_step_and_can_be_recomputed() -> None:
    scene = make_scene()
    assert drawing.commitment(str(scene.draw.seed)) == scene.draw.commitment
    assert scene.draw.committed_at < scene.offer.closes_at
    assert stage_of(scene.draw, at=scene.offer.opens_at - timedelta(minutes=1)) == Stage.COMING
    scene.enter()
    assert stage_of(scene.draw, at=scene.opening) == Stage.OPEN
    assert stage_of(scene.draw, at=scene.after_closing) == Stage.CLOSING
    assert scene.close().entries == 5
    assert stage_of(scene.draw, at=scene.after_closing) == Stage.FIXED
    assert failing(scene.draw) == []
    assert stage_of(scene.value(), at=scene.after_value) == Stage.VALUED
    assert str(scene.draw.seed).encode() not in file_of(scene.draw)
    assert stage_of(scene.run(), at=scene.after_value) == Stage.DRAWN
    assert failing(scene.draw) == []
    assert states(scene) == ["offered", "offered", "waiting", "waiting", "waiting"]
    assert list(differences()) == []


ACTS: dict[str, Callable[[Scene], object]] = {
    "join": lambda scene: services.join(scene.offer, scene.buyers[0].member, actor=None, at=scene.opening),
    "leave": lambda scene: services.leave(scene.offer.entries.get(member=scene.buyers[1].member), actor=None,
                                          at=scene.opening),
    "close": lambda scene: services.close_entries(scene.draw, actor=None, at=scene.after_closing),
    "value": lambda scene: scene.value(),
    "run": lambda scene: scene.run(),
    "extend": lambda scene: services.change_offer(scene.offer, actor=None,
                                                  closes_at=scene.offer.closes_at + timedelta(minutes=5)),
}  # fmt: skip
TABLE = {
    # at the stage:  join      leave            close     value         run               extend
    "entered": ("done", "done", "done", "not-over", "no-value", "done"),
    "closed": ("done", "entry-refused", "done", "done", "no-value", "list-closed"),
    "valued": ("done", "entry-refused", "done", "value-fixed", "done", "list-closed"),
    "drawn": ("done", "done", "done", "value-fixed", "done", "list-closed"),
}


@pytest.mark.parametrize("stage", TABLE)
@pytest.mark.parametrize("act", ACTS)
def test_what_is_possible_at_which_step(stage: str, act: str) -> None:
    """``join`` of who has entered answers with her entry; newcomers are in the test below."""
    scene = make_scene().until(stage)
    before = list(Draw.objects.values()), list(Entry.objects.order_by("pk").values())
    try:
        with transaction.atomic():
            ACTS[act](scene)
        said = "done"
    except DomainError as refused:
        said = refused.code
        assert (list(Draw.objects.values()), list(Entry.objects.order_by("pk").values())) == before
    assert said == TABLE[stage][list(ACTS).index(act)]


@pytest.mark.parametrize("stage", ["closed", "valued", "drawn"])
def test_nobody_joins_once_the_list_is_fixed(stage: str) -> None:
    scene = make_scene()
    late = scene.buyers.pop()
    scene.until(stage)
    with pytest.raises(services.NotOpen):
        services.join(scene.offer, late.member, actor=late.user, at=scene.opening)  # even if her clock is slow
    assert failing(scene.draw) == []


def test_nobody_leaves_between_the_closing_and_the_fixing_of_the_list() -> None:
    scene = make_scene()
    entry = scene.enter()[0]
    with pytest.raises(services.EntryRefused):
        services.leave(entry, actor=scene.buyers[0].user, at=scene.offer.closes_at)


def test_entries_never_close_after_the_value_is_known() -> None:
    scene = make_scene()
    with pytest.raises(InvalidInput):
        services.change_offer(scene.offer, actor=None, closes_at=scene.draw.value_due_at + timedelta(minutes=1))


def test_a_seed_is_committed_to_before_entries_close_or_not_at_all() -> None:
    now = timezone.now()
    moments: dict[str, Any] = {"opens_at": now - timedelta(days=2), "closes_at": now - timedelta(hours=3)}
    with pytest.raises(InvalidInput) as refused:
        make_scene(1, committed_at=moments["closes_at"], **moments)
    assert refused.value.field == "closes_at"
    assert not Draw.objects.exists()


def test_an_early_value_is_refused_and_so_is_one_without_a_source() -> None:
    scene = make_scene().until("closed")
    with pytest.raises(services.DrawRefused) as early:
        scene.value(at=scene.draw.value_due_at - timedelta(seconds=1))
    assert early.value.code == "too-early"
    assert early.value.remedy
    for missing in ({"value": " "}, {"source": ""}, {"value": "1" * 201}, {"source": "1" * 201}):
        with pytest.raises(InvalidInput):
            scene.value(**missing)
    assert Draw.objects.get().value == ""


@pytest.mark.parametrize("act", ["close", "value", "run"])
def test_only_who_manages_the_offer_takes_a_step(act: str) -> None:
    before = {"close": "entered", "value": "closed", "run": "valued"}[act]
    for who, user in make_cast((scene := make_scene().until(before)).tree, permissions.VIEW, permissions.MANAGE):
        steps = {
            "close": lambda actor: services.close_entries(scene.draw, actor=actor, at=scene.after_closing),
            "value": lambda actor: services.enter_value(
                scene.draw, value=VALUE, source="…", actor=actor, at=scene.after_value
            ),
            "run": lambda actor: services.run_draw(scene.draw, actor=actor, at=scene.after_value),
        }
        if "officer" in who or "above" in who:
            continue
        with pytest.raises(NotPermitted):
            steps[act](user)


# What was published stays -----------------------------------------------------------------------------------------
CHANGES: list[dict[str, Any]] = [
    {"commitment": "0" * 64},
    {"digest": "0" * 64},
    {"value": "1"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_who_changes_the_row_past_the_services_is_found_out_by_the_file(change: dict[str, Any]) -> None:
    scene = make_scene().until("drawn")
    assert failing(scene.draw) == []
    Draw.objects.filter(pk=scene.draw.pk).update(**change)
    assert failing(scene.draw) != []


def test_the_history_keeps_what_no_file_can_prove() -> None:
    """When it was committed to what, and where the value was looked up: chained with all else that happened."""
    scene = make_scene().until("drawn")
    told = {entry.action: entry.data for entry in History.objects.filter(action__startswith="bookings.draw.")}
    assert told["bookings.draw.commit"] == {
        "commitment": scene.draw.commitment,
        "value_name": scene.draw.value_name,
    }
    drawn = Draw.objects.get(pk=scene.draw.pk)
    assert told["bookings.draw.value"] == {"value": drawn.value, "source": drawn.value_source}
    assert told["bookings.draw.close"]["digest"] == drawn.digest


def test_the_file_reads_the_same_whatever_happens_after_the_draw() -> None:
    scene = make_scene().until("drawn")
    before, listed = file_of(scene.draw), file_of(scene.draw, with_result=False)
    first, second, third, *_rest = line(scene)
    services.leave(first, actor=None, at=scene.after_value)
    services.accept(second, actor=None, at=scene.after_value)
    services.leave(third, actor=None, at=scene.after_value)
    services.change_offer(scene.offer, actor=None, title="改了名字")
    services.close_offer(scene.offer, actor=None)
    draw = Draw.objects.select_related("offer").get()
    assert (file_of(draw), file_of(draw, with_result=False)) == (before, listed)
    assert failing(draw) == []


def test_a_list_that_was_tampered_with_is_not_drawn_and_not_verified() -> None:
    scene = make_scene().until("valued")
    Entry.objects.filter(pk=line_of_entered(scene)[0].pk).update(quantity=2)
    with pytest.raises(services.DrawRefused) as refused:
        scene.run()
    assert refused.value.code == "list-changed"
    assert Draw.objects.get().drawn_at is None
    assert set(states_of_all(scene)) == {EntryState.ENTERED}
    assert failing(scene.draw) == ["digest"]


def line_of_entered(scene: Scene) -> list[Entry]:
    return list(scene.offer.entries.order_by("ticket"))


def states_of_all(scene: Scene) -> list[str]:
    return list(scene.offer.entries.values_list("state", flat=True))


# After the draw ---------------------------------------------------------------------------------------------------
def test_drawing_again_changes_nothing() -> None:
    scene = make_scene().until("drawn")
    before = list(Draw.objects.values()), list(Entry.objects.order_by("pk").values()), Message.objects.count()
    services.run_draw(scene.draw, actor=None, at=scene.after_value + timedelta(days=1))
    assert (
        list(Draw.objects.values()),
        list(Entry.objects.order_by("pk").values()),
        Message.objects.count(),
    ) == before


def test_whoever_declines_or_does_not_answer_makes_room_for_the_next_exactly_once() -> None:
    scene = make_scene().until("drawn")
    first, second, third, fourth, _fifth = line(scene)
    assert Message.objects.count() == 2
    services.leave(first, actor=None, at=scene.after_value)
    assert states(scene) == ["declined", "offered", "offered", "waiting", "waiting"]
    late = second.answer_until or scene.after_value
    third.refresh_from_db()
    services.accept(third, actor=None, at=scene.after_value)
    assert services.lapse_entries(at=late) == 1
    assert services.lapse_entries(at=late) == 0
    assert states(scene) == ["declined", "lapsed", "taken", "offered", "waiting"]
    fourth.refresh_from_db()
    services.accept(fourth, actor=None, at=late)
    stock = OfferStock.objects.get(offer=scene.offer)
    assert (stock.remaining, stock.held) == (0, 0)
    assert Message.objects.count() == 4
    assert list(differences()) == []


def test_whose_record_has_gone_holds_up_nobody_behind() -> None:
    """The draw ends as its file says; what fell to somebody who is no longer there goes to the next after the time."""
    scene = make_scene().until("valued")
    gone = [buyer.member.pk for buyer in scene.buyers[:4]]
    for key in gone:
        scene.offer.entries.filter(member=key).update(member=uuid7())
    scene.run()
    assert failing(scene.draw) == []
    assert states(scene) == ["offered", "offered", "waiting", "waiting", "waiting"]
    services.leave(line(scene)[0], actor=None, at=scene.after_value)
    for lapsed in (2, 2):
        latest = max(each.answer_until for each in line(scene) if each.answer_until)
        assert services.lapse_entries(at=latest) == lapsed
    assert Message.objects.values_list("user", flat=True).get() == scene.buyers[4].user.pk
    assert list(differences()) == []


def test_an_offer_that_has_ended_is_not_drawn_any_more() -> None:
    scene = make_scene().until("valued")
    services.close_offer(scene.offer, actor=None)
    with pytest.raises(services.DrawRefused) as refused:
        scene.run()
    assert refused.value.code == "offer-over"
    assert stage_of(Draw.objects.select_related("offer").get(), at=scene.after_value) == Stage.OVER


def test_an_empty_list_is_drawn_too() -> None:
    scene = make_scene()
    scene.buyers = []
    scene.until("drawn")
    assert failing(scene.draw) == []


def test_nothing_of_a_person_is_in_the_file() -> None:
    scene = make_scene().until("drawn")
    text = file_of(scene.draw).decode()
    for buyer in scene.buyers:
        assert buyer.member.name not in text
        assert str(buyer.member.pk) not in text
        assert str(buyer.user.pk) not in text
    assert [entry for entry in Entry.objects.all() if str(entry.pk) in text] == []


def test_a_ticket_is_found_however_it_is_typed() -> None:
    scene = make_scene().until("drawn")
    first, _second, third, *_rest = line(scene)
    found = find_ticket(scene.draw, f" {first.ticket[:4].upper()} {first.ticket[4:12]}")
    assert found
    assert (found.ticket, found.place, found.fell) == (first.ticket, 1, True)
    lost = find_ticket(scene.draw, third.ticket)
    assert lost
    assert (lost.place, lost.fell) == (3, False)
    assert find_ticket(scene.draw, first.ticket[:7]) is None
    assert find_ticket(scene.draw, "x" * 32) is None


def test_the_file_differs_from_another_seed_of_the_same_list() -> None:
    """Whoever runs the site cannot show a second, equally sound result for the published commitment."""
    scene = make_scene().until("drawn")
    file = published(scene.draw)
    assert file.result
    other = replace(file, result=replace(file.result, seed="0" * 64))
    assert {check.name for check in verify(other) if not check.passed} >= {"seed", "fingerprint"}
