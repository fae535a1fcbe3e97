"""Allocation, limits and lines at the programs' door."""

from typing import Any

import pytest
from django.utils import timezone

from niangjia.audiences.tests.factories import make_rule
from niangjia.benefits import services
from niangjia.benefits.tests.factories import OFFICER, Scene, make_scene
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Allocation, Booking, Entry, Limit
from niangjia.core.tests.programs import ask, told
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, person
from niangjia.org import permissions as org

pytestmark = pytest.mark.django_db
WHO = ("stranger", "nobody", "member", "officer", "above", "elsewhere")


def people_of(scene: Scene) -> dict[str, User | None]:
    rights = (*OFFICER, org.VIEW)
    return {
        "stranger": None,
        "nobody": person(),
        "member": scene.people[2].user,
        "officer": holder(*rights, at=scene.tree.unit),
        "above": holder(*rights, at=scene.tree.district),
        "elsewhere": holder(*rights, at=scene.tree.elsewhere),
    }


@pytest.fixture
def scene() -> Scene:
    """Both gifts are booked, and there is a waiting list with one person on it."""
    scene = make_scene(online=2, protected=0, waiting_list=True).publish()
    for member in scene.people[:2]:
        services.book_for(scene.programme, member, actor=None, at=scene.now)
    services.join_line(scene.programme, scene.people[3], actor=scene.people[3].user, at=timezone.now())
    return scene


TABLE: list[tuple[str, str, Any, str]] = [
    ("GET", "/programmes/{p}/allocation", None, "401 404 404 200 200 404"),
    ("PUT", "/programmes/{p}/allocation", {"method": "first_come"}, "401 404 404 409 409 404"),
    ("GET", "/offers/{p}/line", None, "401 403 403 200 200 403"),
    ("GET", "/entries", None, "401 200 200 200 200 200"),
    ("POST", "/entries/{entry}/leave", {}, "401 404 404 200 409 404"),
    ("POST", "/programmes/{p}/join", None, "401 404 201 404 404 404"),
    ("POST", "/programmes/{p}/accept", None, "401 404 404 404 404 404"),
    ("POST", "/programmes/{p}/desk/join", {"member_id": "{person}"}, "401 404 404 201 201 404"),
    ("POST", "/bookings/{booking}/allow", {"reason": "特批"}, "401 404 404 204 204 404"),
    ("GET", "/piece-limits", None, "401 403 403 200 200 200"),
    ("POST", "/piece-limits", {"organization_id": "{unit}", "name": "限领", "who": "person", "most": 1},
     "401 404 404 201 422 404"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=[f"{c[0]} {c[1]}" for c in TABLE])
def test_each_visitor_gets_what_the_table_says(scene: Scene, method: str, path: str, body: Any, statuses: str) -> None:
    keys = {
        "p": scene.programme.pk,
        "entry": Entry.objects.get().pk,
        "booking": Booking.objects.order_by("number")[0].pk,
        "person": scene.people[2].pk,
        "unit": scene.tree.unit.pk,
    }
    if body:
        body = {name: each.format(**keys) if isinstance(each, str) else each for name, each in body.items()}
    people = people_of(scene)
    got = [ask(people[who], method, path.format(**keys), body).status_code for who in WHO]
    assert dict(zip(WHO, got, strict=True)) == dict(zip(WHO, map(int, statuses.split()), strict=True))


def test_a_program_plans_the_allocation_of_a_draft() -> None:
    scene = make_scene()
    officer = people_of(scene)["officer"]
    rule = make_rule(scene.tree.unit, 'member.group == "cleaner"')
    limit = bookings.create_limit(organization=scene.tree.unit, name="限领", who="person", most=1, actor=None)
    wanted = {
        "method": "first_come",
        "answer_hours": 12,
        "limit_ids": [limit.pk],
        "shares": [{"name": "保洁员", "rule_version_id": rule.pk, "quantity": 2}],
    }
    path = f"/programmes/{scene.programme.pk}/allocation"
    answer = ask(officer, "PUT", path, wanted)
    assert answer.status_code == 200
    read = ask(officer, "GET", path).json()
    assert read == answer.json()
    assert (read["answer_hours"], read["limit_ids"], read["fixed_at"]) == (12, [str(limit.pk)], None)
    assert [(each["name"], each["quantity"]) for each in read["shares"]] == [("保洁员", 2)]
    assert any("保洁员" in sentence for sentence in read["words"])
    assert told(ask(officer, "PUT", path, {"method": "draw"}))[0] == 422
    assert Allocation.objects.get().method == "first_come"
    raised = ask(officer, "POST", f"/piece-limits/{limit.pk}/raise", {"most": 3})
    assert (raised.json()["most"], Limit.objects.get().most) == (3, 3)


def test_a_program_of_the_member_waits_and_accepts(scene: Scene) -> None:
    first, _second, member, ahead = scene.people
    path = f"/programmes/{scene.programme.pk}"
    entry = ask(member.user, "POST", f"{path}/join").json()
    assert (entry["state"], entry["position"]) == ("waiting", 2)
    assert [each["id"] for each in ask(member.user, "GET", "/entries?mine=true").json()["items"]] == [entry["id"]]
    assert told(ask(member.user, "POST", f"{path}/accept")) == (409, "not-kept")
    bookings.cancel_booking(Booking.objects.get(member=first), actor=None, at=timezone.now())
    bookings.leave(Entry.objects.get(member=ahead), actor=ahead.user, at=timezone.now())
    accepted = ask(member.user, "POST", f"{path}/accept").json()
    assert (accepted["state"], accepted["booking_id"]) == ("taken", str(Booking.objects.get(member=member).pk))
    figures = ask(people_of(scene)["officer"], "GET", f"/offers/{scene.programme.pk}/line").json()
    assert (figures["called"], figures["taken"], figures["declined"], figures["held"]) == (2, 1, 1, 0)
