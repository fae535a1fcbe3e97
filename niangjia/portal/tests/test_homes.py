"""Where each kind of person's day begins."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from niangjia.core.access import Actor
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast, person
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.notices import services as notices
from niangjia.notices.models import FeedbackKind
from niangjia.notices.permissions import ANSWER
from niangjia.org.permissions import VIEW
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.ui import inbox, sections
from niangjia.ui.inbox import InboxItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other apps bring to the home pages is theirs to test."""
    monkeypatch.setattr(inbox, "_finders", [])
    monkeypatch.setattr(sections, "_sections", {home: {} for home in sections._sections})


def a_member(tree: Tree) -> User:
    user = person("王芳", phone="13800000001")
    member = make_member(tree.primary, name="王芳", phone="13800000001")
    Member.objects.filter(pk=member.pk).update(user=user)
    return user


def test_each_is_led_to_their_own_home(client: Client, tree: Tree) -> None:
    led = {"stranger": client.get("/home/")["Location"]}
    for who, user in make_cast(tree, VIEW):
        client.force_login(user)
        led[who] = client.get("/home/")["Location"]
    assert led == {
        "stranger": "/",
        "member": "/me/",
        "officer": "/staff/",
        "above": "/staff/",
        "elsewhere": "/staff/",
        "nobody": "/me/",
    }


@pytest.mark.parametrize("path", ["/", "/help/", "/privacy/", "/accessibility/", "/notices/", "/help/letters/new/"])
def test_what_is_public_is_there_for_all(client: Client, tree: Tree, path: str) -> None:
    assert client.get(path).status_code == 200
    for _who, user in make_cast(tree, VIEW):
        client.force_login(user)
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"), [("member", 403), ("officer", 200), ("above", 200), ("elsewhere", 200), ("nobody", 403)]
)
def test_the_staff_home_is_for_staff(client: Client, tree: Tree, who: str, status: int) -> None:
    client.force_login(getattr(make_cast(tree, VIEW), who))
    assert client.get("/staff/").status_code == status


def test_the_staff_home_says_how_much_waits_and_what_is_due_first(client: Client, tree: Tree, only_ours: None) -> None:
    officer = holder(VIEW, at=tree.unit)
    client.force_login(officer)
    assert "没有等您处理的事" in client.get("/staff/").content.decode()

    def find(actor: Actor) -> list[InboxItem]:
        assert actor.pk == officer.pk
        return [
            InboxItem("没有期限", "/a/"),
            InboxItem("月底到期", "/b/", due_on=date(2026, 1, 31)),
            InboxItem("月中到期", "/c/", due_on=date(2026, 1, 15), note="天桥街道"),
        ]

    inbox.register(find)
    inbox.register(find)
    page = client.get("/staff/").content.decode()
    assert "有 3 件事等您处理" in page
    order = [page.index(word) for word in ("月中到期", "月底到期", "没有期限")]
    assert order == sorted(order)
    assert 'href="/c/"' in page


def test_sections_stand_in_their_order_and_only_where_there_is_something(
    client: Client, tree: Tree, only_ours: None, settings: Any
) -> None:
    client.force_login(a_member(tree))
    assert "目前没有您可以参加的活动" in client.get("/me/").content.decode()

    def told(title: str) -> Any:
        def fill(request: HttpRequest) -> dict[str, str] | None:
            return {"sentence": title, "content": title} if title else None

        return fill

    sections.register(home="member", template="ui/callout.html", fill=told("第二"), order=20)
    sections.register(home="member", template="ui/empty.html", fill=told(""), order=5)
    sections.register(home="member", template="ui/card.html", fill=told("第一"), order=10)
    shown = [section.template for section in sections.shown(HttpRequest(), "member")]
    assert shown == ["ui/card.html", "ui/callout.html"]
    page = client.get("/me/").content.decode()
    assert "目前没有您可以参加的活动" not in page
    assert "现在有您的一份" in page


def test_a_member_sees_her_union_and_where_to_write(client: Client, tree: Tree) -> None:
    client.force_login(a_member(tree))
    page = client.get("/me/").content.decode()
    assert "王芳" in page
    assert "天桥剧场工会" in page
    assert f"/help/letters/new/?to={tree.primary.code}" in page
    assert "没有关联到会员名册" not in page


def test_who_is_not_in_the_roster_is_told_so(client: Client) -> None:
    client.force_login(person("路人"))
    assert "没有关联到会员名册" in client.get("/me/").content.decode()


def test_an_officer_who_is_a_member_finds_both_sides(client: Client, tree: Tree) -> None:
    officer = holder(VIEW, at=tree.unit)
    client.force_login(officer)
    assert 'href="/staff/"' in client.get("/me/").content.decode()


def test_notices_are_on_the_public_home_until_their_last_day(client: Client, tree: Tree) -> None:
    notice = notices.draft_notice(organization=tree.unit, title="春节送温暖", body="…", actor=None)
    assert "春节送温暖" not in client.get("/").content.decode()
    notices.publish_notice(notice, actor=None, at=timezone.now())
    assert "春节送温暖" in client.get("/").content.decode()


def test_letters_that_wait_are_in_the_inbox_of_those_who_answer(client: Client, tree: Tree) -> None:
    notices.send_feedback(organization=tree.unit, kind=FeedbackKind.QUESTION, text="问", at=timezone.now())
    seen = {}
    for who, user in make_cast(tree, ANSWER):
        seen[who] = [str(item.title) for item in inbox.waiting_for(user) if item.icon == "mail"]
    line = ["1 封来信等待答复"]
    assert seen == {"member": [], "officer": line, "above": line, "elsewhere": [], "nobody": []}


def test_homes_ask_as_many_questions_for_three_notices_as_for_one(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, ANSWER, at=tree.unit))

    def publish() -> None:
        notice = notices.draft_notice(organization=tree.unit, title="公告", body="…", actor=None)
        notices.publish_notice(notice, actor=None, at=timezone.now())
        notices.send_feedback(organization=tree.unit, kind=FeedbackKind.QUESTION, text="问", at=timezone.now())

    counts = []
    publish()
    for _ in range(2):
        for path in ("/", "/staff/", "/me/"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
        publish()
        publish()
    assert counts[:3] == counts[3:]


def test_pages_are_read_in_english_too(client: Client, tree: Tree) -> None:
    client.cookies["django_language"] = "en"
    with translation.override("zh-hans"):  # the middleware leaves its choice behind in the thread
        assert "Your union is here for you" in client.get("/").content.decode()
        assert "What we know about you, and why" in client.get("/privacy/").content.decode()
