"""One person is put on the list of a group by hand, or learns why not."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.audit.models import Entry
from niangjia.benefits import services
from niangjia.benefits.models import Handout, HandoutStatus, Split
from niangjia.benefits.tests.factories import OFFICER, OWN, Scene, make_people, make_scene
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.members.models import Member
from niangjia.members.permissions import VIEW as SEE_MEMBERS
from niangjia.ui import formats

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene(cleaners=2).publish()


@pytest.fixture
def split(scene: Scene) -> Split:
    return scene.split()


def asking(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def search(split: Split) -> str:
    return reverse("benefits:group-people", args=[split.programme_id, split.pk])


def page_of(split: Split, member: Member) -> str:
    return reverse("benefits:group-person", args=[split.programme_id, split.pk, member.pk])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_person_is_found_with_the_numbers_masked(scene: Scene, split: Split) -> None:
    cleaner = make_people(scene.tree, 1, trade="cleaner", phone="13912345678")[0]
    client = asking(scene.officer)
    shown = text(client.get(search(split), {"q": "张一"}))
    assert page_of(split, cleaner) in shown
    assert formats.masked_phone("13912345678") in shown
    assert str(cleaner.phone) not in shown
    assert str(cleaner.id_number) not in shown
    assert page_of(split, cleaner) in text(client.get(search(split), {"q": cleaner.phone}))
    assert client.get(search(split), {"q": "张"}).status_code == 422


def test_the_search_is_of_this_groups_list_and_not_of_the_programmes(scene: Scene, split: Split) -> None:
    """Everybody may book online, only cleaners are on the list of the group."""
    client, outsider = asking(scene.officer), {"q": scene.people[0].id_tail}
    desk = reverse("benefits:desk", args=[scene.programme.pk])
    assert "不符合" not in text(client.get(desk, outsider))
    assert "不符合" in text(client.get(search(split), outsider))


def test_an_eligible_person_is_put_on_the_list(scene: Scene, split: Split) -> None:
    client, person = asking(scene.officer), scene.cleaners[0]
    shown = text(client.get(page_of(split, person)))
    assert "列入名单" in shown
    answer = client.post(page_of(split, person))
    assert answer["Location"] == reverse("benefits:group", args=[split.programme_id, split.pk])
    handout = Handout.objects.get()
    assert (handout.member, handout.split, handout.status) == (person, split, HandoutStatus.LISTED)
    assert Entry.objects.filter(action="benefits.handout.list", actor_id=scene.officer.pk).count() == 1
    shown = text(client.get(page_of(split, person)))
    assert reverse("benefits:handout", args=[split.programme_id, handout.pk]) in shown
    assert '<form method="post"><input' not in shown


def full(scene: Scene, split: Split) -> Member:
    Split.objects.filter(pk=split.pk).update(quantity=1)
    services.put_on_list(split, scene.cleaners[0], actor=None)
    return scene.cleaners[1]


def booked(scene: Scene, _split: Split) -> Member:
    services.book_for(scene.programme, scene.cleaners[0], actor=None, at=scene.now)
    return scene.cleaners[0]


def elsewhere(scene: Scene, split: Split) -> Member:
    Split.objects.filter(pk=split.pk).update(quantity=3)
    other = scene.split(name="另一组", quantity=2)
    services.put_on_list(other, scene.cleaners[0], actor=None)
    return scene.cleaners[0]


def newcomer(scene: Scene, _split: Split) -> Member:
    return make_people(scene.tree, 1, trade="cleaner", on_duty_festival=True)[0]


CASES = [
    ("no cleaner", lambda scene, split: scene.people[0], ["保洁", "更正"]),
    ("joined after the list was frozen", newcomer, ["锁定", "更正"]),
    ("all packs taken", full, ["已满", "移出"]),
    ("booked online", booked, ["已在线上预订", "预订"]),
    ("on another list", elsewhere, ["另一组"]),
]


@pytest.mark.parametrize(("case", "prepare", "said"), CASES, ids=[case for case, _prepare, _said in CASES])
def test_a_refusal_is_read_before_it_is_met_and_changes_nothing(
    scene: Scene, split: Split, case: str, prepare: Any, said: list[str]
) -> None:
    person = prepare(scene, split)
    client, before = asking(scene.officer), Handout.objects.count()
    read = text(client.get(page_of(split, person)))
    answer = client.post(page_of(split, person))
    assert answer.status_code == 409
    for shown in (read, text(answer)):
        callout = shown.split('class="callout warn"')[1].split("</section>")[0]
        assert [word for word in said if word not in callout] == []
    assert Handout.objects.count() == before


def test_every_condition_is_shown_with_what_was_found(scene: Scene) -> None:
    courier = make_people(scene.tree, 1, trade="courier")[0]
    card = text(asking(scene.officer).get(page_of(scene.split(), courier))).split("条件核对</h2>")[1]
    assert [word for word in ("不满足", "登记为：快递员", "锁定的名单为准") if word not in card] == []


def test_who_was_taken_off_is_put_on_again(scene: Scene, split: Split) -> None:
    client, person = asking(scene.officer), scene.cleaners[0]
    client.post(page_of(split, person))
    handout = Handout.objects.get()
    undo = reverse("benefits:handout-undo", args=[split.programme_id, handout.pk])
    assert client.post(undo, {"reason": "已调离"}).status_code == 302
    client.post(page_of(split, person))
    handout.refresh_from_db()
    assert (Handout.objects.count(), handout.status) == (1, HandoutStatus.LISTED)


@pytest.mark.parametrize(
    ("who", "status"), [("member", 404), ("nobody", 404), ("officer", 200), ("above", 200), ("elsewhere", 404)]
)
def test_only_who_hands_out_here_comes_in(scene: Scene, split: Split, who: str, status: int) -> None:
    client = asking(getattr(make_cast(scene.tree, *OFFICER), who))
    for address in (search(split), page_of(split, scene.cleaners[0])):
        assert client.get(address).status_code == status
    assert client.post(page_of(split, scene.cleaners[0])).status_code == (302 if status == 200 else status)
    assert Handout.objects.exists() is (status == 200)


def test_who_only_sees_the_programme_may_not(scene: Scene, split: Split) -> None:
    client = asking(holder(OWN[0], SEE_MEMBERS, at=scene.tree.unit))
    assert client.get(page_of(split, scene.cleaners[0])).status_code == 403
    assert client.post(page_of(split, scene.cleaners[0])).status_code == 403
    assert not Handout.objects.exists()


def test_a_person_of_another_unit_is_not_found(scene: Scene, split: Split) -> None:
    scene.cleaners[0].organization_path = scene.tree.sibling.path
    scene.cleaners[0].save(update_fields=["organization_path"])
    client = asking(scene.officer)
    assert client.get(page_of(split, scene.cleaners[0])).status_code == 404
    assert page_of(split, scene.cleaners[0]) not in text(client.get(search(split), {"q": scene.cleaners[0].id_tail}))


def test_the_search_asks_as_much_for_three_people_as_for_one(scene: Scene, split: Split) -> None:
    client, counts = asking(scene.officer), []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as made:
            client.get(search(split), {"q": "张一"})
        counts.append(len(made))
        make_people(scene.tree, 2)
        make_people(scene.tree, 1)
    assert counts[0] == counts[1]
