"""Draws with real connections: who comes while entries close is on the list or refused, and it is drawn once."""

import threading
from typing import Any

import pytest
from django.db import connection

from niangjia.bookings import drawing, services
from niangjia.bookings.models import Draw, Entry, EntryState, Offer, OfferStock
from niangjia.bookings.queries import differences
from niangjia.bookings.services import entries
from niangjia.bookings.tests.drawn import Scene, make_scene
from niangjia.bookings.tests.races import together
from niangjia.notices.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def storm(scene: Scene) -> list[Any]:
    """All join in the last moment while the list is being closed, from as many connections."""
    at = scene.opening
    jobs = [lambda one=one: services.join(scene.offer, one.member, actor=one.user, at=at) for one in scene.buyers]
    closing = [lambda: services.close_entries(scene.draw, actor=None, at=scene.after_closing)]
    return together([*jobs[:3], *closing, *jobs[3:]])


def test_whoever_joins_while_entries_close_is_on_the_list_or_is_refused() -> None:
    scene = make_scene(6)
    answers = storm(scene)
    joined = [answer for answer in answers if isinstance(answer, Entry)]
    refused = [answer for answer in answers if isinstance(answer, services.NotOpen)]
    assert len(joined) + len(refused) == 6
    draw = Draw.objects.get()
    assert draw.entries == len(joined) == Entry.objects.count()
    assert draw.digest == drawing.digest(services.blinded(scene.offer))


def test_control_without_the_lock_somebody_slips_in_after_the_list_was_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = make_scene(2)
    looked, closed = threading.Event(), threading.Event()

    def unlocked(offer_id: Any) -> tuple[OfferStock, Offer]:
        return OfferStock.objects.get(offer_id=offer_id), Offer.objects.select_related("organization").get(pk=offer_id)

    def slow(offer: Offer) -> bool:
        found = Draw.objects.filter(offer=offer, closed_at__isnull=False).exists()
        looked.set()
        closed.wait(10)
        return found

    monkeypatch.setattr(entries, "locked_stock", unlocked)
    monkeypatch.setattr(entries, "_list_is_closed", slow)
    buyer = scene.buyers[0]

    def close() -> None:
        looked.wait(10)
        services.close_entries(scene.draw, actor=None, at=scene.after_closing)
        closed.set()

    together([lambda: services.join(scene.offer, buyer.member, actor=buyer.user, at=scene.opening), close])
    draw = Draw.objects.get()
    assert draw.digest != drawing.digest(services.blinded(scene.offer))


def test_many_who_draw_at_once_draw_once() -> None:
    scene = make_scene(6).until("valued")
    answers = together([lambda: services.run_draw(scene.draw, actor=None, at=scene.after_value)] * 4)
    assert {answer.drawn_at for answer in answers} == {Draw.objects.get().drawn_at}
    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Entry.objects.filter(state=EntryState.OFFERED).count() == 2
    assert Message.objects.count() == 2
    assert list(differences()) == []
    connection.close()


def test_many_declining_and_lapsing_at_once_call_the_next_exactly_once() -> None:
    scene = make_scene(6).until("drawn")
    first, second = Entry.objects.filter(state=EntryState.OFFERED).order_by("position")
    late = first.answer_until or scene.after_value
    jobs = [lambda: services.lapse_entries(at=late), lambda: services.leave(first, actor=None, at=late)]
    together(jobs * 2)
    offered = Entry.objects.filter(state=EntryState.OFFERED).order_by("position")
    assert list(offered.values_list("position", flat=True)) == [3, 4]
    second.refresh_from_db()
    assert second.state == EntryState.LAPSED
    assert list(differences()) == []
