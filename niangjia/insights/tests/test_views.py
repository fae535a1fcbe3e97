"""The pages: who gets which, who sees which names, and what a page costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.benefits import permissions as benefits
from niangjia.benefits import services
from niangjia.identity.models import User
from niangjia.identity.tests.factories import grant, holder, make_cast
from niangjia.insights.models import Figure
from niangjia.insights.permissions import DEFINE, VIEW
from niangjia.insights.tests.factories import COMPUTATIONS, make_figure, make_served
from niangjia.members import permissions as members

pytestmark = pytest.mark.django_db


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_the_public_page_shows_what_is_public_with_measure_and_date() -> None:
    scene = make_served(online=2, offline=3)
    make_figure(scene, "benefits.all", public=True)
    hidden = make_figure(scene, "benefits.online")
    page = client_of(None).get(reverse("insights:figure-public"))
    assert page.status_code == 200
    text = page.content.decode()
    assert ">5<" in text
    assert hidden.title not in text
    assert Figure.objects.get(is_public=True).measure in text
    assert scene.tree.unit.name in text
    assert reverse("benefits:public", args=[scene.programme.pk]) in text
    assert all(member.name not in text for member in scene.people + scene.cleaners)


def test_an_empty_public_page_says_what_will_be_there() -> None:
    page = client_of(None).get(reverse("insights:figure-public"))
    assert page.status_code == 200
    assert Figure.objects.count() == 0
    assert "公开的数据将显示在这里" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "needs_figure", "expected"),
    [
        ("figure-list", False, {"officer": 200, "above": 200, "elsewhere": 200, "member": 403, "nobody": 403}),
        ("figure", True, {"officer": 200, "above": 200, "elsewhere": 404, "member": 404, "nobody": 404}),
        ("figure-change", True, {"officer": 200, "above": 200, "elsewhere": 404, "member": 404, "nobody": 404}),
        ("figure-create", False, {"officer": 200, "above": 200, "elsewhere": 200, "member": 403, "nobody": 403}),
    ],
)
@pytest.mark.parametrize("public", [False, True])
def test_who_opens_what(name: str, needs_figure: bool, expected: dict[str, int], public: bool) -> None:
    """A public figure is on the public page; its staff page is still that of its unit."""
    scene = make_served()
    figure = make_figure(scene, public=public)
    address = reverse(f"insights:{name}", args=[figure.pk] if needs_figure else [])
    found = {
        who: client_of(user).get(address).status_code
        for who, user in make_cast(scene.tree, VIEW, DEFINE, members.VIEW)
    }
    assert found == expected
    assert client_of(None).get(address).status_code == 302


def test_the_list_has_only_figures_of_ones_own_units() -> None:
    scene = make_served()
    make_figure(scene, public=True)
    cast = make_cast(scene.tree, VIEW)
    title = Figure.objects.get().title
    for who, user in (("officer", cast.officer), ("elsewhere", cast.elsewhere)):
        text = client_of(user).get(reverse("insights:figure-list")).content.decode()
        assert (f">{title}<" in text) == (who == "officer")


def test_names_are_those_whom_the_reader_may_see() -> None:
    """A reader of figures who may not see members counts them and learns no name."""
    scene = make_served(online=2, offline=0)
    figure = make_figure(scene)
    address = reverse("insights:figure", args=[figure.pk])
    blind = holder(VIEW, at=scene.tree.unit)
    seeing = holder(VIEW, members.VIEW, at=scene.tree.unit)
    served, unserved = scene.people[0].name, scene.people[3].name
    text = client_of(seeing).get(address).content.decode()
    assert served in text
    assert unserved not in text
    text = client_of(blind).get(address).content.decode()
    assert served not in text
    assert "：2" in text


@pytest.mark.parametrize("what", ["figure-list", "figure-public"])
def test_three_figures_cost_as_many_queries_as_one(what: str) -> None:
    scene = make_served()
    client = client_of(holder(VIEW, at=scene.tree.unit))
    counts = []
    for computation in COMPUTATIONS:
        make_figure(scene, computation, public=True)
        if computation == "benefits.offline":
            continue
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"insights:{what}")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_of_a_figure_costs_the_same_for_one_and_for_three_people() -> None:
    scene = make_served(online=1, offline=0)
    client = client_of(holder(VIEW, members.VIEW, at=scene.tree.unit))
    address = reverse("insights:figure", args=[make_figure(scene).pk])
    counts = []
    for more in ([], scene.people[1:3]):
        for member in more:
            services.hand_out_now(scene.programme, member, point=scene.point, actor=None, at=scene.now)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_officer_adds_a_figure_changes_its_words_and_makes_it_public() -> None:
    scene = make_served(online=2)
    officer = holder(VIEW, DEFINE, members.VIEW, at=scene.tree.unit)
    grant(officer, "org.view", benefits.VIEW, at=scene.tree.unit)
    client = client_of(User.objects.get(pk=officer.pk))
    fields = {"computation": "benefits.online", "subject": scene.programme.code}
    answer = client.post(reverse("insights:figure-create"), fields)
    figure = Figure.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("insights:figure", args=[figure.pk]))
    assert not figure.is_public
    words = {"title": "线上礼盒", "unit": "盒", "measure": "已领取", "position": 2}
    assert client.post(reverse("insights:figure-change", args=[figure.pk]), words).status_code == 302
    assert client.post(reverse("insights:figure-publish", args=[figure.pk]), {"public": "yes"}).status_code == 302
    figure.refresh_from_db()
    assert (figure.title, figure.unit, figure.is_public) == ("线上礼盒", "盒", True)
    assert "线上礼盒" in client_of(None).get(reverse("insights:figure-public")).content.decode()
    client.post(reverse("insights:figure-publish", args=[figure.pk]), {"public": "no"})
    assert "线上礼盒" not in client_of(None).get(reverse("insights:figure-public")).content.decode()


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("the same figure twice", {"computation": "benefits.all"}),
        ("a programme of another unit", {"subject": "warm-1999"}),
        ("an unknown computation", {"computation": "benefits.nothing"}),
    ],
)
def test_a_wrong_form_comes_back_and_nothing_is_made(case: str, changes: dict[str, str]) -> None:
    scene = make_served()
    make_figure(scene, "benefits.all")
    officer = holder(VIEW, DEFINE, benefits.VIEW, "org.view", at=scene.tree.unit)
    fields = {"computation": "benefits.online", "subject": scene.programme.code} | changes
    assert client_of(officer).post(reverse("insights:figure-create"), fields).status_code == 422, case
    assert Figure.objects.count() == 1


def test_only_who_defines_may_publish_and_nothing_else_happens() -> None:
    scene = make_served()
    figure = make_figure(scene)
    cast = make_cast(scene.tree, VIEW)
    address = reverse("insights:figure-publish", args=[figure.pk])
    found = {who: client_of(user).post(address, {"public": "yes"}).status_code for who, user in cast}
    assert found == {"member": 404, "officer": 403, "above": 403, "elsewhere": 404, "nobody": 404}
    assert client_of(cast.officer).get(address).status_code == 405
    assert not Figure.objects.get().is_public
