"""Standing in line: what the member reads and may do, what the officer sees, and who acts for a person at the desk."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from niangjia.benefits import services
from niangjia.benefits.checks import differences
from niangjia.benefits.models import Handout
from niangjia.benefits.queries.members import Place, Standing, place_of
from niangjia.benefits.services import AlreadyServed
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.benefits.tests.test_allocation import choose, share
from niangjia.benefits.tests.test_members import page, signed_in
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Booking, Draw, Entry, EntryState, Exemption, Method, Offer, Share
from niangjia.core.errors import DomainError
from niangjia.identity.tests.factories import holder
from niangjia.members.models import Member
from niangjia.vouchers import permissions as vouchers
from niangjia.vouchers.services import ensure_voucher, redeem

pytestmark = pytest.mark.django_db


def drawn(**fields: Any) -> Scene:
    scene = make_scene(online=3, protected=0)
    closes = scene.programme.closes_at
    assert closes
    choose(scene, method=Method.DRAW, value_name="开奖号码", value_due_at=closes, **fields)
    return scene.publish()


def sold_out(*, left: int = 0) -> Scene:
    """Two gifts, booked but for ``left``; there is a waiting list."""
    scene = make_scene(online=2, protected=0, waiting_list=True).publish()
    for member in scene.people[: 2 - left]:
        services.book_for(scene.programme, member, actor=None, at=scene.now)
    return scene


def place(scene: Scene, member: Member, at: Any = None) -> Place:
    return place_of(scene.programme, member, at or timezone.now())


def send(member: Member, name: str, scene: Scene) -> str:
    """Press the button, and read the page that follows."""
    answer = signed_in(member.user).post(reverse(name, args=[scene.programme.pk]), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


# A draw -----------------------------------------------------------------------------------------------------------
def test_she_enters_reads_her_chance_and_withdraws() -> None:
    scene = drawn()
    member, *others = scene.people
    assert place(scene, member).standing == Standing.MAY_ENTER
    assert "报名抽签" in page(member, scene.programme)
    for each in (member, *others):
        send(each, "benefits:member-join", scene)
    found = place(scene, member)
    assert found.chance
    assert (found.standing, found.chance.entered, found.chance.of_hundred) == (Standing.ENTERED, 4, 75)
    entry = Entry.objects.get(member=member)
    assert entry.ticket in page(member, scene.programme)
    send(member, "benefits:member-leave", scene)
    assert place(scene, member).standing == Standing.MAY_ENTER
    send(member, "benefits:member-join", scene)
    assert Entry.objects.filter(member=member, state=EntryState.ENTERED).count() == 1


def test_a_share_changes_the_chance_of_those_in_it() -> None:
    scene = make_scene(online=3, protected=0, people=6, cleaners=2)
    closes = scene.programme.closes_at
    choose(scene, method=Method.DRAW, value_name="开奖号码", value_due_at=closes, shares=[share(scene, 1)])
    scene.publish()
    for each in (*scene.people, *scene.cleaners):
        services.join_line(scene.programme, each, actor=each.user, at=timezone.now())
    within, without = place(scene, scene.cleaners[0]).chance, place(scene, scene.people[0]).chance
    assert within
    assert without
    # one gift for two cleaners; then two for the seven who are left
    assert [(group.name, group.pieces, group.wanted) for group in within.shares] == [("保洁员", 1, 2)]
    assert (without.shares, without.rest.pieces, without.rest.wanted) == ((), 2, 7)
    assert (within.of_hundred, without.of_hundred) == (64, 28)
    text = page(scene.cleaners[0], scene.programme)
    assert "每 100 人约有 64 人抽中" in text
    assert "1 份，报名共需 2 份" in text


def run(scene: Scene) -> None:
    draw, late = Draw.objects.get(), timezone.now() + timedelta(days=4)
    bookings.close_entries(draw, actor=None, at=late)
    bookings.enter_value(draw, value="123", source="公报", actor=None, at=late)
    bookings.run_draw(draw, actor=None, at=late)


def test_after_the_draw_some_answer_and_some_wait() -> None:
    scene = drawn()
    for each in scene.people:
        send(each, "benefits:member-join", scene)
    run(scene)
    late = timezone.now() + timedelta(days=4, hours=1)
    standings = {each: place(scene, each, late).standing for each in scene.people}
    assert sorted(standings.values()) == ["kept", "kept", "kept", "waiting"]
    waiting = next(each for each, found in standings.items() if found == "waiting")
    kept, declining, lapsing = (each for each, found in standings.items() if found == "kept")
    assert "您在候补名单上，前面还有 0 人" in page(waiting, scene.programme)
    assert "请在此之前答复" in page(kept, scene.programme)
    assert "这一份已归您" in send(kept, "benefits:member-accept", scene)
    send(kept, "benefits:member-accept", scene)
    assert Booking.objects.filter(member=kept).count() == 1
    send(declining, "benefits:member-leave", scene)
    assert place(scene, waiting).standing == Standing.KEPT
    bookings.lapse_entries(at=late + timedelta(days=2))
    assert place(scene, lapsing, late + timedelta(days=2)).standing == Standing.LAPSED
    assert "没有收到您的答复" in page(lapsing, scene.programme)


# The waiting list -------------------------------------------------------------------------------------------------
def test_she_waits_is_called_and_accepts_from_her_own_list() -> None:
    scene = sold_out()
    first, _second, waiting, behind = scene.people
    assert place(scene, waiting).may_wait
    text = page(waiting, scene.programme)
    assert "登记候补" in text
    assert "您前面还有 0 人在等。 到现在还没有轮到过人。" in text
    send(waiting, "benefits:member-join", scene)
    assert "您前面还有 1 人在等。" in page(behind, scene.programme)
    send(behind, "benefits:member-join", scene)
    found = place(scene, behind)
    assert found.ahead
    assert (found.standing, found.ahead.waiting) == (Standing.WAITING, 1)
    services.cancel_own(Booking.objects.get(member=first), first, actor=first.user, at=timezone.now())  # type: ignore[arg-type]
    assert place(scene, waiting).standing == Standing.KEPT
    assert place(scene, first).standing == Standing.SOLD_OUT
    assert "您前面还有 0 人在等。 到现在已轮到 1 人。" in page(behind, scene.programme)
    text = signed_in(waiting.user).get("/me/bookings/").content.decode()
    assert reverse("benefits:member-accept", args=[scene.programme.pk]) in text
    assert "请在" in text
    send(waiting, "benefits:member-accept", scene)
    assert Booking.objects.get(member=waiting).status == "booked"
    assert list(differences()) == []


def test_who_can_book_need_not_wait_and_nobody_answers_for_another() -> None:
    scene = sold_out(left=1)
    member, other = scene.people[2:]
    assert place(scene, member).standing == Standing.OPEN
    assert "还有剩余，不必候补" in send(member, "benefits:member-join", scene)
    assert not Entry.objects.exists()
    send(other, "benefits:member-accept", scene)
    assert not Booking.objects.filter(member=other).exists()


def test_leaving_is_asked_once_more_and_changes_nothing_before() -> None:
    scene = sold_out()
    member = scene.people[2]
    send(member, "benefits:member-join", scene)
    answer = signed_in(member.user).get(reverse("benefits:member-leave", args=[scene.programme.pk]))
    assert "退出候补" in answer.content.decode()
    assert Entry.objects.get().state == EntryState.WAITING
    send(member, "benefits:member-leave", scene)
    assert Entry.objects.get().state == EntryState.LEFT


def test_a_limit_that_is_reached_is_named() -> None:
    scene = make_scene(online=2, protected=0)
    limit = bookings.create_limit(organization=scene.tree.unit, name="今冬限领", who="unit", most=1, actor=None)
    choose(scene, limits=[limit])
    scene.publish()
    services.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)
    found = place(scene, scene.people[1])
    assert (found.standing, found.limits) == (Standing.LIMIT, [limit])
    assert "今冬限领（每个工会最多 1 份）" in page(scene.people[1], scene.programme)


# The officer ------------------------------------------------------------------------------------------------------
def test_the_officer_sees_the_line_with_masked_names() -> None:
    scene = sold_out()
    for each in scene.people[2:]:
        send(each, "benefits:member-join", scene)
    client = signed_in(scene.officer)
    address = reverse("benefits:line", args=[scene.programme.pk])
    text = client.get(address).content.decode()
    assert "张＊" in text
    assert not any(member.name in text for member in scene.people)
    file = client.get(address, {"format": "xlsx"})
    names = [row[0].value for row in load_workbook(io.BytesIO(file.content)).active.iter_rows()]  # type: ignore[union-attr]
    assert names.count("张＊") == 2
    live = client.get(reverse("benefits:live", args=[scene.programme.pk])).content.decode()
    assert address in live


def test_the_officer_frees_a_share() -> None:
    scene = make_scene(online=3, protected=0)
    choose(scene, shares=[share(scene, 2)])
    scene.publish()
    member = scene.people[0]
    assert place(scene, member).left == 1
    one = Share.objects.get(allocation=scene.programme.pk)
    client = signed_in(scene.officer)
    address = reverse("benefits:share-free", args=[scene.programme.pk, one.pk])
    assert address in client.get(reverse("benefits:live", args=[scene.programme.pk])).content.decode()
    client.post(address)
    assert place(scene, member).left == 3
    assert signed_in(holder(vouchers.REDEEM, at=scene.tree.unit)).post(address).status_code == 404


def test_a_helper_enters_a_person_without_a_phone() -> None:
    scene = drawn()
    member = scene.people[0]
    client = signed_in(scene.officer)
    address = reverse("benefits:desk-person", args=[scene.programme.pk, member.pk])
    assert "代本人报名抽签" in client.get(address).content.decode()
    client.post(address, {"do": "join"})
    entry = Entry.objects.get()
    assert (entry.member_id, entry.channel, entry.helper) == (member.pk, "assisted", scene.officer)
    run(scene)
    assert "代本人接受" in client.get(address).content.decode()
    client.post(address, {"do": "accept"})
    assert Booking.objects.get().channel == "assisted"


# Both channels ----------------------------------------------------------------------------------------------------
def cleaner_with_booking(scene: Scene) -> tuple[Booking, Handout]:
    scene.publish()
    split = scene.split()
    services.fill_list(split, actor=None)
    handout = split.handouts.order_by("number").first()
    assert handout
    booking = bookings.book_assisted(Offer.objects.get(), handout.member, actor=None)
    return booking, handout


def test_who_was_handed_a_pack_is_not_handed_the_booked_gift_too() -> None:
    """She booked after she had been put on the list; the pack was handed out by paper, before the booking was seen."""
    scene = make_scene()
    booking, handout = cleaner_with_booking(scene)
    Handout.objects.filter(pk=handout.pk).update(status="handed_out", handed_at=scene.now, helper_name="x")
    voucher = ensure_voucher(booking.pk)
    assert voucher
    with pytest.raises(DomainError) as refused, transaction.atomic():
        redeem(voucher, actor=scene.officer, point=None, at=timezone.now())
    assert refused.value.code == "already-served"
    client = signed_in(scene.officer)
    client.post(
        reverse("benefits:desk-allow", args=[scene.programme.pk, booking.member_id]), {"reason": "第一份已损坏"}
    )
    assert Exemption.objects.get().by == scene.officer
    redeem(voucher, actor=scene.officer, point=None, at=timezone.now())


def test_a_pack_is_counted_under_the_limit_of_its_programme() -> None:
    scene = make_scene(cleaners=2)
    made = bookings.create_limit(organization=scene.tree.unit, name="限领", who="unit", most=1, actor=None)
    choose(scene, limits=[made])
    scene.publish()
    split = scene.split()
    services.fill_list(split, actor=None)
    recorded = services.record_sheet(split, actor=None, at=scene.now)
    assert (recorded.done, [number for number, _why in recorded.refused]) == (1, [2])
    assert "限领" in recorded.refused[0][1]
    second = split.handouts.get(number=2)
    with pytest.raises(bookings.LimitReached), transaction.atomic():
        services.record_handout(second, actor=None, at=scene.now)
    signed_in(scene.officer).post(
        reverse("benefits:handout-allow", args=[scene.programme.pk, second.pk]), {"reason": "节日值班"}
    )
    services.record_handout(second, actor=None, at=scene.now)
    services.undo_handout(split.handouts.get(number=1), reason="登记错了", actor=None)
    services.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)  # the count is free again
    assert list(differences()) == []


def test_who_was_served_offline_meanwhile_does_not_accept() -> None:
    scene = sold_out()
    cleaner = scene.cleaners[0]
    send(cleaner, "benefits:member-join", scene)
    split = scene.split()
    services.put_on_list(split, cleaner, actor=None)
    first = scene.people[0]
    bookings.cancel_booking(Booking.objects.get(member=first), actor=None, at=timezone.now())
    with pytest.raises(AlreadyServed), transaction.atomic():
        services.accept_gift(scene.programme, Entry.objects.get(), actor=cleaner.user, at=timezone.now())
