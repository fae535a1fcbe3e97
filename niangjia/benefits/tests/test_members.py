"""What members and everybody see: what is theirs, why or why not, masked results, letters."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from niangjia.audiences.tests.factories import make_audience
from niangjia.benefits import services
from niangjia.benefits.models import Programme, ProgrammeStatus
from niangjia.benefits.queries.members import Standing, place_of, programmes_for, standings
from niangjia.benefits.tests.factories import Scene, make_people, make_programme, make_scene
from niangjia.bookings import passes
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, Offer, OfferStock
from niangjia.identity.models import User
from niangjia.identity.tests.factories import person
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.notices.models import Message

pytestmark = pytest.mark.django_db


def signed_in(user: User | None) -> Client:
    client = Client()
    assert user
    client.force_login(user)
    return client


def book_online(scene: Scene, member: Member) -> Booking:
    """As the lane does it: a row and its number; nobody writes a letter."""
    booking = services.book_for(scene.programme, member, actor=None, at=scene.now)
    Booking.objects.filter(pk=booking.pk).update(channel="online")
    Message.objects.all().delete()
    return booking


def page(member: Member, programme: Programme) -> str:
    answer = signed_in(member.user).get(reverse("benefits:member-programme", args=[programme.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_eligible_member_gets_a_pass_of_her_own() -> None:
    scene = make_scene().publish()
    member = scene.people[0]
    text = page(member, scene.programme)
    token = text.split('name="pass" value="')[1].split('"')[0]
    read = passes.read(token)
    assert read
    assert (read.member, read.offer) == (member.pk.bytes, scene.programme.pk.bytes)
    assert f'action="/book/{scene.programme.pk}"' in text


def test_home_asks_as_many_questions_for_one_programme_as_for_three() -> None:
    scene = make_scene().publish()
    member = scene.people[0]
    client = signed_in(member.user)
    client.get("/me/")
    counts, shown = [], []
    for more in (0, 2):
        for _each in range(more):
            make_scene(tree=scene.tree, people=0, cleaners=0).publish()
        with CaptureQueriesContext(connection) as asked:
            text = client.get("/me/").content.decode()
        counts.append(len(asked))
        shown.append(text.count('href="/programmes/'))
    assert shown == [1, 3]
    assert counts[0] == counts[1]


def test_standings_of_many_are_those_of_each() -> None:
    """A booking, a list that does not name her, an offer that is still to open."""
    first = make_scene().publish()
    member, stranger = first.people[0], make_people(first.tree, 1, trade="guard")[0]
    book_online(first, member)
    others = [make_scene(tree=first.tree, people=0, cleaners=0).publish() for _ in range(2)]
    Offer.objects.filter(pk=others[1].programme.pk).update(opens_at=timezone.now() + timedelta(hours=1))
    programmes = [scene.programme for scene in (first, *others)]
    at = timezone.now()
    for person_, expected in (
        (member, [Standing.BOOKED, Standing.OPEN, Standing.NOT_YET_OPEN]),
        (stranger, [Standing.NOT_ELIGIBLE, Standing.OPEN, Standing.NOT_YET_OPEN]),
    ):
        assert standings(programmes, person_, at) == list(zip(programmes, expected, strict=True))
        assert [place_of(programme, person_, at).standing for programme in programmes] == expected


def test_who_is_not_eligible_reads_why_and_gets_no_pass() -> None:
    scene = make_scene()
    make_people(scene.tree, 1, trade="guard")
    audience = make_audience(scene.tree.unit, 'member.group == "guard" || member.new_employment', frozen=True)
    services.choose_audience(scene.programme, audience, actor=None)
    scene.publish()
    member = scene.cleaners[0]
    text = page(member, scene.programme)
    place = place_of(scene.programme, member, timezone.now())
    assert place.standing == Standing.NOT_ELIGIBLE
    assert 'name="pass"' not in text
    assert place.why_not[0].clause.text in text
    assert [clause.text in text for clause in place.why_not[0].parts] == [True, True]
    assert "010-83000000" in text


def case_booked(scene: Scene, member: Member) -> None:
    book_online(scene, member)


def case_collected(scene: Scene, member: Member) -> None:
    services.hand_out_now(scene.programme, member, point=scene.point, actor=None, at=timezone.now())


def case_sold_out(scene: Scene, member: Member) -> None:
    OfferStock.objects.filter(offer=scene.programme.pk).update(remaining=0)


def case_closed(scene: Scene, member: Member) -> None:
    Offer.objects.filter(pk=scene.programme.pk).update(closes_at=timezone.now())


def case_not_yet_open(scene: Scene, member: Member) -> None:
    Offer.objects.filter(pk=scene.programme.pk).update(opens_at=timezone.now() + timedelta(hours=1))


CASES = [
    (case_booked, Standing.BOOKED),
    (case_collected, Standing.COLLECTED),
    (case_sold_out, Standing.SOLD_OUT),
    (case_closed, Standing.CLOSED),
    (case_not_yet_open, Standing.NOT_YET_OPEN),
]


@pytest.mark.parametrize(("case", "standing"), CASES, ids=[standing for _case, standing in CASES])
def test_the_page_says_where_she_stands(case: object, standing: Standing) -> None:
    scene = make_scene().publish()
    member = scene.people[0]
    assert place_of(scene.programme, member, timezone.now()).standing == Standing.OPEN
    case(scene, member)  # type: ignore[operator]
    assert place_of(scene.programme, member, timezone.now()).standing == standing
    assert 'name="pass"' not in page(member, scene.programme)


CHANCES = [
    (None, "剩余", "2 份", "符合条件的共 7 人，先到先得"),
    (case_not_yet_open, "慰问品", "2 份", "符合条件的共 7 人"),
]


@pytest.mark.parametrize(("case", "label", "pieces", "people"), CHANCES)
def test_the_page_says_how_many_there_are_and_for_how_many(case: Any, label: str, pieces: str, people: str) -> None:
    scene = make_scene().publish()
    member = scene.people[0]
    if case:
        case(scene, member)
    text = page(member, scene.programme)
    fact = text[text.index(f"<dt>{label}</dt>") :].partition("</div>")[0]
    assert pieces in fact
    assert people in fact


def test_a_clock_of_the_server_that_was_set_back_reopens_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = make_scene().publish()
    booking = book_online(scene, scene.people[0])
    Offer.objects.filter(pk=scene.programme.pk).update(cancel_until=timezone.now())
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=3))
    signed_in(scene.people[0].user).post(reverse("benefits:member-cancel", args=[scene.programme.pk]))
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_she_cancels_until_the_deadline_and_not_after_and_not_for_others() -> None:
    scene = make_scene().publish()
    member, other = scene.people[:2]
    booking = book_online(scene, member)
    address = reverse("benefits:member-cancel", args=[scene.programme.pk])
    assert signed_in(other.user).post(address).status_code == 302
    booking.refresh_from_db()
    assert booking.status == "booked"
    Offer.objects.filter(pk=scene.programme.pk).update(cancel_until=timezone.now())
    signed_in(member.user).post(address)
    booking.refresh_from_db()
    assert booking.status == "booked"
    Offer.objects.filter(pk=scene.programme.pk).update(cancel_until=timezone.now() + timedelta(hours=1))
    assert signed_in(member.user).get(address).status_code == 200
    signed_in(member.user).post(address)
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert Message.objects.filter(user=member.user).count() == 1


def test_a_draft_is_nobodys_business() -> None:
    scene = make_scene()
    for name in ("member-programme", "booked"):
        assert (
            signed_in(scene.people[0].user).get(reverse(f"benefits:{name}", args=[scene.programme.pk])).status_code
            == 404
        )
    for name in ("public", "result", "public-poster"):
        assert Client().get(reverse(f"benefits:{name}", args=[scene.programme.pk])).status_code == 404
    assert scene.programme.name not in Client().get(reverse("benefits:public-list")).content.decode()


def test_who_is_no_member_reads_the_notice() -> None:
    scene = make_scene().publish()
    answer = signed_in(person()).get(reverse("benefits:member-programme", args=[scene.programme.pk]))
    assert answer["Location"] == reverse("benefits:public", args=[scene.programme.pk])


def test_home_shows_her_what_is_hers() -> None:
    scene = make_scene().publish()
    far = make_member(scene.tree.sibling, name="李远")
    assert programmes_for(scene.people[0]) == [scene.programme]
    assert programmes_for(far) == []


def home(user: User | None) -> str:
    return str(signed_in(user).get(reverse("portal:member")).content.decode())


def test_home_says_a_booked_programme_once() -> None:
    scene = make_scene().publish()
    member = scene.people[0]
    assert home(member.user).count(scene.programme.name) == 1
    services.book_for(scene.programme, member, actor=None, at=timezone.now())
    page = home(member.user)
    assert page.count(scene.programme.name) == 1
    assert "等您领取" in page
    assert reverse("benefits:member-programme", args=[scene.programme.pk]) not in page


def test_home_is_silent_about_what_is_over() -> None:
    scene = make_scene().publish()
    services.hand_out_now(scene.programme, scene.people[0], point=scene.point, actor=None, at=timezone.now())
    assert scene.programme.name not in home(scene.people[0].user)
    assert scene.programme.name in home(scene.people[1].user)


def test_home_keeps_what_is_booked_and_cannot_be_collected_yet() -> None:
    scene = make_scene()
    later = timezone.now() + timedelta(days=5)
    Programme.objects.filter(pk=scene.programme.pk).update(collect_from=later)
    scene.programme.refresh_from_db()
    scene.publish()
    services.book_for(scene.programme, scene.people[0], actor=None, at=timezone.now())
    page = home(scene.people[0].user)
    assert page.count(scene.programme.name) == 1
    assert reverse("benefits:member-programme", args=[scene.programme.pk]) in page


# Everybody --------------------------------------------------------------------------------------------------------
def test_the_notice_is_public_and_says_the_rule() -> None:
    scene = make_scene().publish()
    text = Client().get(reverse("benefits:public", args=[scene.programme.pk])).content.decode()
    for said in (scene.programme.name, scene.programme.purpose, "干果礼盒", "天桥职工服务站", "天桥街道总工会"):
        assert said in text
    assert scene.programme.name in Client().get(reverse("benefits:public-list")).content.decode()
    assert Client().get(reverse("benefits:public-poster", args=[scene.programme.pk])).content.startswith(b"%PDF")


def test_the_result_names_nobody_and_only_after_closing() -> None:
    scene = make_scene(cleaners=2).publish()
    services.hand_out_now(scene.programme, scene.people[0], point=scene.point, actor=None, at=timezone.now())
    split = scene.split()
    services.fill_list(split, actor=None)
    services.record_sheet(split, actor=None, at=timezone.now())
    address = reverse("benefits:result", args=[scene.programme.pk])
    assert "＊" not in Client().get(address).content.decode()
    services.close_programme(scene.programme, actor=None, at=timezone.now() + timedelta(days=11))
    text = Client().get(address).content.decode()
    assert text.count("＊") == 3
    for member in (scene.people[0], *scene.cleaners):
        assert member.name not in text
        assert member.id_tail not in text


# Letters ----------------------------------------------------------------------------------------------------------
def test_a_booking_is_confirmed_once() -> None:
    scene = make_scene().publish()
    book_online(scene, scene.people[0])
    assert (services.tell_booked(), services.tell_booked()) == (1, 0)
    letter = Message.objects.get()
    assert letter.user == scene.people[0].user
    assert letter.link == reverse("benefits:member-programme", args=[scene.programme.pk])
    book_online(scene, scene.people[1])
    assert services.tell_booked() == 1


def test_who_was_booked_for_or_has_cancelled_is_not_told_again() -> None:
    scene = make_scene().publish()
    services.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)
    bookings.cancel_booking(book_online(scene, scene.people[1]), actor=None, at=scene.now)
    Message.objects.all().delete()
    assert services.tell_booked() == 0
    assert not Message.objects.exists()


def test_who_has_not_collected_is_reminded_once_on_the_last_day() -> None:
    scene = make_scene().publish()
    book_online(scene, scene.people[0])
    services.hand_out_now(scene.programme, scene.people[1], point=scene.point, actor=None, at=timezone.now())
    Message.objects.all().delete()
    assert scene.programme.collect_until
    late = scene.programme.collect_until - timedelta(hours=20)
    assert services.remind_collectors(at=scene.now) == 0
    assert (services.remind_collectors(at=late), services.remind_collectors(at=late)) == (1, 0)
    assert Message.objects.get().user == scene.people[0].user


def test_a_programme_opens_by_the_clock() -> None:
    scene = make_scene()
    soon = scene.now + timedelta(hours=1)
    services.change_programme(scene.programme, actor=None, at=scene.now, opens_at=soon)
    scene.programme.refresh_from_db()
    scene.publish()
    assert scene.programme.status == ProgrammeStatus.PUBLISHED
    assert (services.open_due(at=scene.now), services.open_due(at=soon), services.open_due(at=soon)) == (0, 1, 0)
    assert make_programme(scene.tree).status == ProgrammeStatus.DRAFT
