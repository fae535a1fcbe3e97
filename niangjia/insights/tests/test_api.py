"""Figures at the programs' door."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.benefits.tests.factories import Scene
from niangjia.core.tests.programs import ask, told
from niangjia.identity.tests.factories import holder, person
from niangjia.insights.models import Figure
from niangjia.insights.permissions import DEFINE, VIEW
from niangjia.insights.tests.factories import COMPUTATIONS, make_figure, make_served
from niangjia.org import permissions as org

pytestmark = pytest.mark.django_db
RIGHTS = (VIEW, DEFINE, org.VIEW)
WHO = ("stranger", "nobody", "reader", "officer", "above", "elsewhere")


@pytest.fixture
def scene(db: None) -> Scene:
    return make_served()


@pytest.fixture
def people(scene: Scene) -> dict[str, Any]:
    tree = scene.tree
    return {
        "stranger": None,
        "nobody": person(),
        "reader": holder(VIEW, org.VIEW, at=tree.unit),
        "officer": holder(*RIGHTS, at=tree.unit),
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
    }


def wanted(scene: Scene, **fields: Any) -> dict[str, Any]:
    known = {"code": "online-2026", "computation": "benefits.online", "subject": scene.programme.code}
    return {"organization_id": scene.tree.unit.pk, **known, **fields}


TABLE: list[tuple[str, str, Any, str]] = [
    ("GET", "/public/figures", None, "200 200 200 200 200 200"),
    ("GET", "/figures", None, "401 403 200 200 200 200"),
    ("GET", "/figures/{figure}", None, "401 404 200 200 200 404"),
    ("PATCH", "/figures/{figure}", {"title": "改名"}, "401 404 403 200 200 404"),
    ("POST", "/figures/{figure}/public", {"public": True}, "401 404 403 200 200 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    scene: Scene, people: dict[str, Any], method: str, path: str, body: Any, statuses: str
) -> None:
    figure, got = make_figure(scene), {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = (Figure.objects.values().get(), Entry.objects.count())
        answer = ask(people[who], method, path.format(figure=figure.pk), body)
        got[who] = (expected, str(answer.status_code))
        assert answer.status_code < 400 or (Figure.objects.values().get(), Entry.objects.count()) == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_a_figure_is_defined_and_shown_to_everybody(scene: Scene, people: dict[str, Any]) -> None:
    made = ask(people["officer"], "POST", "/figures", wanted(scene))
    assert (made.status_code, made.json()["is_public"], made.json()["numerator"]) == (201, False, 1)
    assert ask(None, "GET", "/public/figures").json()["items"] == []
    ask(people["officer"], "POST", f"/figures/{made.json()['id']}/public", {"public": True})
    [shown] = ask(None, "GET", "/public/figures").json()["items"]
    assert (shown["code"], shown["numerator"], shown["organization"]["code"]) == ("online-2026", 1, "BJ-XC-TQ")
    assert shown["as_of"]
    assert shown["source"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"computation": "benefits.nothing"}, (422, "invalid-input")),
        ({"subject": "warm-1999"}, (422, "invalid-input")),
        ({"code": "Not A Code"}, (422, "invalid-input")),
        ({"story": "S15"}, (422, "invalid-input")),
    ],
)
def test_a_figure_of_nothing_is_refused(
    scene: Scene, people: dict[str, Any], fields: Any, expected: tuple[int, str]
) -> None:
    assert told(ask(people["officer"], "POST", "/figures", wanted(scene, **fields))) == expected
    assert not Figure.objects.exists()


@pytest.mark.parametrize("path", ["/public/figures", "/figures"])
def test_a_list_asks_no_more_for_three_than_for_one(scene: Scene, people: dict[str, Any], path: str) -> None:
    counts = []
    for codes in (["a"], ["b", "c"]):
        for code in codes:
            computation = COMPUTATIONS["abc".index(code)]
            make_figure(scene, computation, public=True, code=code)
        with CaptureQueriesContext(connection) as captured:
            assert ask(people["officer"], "GET", path).status_code == 200
        # Each way to compute asks for itself; the figures, their units and who asks cost the same for one and three.
        counts.append(len([each for each in captured if "insights_figure" in each["sql"]]))
    assert counts[0] == counts[1]
