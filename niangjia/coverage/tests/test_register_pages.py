"""The pages and addresses of the register: what is filled in is said of the right day, and read again."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.core import clock
from niangjia.coverage import services
from niangjia.coverage.models import Coverage, Employer, Inside, PlaceKind, ReachedHow, Subject, Workplace
from niangjia.coverage.names import names
from niangjia.coverage.permissions import MANAGE, VIEW
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.permissions import VIEW as VIEW_UNITS
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def client(tree: Tree) -> Client:
    client = Client()
    client.force_login(holder(MANAGE, VIEW, VIEW_UNITS, at=tree.unit))
    return client


@pytest.fixture
def employer(tree: Tree) -> Employer:
    return services.create_employer(
        organization=tree.unit, name="天桥印刷厂", workers=120, on=date(2025, 1, 1), actor=None
    )


def post(client: Client, door: str, key: Any, expect: int = 302, **said: Any) -> str:
    answer = client.post(reverse(f"coverage:{door}", args=[key]), said)
    page = answer.content.decode()
    assert answer.status_code == expect, page[:3_000]
    return page


def test_an_employer_is_followed_from_entry_to_end(tree: Tree, client: Client, employer: Employer) -> None:
    key = employer.pk
    place = services.create_workplace(organization=tree.unit, kind=PlaceKind.PARK, name="天桥园", actor=None)
    shown: dict[str, Any] = {"name": employer.name, "organization": tree.unit.pk, "workers": 90, "on": "2025-06-01"}
    post(client, "employer-change", key, **shown)
    post(client, "employer-cover", key, by=tree.primary.pk, on="2025-07-01")
    post(client, "employer-place", key, inside=place.pk)
    page = client.get(reverse("coverage:employer", args=[key])).content.decode()
    assert "2025年7月1日" in page.replace(" ", "").replace("\u2009", "")
    assert "天桥园" in page
    assert "天桥印刷厂" in client.get(reverse("coverage:workplace", args=[place.pk])).content.decode()
    post(client, "employer-uncover", key, on="2025-09-01", reason="解散")
    post(client, "employer-close", key, on="2025-10-01", status="shell")
    post(client, "employer-reopen", key, on="")
    employer.refresh_from_db()
    assert (employer.workers, employer.status) == (90, "open")
    assert [row.valid_to for row in Coverage.objects.known()] == [date(2025, 9, 1)]
    assert Inside.objects.known().get().workplace == place


def test_the_history_is_that_of_a_day_as_known_on_a_day(client: Client, employer: Employer) -> None:
    services.change_employer(employer, workers=77, on=date(2025, 6, 1), actor=None)
    there = reverse("coverage:employer", args=[employer.pk])

    def rows(**query: str) -> list[int]:
        return [row.workers for row in client.get(there, query).context["versions"]]

    assert rows() == [77, 120]
    assert rows(on="2025-03-01") == [120]
    assert rows(on="2025-12-01") == [77]
    assert rows(known_on="2025-12-01") == []
    assert client.get(there, {"on": "gestern"}).status_code == 422


def test_a_refusal_stands_in_the_form(client: Client, tree: Tree, employer: Employer) -> None:
    page = post(client, "employer-cover", employer.pk, expect=422, by=tree.primary.pk, on="2999-01-01")
    assert "这一天还没有到。" in page
    assert not Coverage.objects.exists()


def test_a_workplace_is_followed_from_entry_to_end(tree: Tree, client: Client) -> None:
    said = {"organization": tree.unit.pk, "kind": "building", "name": "天桥大厦", "on": "2025-01-01"}
    assert client.post(reverse("coverage:workplace-new"), said).status_code == 302
    place = Workplace.objects.get()
    post(client, "workplace-reach", place.pk, by=tree.primary.pk, how="station", on="2025-02-01")
    assert "驿站已覆盖" in client.get(reverse("coverage:workplace-list")).content.decode()
    post(client, "workplace-unreach", place.pk, on="2025-03-01", reason="撤站")
    assert "尚未覆盖" in client.get(reverse("coverage:workplace-list")).content.decode()
    post(client, "workplace-close", place.pk, on="2025-04-01")
    assert client.get(reverse("coverage:workplace-list")).context["total"] == 0


def test_programs_read_and_write_the_same(tree: Tree, client: Client, employer: Employer) -> None:
    def send(path: str, body: dict[str, Any], verb: str = "post") -> Any:
        answer = getattr(client, verb)(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code < 300, answer.content.decode()
        return answer.json() if answer.content else None

    one = f"/employers/{employer.pk}"
    assert send(one, {"workers": 80, "on": "2025-05-01"}, "patch")["workers"] == 80
    assert send(f"{one}/cover", {"by_id": str(tree.primary.pk), "on": "2025-05-01"})["how"] == "single"
    send(f"{one}/uncover", {"on": "2025-08-01", "reason": "解散"})
    assert send(f"{one}/close", {"on": "2025-09-01"})["status"] == "closed"
    assert send(f"{one}/reopen", {"on": "2025-09-01"})["status"] == "open"
    place = send("/workplaces", {"organization_id": str(tree.unit.pk), "kind": "park", "name": "天桥园"})
    send(f"{one}/place", {"inside_id": place["id"]})
    assert send(f"/workplaces/{place['id']}/reach", {"by_id": str(tree.primary.pk), "how": "joint"})["how"] == "joint"
    assert client.get(f"/api/v1/workplaces/{place['id']}/reaches").json()["count"] == 1
    versions = client.get(f"/api/v1{one}/versions").json()["items"]
    assert [row["workers"] for row in versions][-1] == 120
    assert client.get(f"/api/v1{one}/coverages").json()["items"][0]["valid_to"] == "2025-08-01"


def test_names_behind_a_figure_are_seen_by_those_who_look_after_them(tree: Tree, employer: Employer) -> None:
    services.create_employer(organization=tree.sibling, name="陶然亭饭店", workers=500, actor=None)
    on = clock.now().on
    services.create_employer(organization=tree.unit, name="小店", workers=3, actor=None)
    cast = make_cast(tree, VIEW)

    def seen(who: str) -> list[str]:
        found = names(tree.city, Subject.EMPLOYER, {"size": {3}, "state": {0}}, actor=getattr(cast, who), on=on)
        return [one.name for one in found]

    assert {who: seen(who) for who in ("member", "officer", "above", "elsewhere", "nobody")} == {
        "member": [], "officer": ["天桥印刷厂"], "above": ["天桥印刷厂", "陶然亭饭店"], "elsewhere": [], "nobody": [],
    }  # fmt: skip


def asked(client: Client, there: str) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(there)
    return len(found)


def test_pages_ask_as_often_for_three_rows_as_for_one(tree: Tree, client: Client, employer: Employer) -> None:
    page, places = reverse("coverage:employer", args=[employer.pk]), reverse("coverage:workplace-list")
    services.cover(employer, by=tree.primary, on=date(2025, 2, 1), actor=None)
    place = services.create_workplace(organization=tree.unit, kind=PlaceKind.PARK, name="甲园", actor=None)
    asked(client, page)
    before = asked(client, page), asked(client, places)
    for month in (3, 4):
        services.change_employer(employer, workers=month, on=date(2025, month, 1), actor=None)
        services.uncover(employer, on=date(2025, month, 15), reason="更替", actor=None)
        services.cover(employer, by=tree.primary, on=date(2025, month, 20), actor=None)
        services.create_workplace(organization=tree.unit, kind=PlaceKind.PARK, name=f"{month}园", actor=None)
    services.reach(place, by=tree.primary, how=ReachedHow.UNION, actor=None)
    assert (asked(client, page), asked(client, places)) == before
