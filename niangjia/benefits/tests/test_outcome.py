"""Who has asked for a booking by a form is told what has come of it: by what is on record, not by the address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from niangjia.audiences.tests.factories import make_audience
from niangjia.benefits import services
from niangjia.benefits.models import Programme
from niangjia.benefits.queries.members import Standing, place_of
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.benefits.views.outcome import WHILE_OPEN
from niangjia.bookings import services as bookings
from niangjia.bookings.lane import outcomes
from niangjia.bookings.models import (
    Allocation,
    Booking,
    Claimant,
    Entry,
    EntryState,
    Method,
    Offer,
    OfferStock,
)
from niangjia.bookings.tests.client import LaneClient
from niangjia.members.models import Member

pytestmark = pytest.mark.django_db
NAMES = sorted({"booked", "already-booked", *outcomes.WORDS})


def signed_in(member: Member) -> Client:
    client = Client()
    assert member.user
    client.force_login(member.user)
    return client


def told(client: Client, address: str) -> tuple[str, str]:
    """The heading of the page, and what is said above it."""
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    heading = text.split("<h1", 1)[1].split("</h1>")[0].partition(">")[2]
    notices = text.split('id="notices"', 1)[1].split("\n</div>")[0].partition(">")[2]
    return strip_tags(heading).strip(), strip_tags(notices).strip()


# Every standing, really reached -----------------------------------------------------------------------------------
def _open(scene: Scene) -> Member:
    return scene.people[0]


def _booked(scene: Scene) -> Member:
    services.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)
    return scene.people[0]


def _collected(scene: Scene) -> Member:
    services.hand_out_now(scene.programme, scene.people[0], point=scene.point, actor=None, at=timezone.now())
    return scene.people[0]


def _missed(scene: Scene) -> Member:
    _booked(scene)
    offer = Offer.objects.get(pk=scene.programme.pk)
    bookings.expire_bookings(offer, actor=None, at=scene.now + timedelta(days=11))
    return scene.people[0]


def _listed(scene: Scene) -> Member:
    services.fill_list(scene.split(), actor=None)
    return scene.cleaners[0]


def _handed_out(scene: Scene) -> Member:
    split = scene.split()
    services.fill_list(split, actor=None)
    services.record_sheet(split, actor=None, at=timezone.now())
    return scene.cleaners[0]


def _sold_out(scene: Scene) -> Member:
    OfferStock.objects.filter(offer=scene.programme.pk).update(remaining=0)
    return scene.people[0]


def _closed(scene: Scene) -> Member:
    Offer.objects.filter(pk=scene.programme.pk).update(closes_at=timezone.now())
    return scene.people[0]


def _not_yet_open(scene: Scene) -> Member:
    Offer.objects.filter(pk=scene.programme.pk).update(opens_at=timezone.now() + timedelta(hours=1))
    return scene.people[0]


def _not_eligible(scene: Scene) -> Member:
    audience = make_audience(scene.tree.unit, 'member.group == "guard"', frozen=True)
    Programme.objects.filter(pk=scene.programme.pk).update(audience=audience)
    Offer.objects.filter(pk=scene.programme.pk).update(audience=audience)
    scene.programme.refresh_from_db()
    return scene.people[0]


def _offline_only(scene: Scene) -> Member:
    OfferStock.objects.filter(offer=scene.programme.pk).delete()
    Offer.objects.filter(pk=scene.programme.pk).delete()
    return scene.people[0]


def _in_line(state: EntryState, **fields: Any) -> Callable[[Scene], Member]:
    """Whoever waits, or has waited in vain, while booking is over for everybody else."""

    def reach(scene: Scene) -> Member:
        offer = Offer.objects.get(pk=scene.programme.pk)
        known = {"organization": offer.organization, "organization_path": offer.organization_path, "position": 1}
        Entry.objects.create(**known, offer=offer, member=scene.people[0], state=state, **fields)
        return _closed(scene)

    return reach


def _may_enter(scene: Scene) -> Member:
    Offer.objects.filter(pk=scene.programme.pk).update(method=Method.DRAW)
    return scene.people[0]


def _entered(scene: Scene) -> Member:
    _in_line(EntryState.ENTERED)(scene)
    Offer.objects.update(closes_at=timezone.now() + timedelta(hours=1))
    return _may_enter(scene)


def _limit_reached(scene: Scene) -> Member:
    limit = bookings.create_limit(organization=scene.tree.unit, name="每会一份", who="unit", most=1, actor=None)
    Allocation.objects.get(pk=scene.programme.pk).limits.add(limit)
    Offer.objects.filter(pk=scene.programme.pk).update(by_terms=True)
    for member in scene.people:
        Claimant.objects.create(
            offer_id=scene.programme.pk, member_id=member.pk, quantity=1, unit_id=member.organization_id
        )
    services.book_for(scene.programme, scene.people[1], actor=None, at=scene.now)
    return scene.people[0]


SOON = timezone.now() + timedelta(days=30)
STANDINGS: dict[Standing, tuple[Callable[[Scene], Member], str]] = {
    Standing.BOOKED: (_booked, "您之前已经预订，这是您的预订。"),
    Standing.COLLECTED: (_collected, "您之前已经预订，慰问品也已领取。"),
    Standing.MISSED: (_missed, "您之前已经预订，但没有在领取时间内领取。"),
    Standing.LISTED: (_listed, "这次没有预订：已经为您留了一份。"),
    Standing.HANDED_OUT: (_handed_out, "这次没有预订：您已经签收了一份。"),
    Standing.OFFLINE_ONLY: (_offline_only, "这次没有预订：本次慰问品只在现场发放。"),
    Standing.NOT_ELIGIBLE: (_not_eligible, "您暂时不能预订，原因见下。"),
    Standing.NOT_YET_OPEN: (_not_yet_open, "预订还没有开始。"),
    Standing.SOLD_OUT: (_sold_out, "您提交时已全部订完。"),
    Standing.CLOSED: (_closed, "预订已经结束。"),
    Standing.KEPT: (_in_line(EntryState.OFFERED, answer_until=SOON), "已经为您留了一份，请在下面选择接受或放弃。"),
    Standing.WAITING: (_in_line(EntryState.WAITING), "这次没有预订：您已在候补名单中。"),
    Standing.ENTERED: (_entered, "这次没有预订：您已报名抽签。"),
    Standing.MAY_ENTER: (_may_enter, "本次慰问品由抽签决定，不用赶时间。"),
    Standing.LIMIT: (_limit_reached, "已达到限额，页面上写明了是哪一项。"),
    Standing.LAPSED: (_in_line(EntryState.LAPSED), "这次没有预订：答复时间已过。"),
    Standing.NOT_REACHED: (_in_line(EntryState.ENDED), "这次没有预订：没有轮到您。"),
}
FREE = "您目前没有预订，慰问品还有，点按钮即可预订。"
BUSY = "现在预订的人很多，请再点一次按钮，不会重复预订。"
STALE = "页面打开时间过久，请再点一次按钮。"
FAILED = "这次预订没有成功，请再点一次按钮；如果仍不成功，请联系工会。"
STRANGE = "这次请求不是从本页发出的，请在这里点按钮预订。"
WHILE_FREE = {
    FREE: [
        "booked",
        "already-booked",
        "sold-out",
        "limit",
        "by-draw",
        "not-eligible",
        "not-yet-open",
        "closed",
        "unknown-programme",
    ],
    BUSY: ["overloaded", "outcome-unknown", "unavailable"],
    STALE: ["bad-pass", "expired-pass", "revoked-pass", "other-programme"],
    FAILED: ["failed"],
    STRANGE: ["no-pass", "foreign-origin", "invalid-request", "method-not-allowed"],
}


def test_the_tables_know_every_outcome_and_every_standing() -> None:
    assert sorted(WHILE_OPEN) == NAMES == sorted(name for names in WHILE_FREE.values() for name in names)
    assert {*STANDINGS, Standing.OPEN} == set(Standing)


@pytest.mark.parametrize("standing", STANDINGS)
def test_where_she_stands_decides_whatever_the_address_says(standing: Standing) -> None:
    scene = make_scene().publish()
    reach, words = STANDINGS[standing]
    member = reach(scene)
    assert place_of(scene.programme, member, timezone.now()).standing == standing
    client, address = signed_in(member), reverse("benefits:booked", args=[scene.programme.pk])
    heading, nothing = told(client, reverse("benefits:member-programme", args=[scene.programme.pk]))
    assert nothing == ""
    for name in NAMES:
        expected = "预订成功。" if (name, standing) == ("booked", Standing.BOOKED) else words
        assert told(client, f"{address}?outcome={name}") == (heading, expected), name


def test_while_she_may_book_the_answer_adds_what_no_record_can_tell() -> None:
    scene = make_scene().publish()
    client, address = signed_in(_open(scene)), reverse("benefits:booked", args=[scene.programme.pk])
    for words, names in WHILE_FREE.items():
        for name in names:
            assert told(client, f"{address}?outcome={name}") == ("干果礼盒，为您准备了一份", words), name
    assert not Booking.objects.exists()


@pytest.mark.parametrize("query", ["", "?outcome=", "?outcome=nonsense", "?outcome=<script>", "?other=booked"])
def test_a_name_that_the_counter_never_gives_says_nothing(query: str) -> None:
    scene = make_scene().publish()
    for member in (_booked(scene), scene.people[1]):
        address = reverse("benefits:booked", args=[scene.programme.pk])
        assert told(signed_in(member), address + query)[1] == ""


@pytest.mark.django_db(transaction=True)
def test_what_the_form_has_done_is_what_its_page_says() -> None:
    scene = make_scene(online=2, protected=0).publish()
    one, two, three = scene.people[:3]
    offer = Offer.objects.get(pk=scene.programme.pk)
    old = bookings.issue_pass(offer, one)
    asked = [
        (one, old, "您已预订，编号 1", "预订成功。"),
        (one, old, "您已预订，编号 1", "您之前已经预订，这是您的预订。"),
        (two, "x", "干果礼盒，为您准备了一份", STALE),
        (two, bookings.issue_pass(offer, two), "您已预订，编号 2", "预订成功。"),
        (three, bookings.issue_pass(offer, three), "已全部订完", "您提交时已全部订完。"),
    ]
    with LaneClient() as lane:
        for member, token, heading, words in asked:
            answer = lane.post(offer, data={"pass": token})
            assert answer.status_code == 303
            assert told(signed_in(member), answer.headers["location"]) == (heading, words)
        bookings.cancel_booking(Booking.objects.get(member=one), actor=one.user, at=timezone.now())
        answer = lane.post(offer, data={"pass": old})
        assert told(signed_in(one), answer.headers["location"]) == ("干果礼盒，为您准备了一份", STALE)
        unknown = urlsplit(lane.post(one.pk, data={"pass": old}).headers["location"])
        assert (unknown.query, signed_in(one).get(unknown.path).status_code) == ("outcome=unknown-programme", 404)
