"""Messages, notices and letters on pages: who sees what, what is refused, and that a refusal changes nothing."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.core.errors import NotPermitted
from niangjia.identity.limits import Limit
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast, person
from niangjia.notices import services
from niangjia.notices.models import Feedback, FeedbackKind, FeedbackStatus, Message, PublicNotice
from niangjia.notices.permissions import ANSWER, MANAGE, VIEW
from niangjia.org import queries as calendar
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def draft(tree: Tree, title: str = "春节送温暖") -> PublicNotice:
    return services.draft_notice(organization=tree.unit, title=title, body="第一段\n\n第二段", actor=None)


def letter(tree: Tree, **fields: Any) -> Feedback:
    given: dict[str, Any] = {"kind": FeedbackKind.COMPLAINT, "text": "排队太久", "at": timezone.now()} | fields
    return services.send_feedback(organization=tree.unit, **given)


# Messages -------------------------------------------------------------------------------------------------------
def test_a_message_is_read_by_its_reader_and_by_opening_it(client: Client, tree: Tree) -> None:
    cast = make_cast(tree, VIEW, MANAGE)
    message = services.tell(cast.member, title="已预订", body="请于周一领取", link="/help/")
    statuses = {}
    for who, user in cast:
        if who != "member":
            client.force_login(user)
            statuses[who] = client.get(f"/me/messages/{message.pk}/").status_code
    assert set(statuses.values()) == {404}
    assert Message.objects.get().read_at is None
    client.force_login(cast.member)
    assert "1 条新消息" in client.get("/me/messages/").content.decode()
    assert "请于周一领取" in client.get(f"/me/messages/{message.pk}/").content.decode()
    assert Message.objects.get().read_at is not None
    assert "没有新消息" in client.get("/me/messages/").content.decode()


def test_the_frame_counts_what_is_unread(client: Client) -> None:
    reader = person("王芳")
    services.tell_many([reader], title="一", body="…")
    services.tell(reader, title="二", body="…")
    client.force_login(reader)
    assert '<span class="count">2<' in client.get("/me/").content.decode()


def test_all_are_marked_as_read_at_once_and_only_ones_own(client: Client) -> None:
    reader, other = person("王芳"), person("别人")
    services.tell_many([reader, other], title="一", body="…")
    client.force_login(reader)
    assert client.get("/me/messages/read/").status_code == 405
    client.post("/me/messages/read/")
    assert [message.user_id for message in Message.objects.all().unread()] == [other.pk]


# Notices --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "public", "staff"),
    [("member", 404, 404), ("officer", 200, 200), ("above", 200, 200), ("elsewhere", 404, 404), ("nobody", 404, 404)],
)
def test_a_draft_is_seen_by_those_who_look_after_it(
    client: Client, tree: Tree, who: str, public: int, staff: int
) -> None:
    notice = draft(tree)
    client.force_login(getattr(make_cast(tree, VIEW, MANAGE), who))
    assert client.get(f"/notices/{notice.pk}/").status_code == public
    assert client.get(f"/staff/notices/{notice.pk}/").status_code == staff


def test_a_published_notice_is_everybodys_to_read_and_nobody_elses_to_change(client: Client, tree: Tree) -> None:
    notice = draft(tree)
    services.publish_notice(notice, actor=None, at=timezone.now())
    assert client.get(f"/notices/{notice.pk}/").status_code == 200
    client.force_login(make_cast(tree, VIEW, MANAGE).elsewhere)
    assert client.get(f"/notices/{notice.pk}/").status_code == 200
    for page in ("", "publish/", "withdraw/"):
        assert client.post(f"/staff/notices/{notice.pk}/{page}", {"title": "x", "body": "x"}).status_code == 404
    notice.refresh_from_db()
    assert (notice.title, notice.published_at is not None) == ("春节送温暖", True)


def test_an_officer_writes_publishes_and_withdraws(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, MANAGE, at=tree.unit))
    given = {"organization": str(tree.unit.pk), "title": "公告", "body": "第一段\n\n第二段"}
    response = client.post("/staff/notices/new/", given)
    notice = PublicNotice.objects.get()
    assert response["Location"] == f"/staff/notices/{notice.pk}/"
    assert "要发布" in client.get(f"/staff/notices/{notice.pk}/publish/").content.decode()
    assert PublicNotice.objects.get().published_at is None
    client.post(f"/staff/notices/{notice.pk}/publish/")
    assert "<p>第一段</p>" in client.get(f"/notices/{notice.pk}/").content.decode()
    client.post(f"/staff/notices/{notice.pk}/withdraw/")
    assert PublicNotice.objects.get().published_at is None


def test_an_officer_speaks_only_for_the_units_the_role_is_held_at(client: Client, tree: Tree) -> None:
    client.force_login(holder(VIEW, MANAGE, at=tree.unit))
    given = {"organization": str(tree.sibling.pk), "title": "公告", "body": "…"}
    assert client.post("/staff/notices/new/", given).status_code == 422
    assert not PublicNotice.objects.exists()


def test_what_is_written_is_text_and_never_markup(client: Client, tree: Tree) -> None:
    notice = services.draft_notice(
        organization=tree.unit, title="<b>x</b>", body="<script>alert(1)</script>", actor=None
    )
    services.publish_notice(notice, actor=None, at=timezone.now())
    page = client.get(f"/notices/{notice.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


# Letters --------------------------------------------------------------------------------------------------------
def test_anybody_writes_to_the_union_and_reads_the_answer_by_ticket(client: Client, tree: Tree) -> None:
    given = {
        "kind": "complaint",
        "organization": str(tree.unit.pk),
        "text": "排队太久",
        "name": "",
        "contact": "13800000001",
    }
    response = client.post("/help/letters/new/", given)
    sent = Feedback.objects.get()
    assert response["Location"] == f"/help/letters/{sent.ticket}/"
    assert sent.due_on == calendar.add_workdays(timezone.localdate(), services.REPLY_WORKDAYS)
    page = client.get(response["Location"]).content.decode()
    assert "排队太久" in page
    assert "13800000001" not in page
    services.answer_feedback(sent, reply="已增开窗口。", actor=holder(ANSWER, at=tree.unit), at=timezone.now())
    assert "已增开窗口。" in client.get(response["Location"]).content.decode()
    assert client.get("/help/letters/AAAABBBBCCCC/").status_code == 404


def test_the_contact_is_sealed(tree: Tree) -> None:
    letter(tree, contact="13800000001")
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM notices_feedback")
        assert b"13800000001" not in bytes(cursor.fetchone()[0])
    assert Feedback.objects.get().contact == "13800000001"


def test_a_letter_goes_first_to_ones_own_union(client: Client, tree: Tree) -> None:
    page = client.get(f"/help/letters/new/?to={tree.unit.code}").content.decode()
    assert re.search(rf'value="{tree.unit.pk}" selected', page)
    assert tree.primary.name not in page


@pytest.mark.parametrize("change", [{"text": ""}, {"kind": "praise"}, {"organization": "primary"}])
def test_a_wrong_letter_is_not_taken(client: Client, tree: Tree, change: dict[str, str]) -> None:
    given = {"kind": "question", "organization": str(tree.unit.pk), "text": "问"} | change
    if given["organization"] == "primary":
        given["organization"] = str(tree.primary.pk)
    assert client.post("/help/letters/new/", given).status_code == 422
    assert not Feedback.objects.exists()


def test_one_address_does_not_flood_the_union(client: Client, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("niangjia.notices.http.PER_ADDRESS", Limit("letters", 2, timedelta(hours=1)))
    given = {"kind": "question", "organization": str(tree.unit.pk), "text": "问"}
    assert [client.post("/help/letters/new/", given).status_code for _ in range(3)] == [302, 302, 422]
    assert Feedback.objects.count() == 2


def test_who_has_an_account_gets_the_answer_as_a_message(tree: Tree) -> None:
    writer = person("王芳")
    sent = letter(tree, user=writer)
    services.answer_feedback(sent, reply="谢谢。", actor=holder(ANSWER, at=tree.unit), at=timezone.now())
    message = Message.objects.get(user=writer)
    assert (message.body, message.link) == ("谢谢。", f"/help/letters/{sent.ticket}/")


@pytest.mark.parametrize(
    ("who", "listed", "opened"),
    [("member", 403, 404), ("officer", 200, 200), ("above", 200, 200), ("elsewhere", 200, 404), ("nobody", 403, 404)],
)
def test_letters_are_answered_by_those_whose_unit_was_written_to(
    client: Client, tree: Tree, who: str, listed: int, opened: int
) -> None:
    sent = letter(tree)
    user: User = getattr(make_cast(tree, ANSWER), who)
    client.force_login(user)
    assert client.get("/staff/feedback/").status_code == listed
    assert client.get(f"/staff/feedback/{sent.pk}/").status_code == opened
    assert client.post(f"/staff/feedback/{sent.pk}/", {"reply": "答"}).status_code == (302 if opened == 200 else 404)
    sent.refresh_from_db()
    assert sent.status == (FeedbackStatus.ANSWERED if opened == 200 else FeedbackStatus.RECEIVED)
    if opened != 200:
        with pytest.raises(NotPermitted):
            services.answer_feedback(sent, reply="答", actor=user, at=timezone.now())
        assert not Entry.objects.filter(action="notices.feedback.answer").exists()


def test_ones_own_letter_is_not_ones_own_to_answer(client: Client, tree: Tree) -> None:
    writer = person("王芳")
    sent = letter(tree, user=writer)
    client.force_login(writer)
    assert client.get(f"/staff/feedback/{sent.pk}/").status_code == 404


def test_a_better_answer_replaces_the_first_and_both_are_history(tree: Tree) -> None:
    officer, sent = holder(ANSWER, at=tree.unit), letter(tree)
    services.answer_feedback(sent, reply="一", actor=officer, at=timezone.now())
    services.answer_feedback(sent, reply="二", actor=officer, at=timezone.now())
    assert [entry.data["before"] for entry in Entry.objects.filter(action="notices.feedback.answer")] == ["", "一"]
    assert Feedback.objects.get().reply == "二"


def test_an_answer_has_words_and_a_day(tree: Tree) -> None:
    letter(tree)
    with pytest.raises(IntegrityError, match="feedback_answer_has_words_and_a_day"):
        Feedback.objects.update(status=FeedbackStatus.ANSWERED)


@pytest.mark.parametrize("path", ["/staff/notices/", "/staff/feedback/", "/me/messages/", "/notices/"])
def test_lists_ask_as_many_questions_for_three_as_for_one(client: Client, tree: Tree, path: str) -> None:
    officer = holder(VIEW, MANAGE, ANSWER, at=tree.unit)
    client.force_login(officer)

    def more() -> None:
        letter(tree)
        services.publish_notice(draft(tree), actor=None, at=timezone.now())
        services.tell(officer, title="x", body="y")

    counts = []
    more()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
        more()
        more()
    assert counts[0] == counts[1]


def test_without_logging_in_there_are_no_messages(client: Client) -> None:
    for path in ("/me/messages/", f"/me/messages/{uuid4()}/", "/staff/notices/", "/staff/feedback/"):
        assert client.get(path).status_code == 302
