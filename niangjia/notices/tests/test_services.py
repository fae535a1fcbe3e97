from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast, person
from niangjia.jobs import queue
from niangjia.notices import services
from niangjia.notices.models import Message, PublicNotice
from niangjia.notices.permissions import MANAGE, VIEW
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db


class Carrier:
    shows_on_screen = False
    carried: list[tuple[str, str]] = []

    def send(self, *, phone: str, text: str) -> None:
        self.carried.append((phone, text))


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def test_a_letter_reaches_its_reader_and_nobody_else() -> None:
    reader, other = person(), person()
    message = services.tell(reader, title="已预订", body="请于周一领取。", link="/vouchers/1/")
    assert list(Message.objects.visible_to(reader)) == [message]
    assert not Message.objects.visible_to(other).exists()


@pytest.mark.parametrize(
    "link", ["https://example.com/", "//example.com/", "javascript:alert(1)", "vouchers/1", "/\\x"]
)
def test_a_letter_leads_nowhere_but_to_this_site(link: str) -> None:
    with pytest.raises(ValueError, match="this site"):
        services.tell(person(), title="x", body="x", link=link)
    assert not Message.objects.exists()


def test_many_get_the_same_letter_once_each_in_one_insert() -> None:
    readers = [person() for _ in range(3)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert services.tell_many([*readers, readers[0], readers[1].pk], title="x", body="y") == 3
    assert len([query for query in queries if query["sql"].startswith("INSERT")]) == 1
    assert {message.user_id for message in Message.objects.all()} == {reader.pk for reader in readers}


def test_a_letter_goes_to_the_phone_too_when_asked(settings: Settings) -> None:
    settings.SENDER = "niangjia.notices.tests.test_services.Carrier"
    Carrier.carried.clear()
    services.tell(person(phone="13800000001"), title="已预订", body="x", by_text=True)
    services.tell(person(phone="13800000002"), title="没有短信", body="x")
    services.tell(person(), title="没有手机", body="x", by_text=True)
    queue.run_waiting()
    assert Carrier.carried == [("13800000001", "已预订")]


def test_only_the_reader_reads_and_only_the_first_time_counts() -> None:
    reader, other, now = person(), person(), timezone.now()
    message = services.tell(reader, title="x", body="y")
    services.read_message(message, actor=other, at=now)
    assert Message.objects.get().read_at is None
    services.read_message(message, actor=reader, at=now)
    services.read_message(Message.objects.get(), actor=reader, at=now + timedelta(days=1))
    assert Message.objects.get().read_at == now


def test_reading_all_touches_only_ones_own() -> None:
    reader, other = person(), person()
    services.tell_many([reader, other], title="x", body="y")
    services.tell(reader, title="z", body="y")
    assert services.read_all(actor=reader, at=timezone.now()) == 2
    assert [message.user_id for message in Message.objects.all().unread()] == [other.pk]


def test_a_notice_is_public_from_its_moment_to_the_end_of_its_last_day(tree: Tree) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    notice = services.draft_notice(organization=tree.unit, title="送温暖", body="…", until=today, actor=None)
    assert not PublicNotice.objects.visible_to(AnonymousUser()).exists()
    services.publish_notice(notice, actor=None, at=now)
    assert list(PublicNotice.objects.visible_to(AnonymousUser())) == [notice]
    assert not PublicNotice.objects.all().public(now - timedelta(seconds=1)).exists()
    assert not PublicNotice.objects.all().public(now + timedelta(days=1)).exists()


def test_drafts_are_seen_by_those_who_look_after_notices_there(tree: Tree) -> None:
    draft = services.draft_notice(organization=tree.unit, title="草稿", body="…", actor=None)
    cast = make_cast(tree, VIEW)
    seen = {label: list(PublicNotice.objects.visible_to(user)) for label, user in cast}
    assert seen == {"member": [], "officer": [draft], "above": [draft], "elsewhere": [], "nobody": []}


def test_every_change_of_a_notice_is_history(tree: Tree) -> None:
    officer = holder(MANAGE, at=tree.unit)
    notice = services.draft_notice(organization=tree.unit, title="一", body="…", actor=officer)
    services.change_notice(notice, title="二", body="…", until=None, actor=officer)
    services.publish_notice(notice, actor=officer, at=timezone.now())
    services.withdraw_notice(notice, actor=officer)
    actions = [entry.action.rpartition(".")[2] for entry in Entry.objects.all().about(notice)]
    assert actions == ["draft", "change", "publish", "withdraw"]
    assert Entry.objects.get(action="notices.notice.change").data["before"]["title"] == "一"


@pytest.mark.parametrize("who", ["member", "elsewhere", "nobody"])
def test_writing_notices_is_refused_to_others_and_changes_nothing(tree: Tree, who: str) -> None:
    now = timezone.now()
    notice = services.draft_notice(organization=tree.unit, title="一", body="…", actor=None)
    user = getattr(make_cast(tree, MANAGE), who)
    entries = Entry.objects.count()
    attempts = (
        lambda: services.draft_notice(organization=tree.unit, title="二", body="…", actor=user),
        lambda: services.change_notice(notice, title="二", body="…", until=None, actor=user),
        lambda: services.publish_notice(notice, actor=user, at=now),
        lambda: services.withdraw_notice(notice, actor=user),
    )
    attempt: Callable[[], object]
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            attempt()
    assert list(PublicNotice.objects.values_list("title", "published_at")) == [("一", None)]
    assert Entry.objects.count() == entries


def test_a_notice_is_published_once_and_not_after_its_last_day(tree: Tree) -> None:
    now = timezone.now()
    past = services.draft_notice(
        organization=tree.unit, title="旧", body="…", until=timezone.localdate(now) - timedelta(days=1), actor=None
    )
    with pytest.raises(InvalidInput):
        services.publish_notice(past, actor=None, at=now)
    with pytest.raises(DomainError):
        services.withdraw_notice(past, actor=None)
    early = datetime(2027, 1, 31, 16, 30, tzinfo=UTC)  # the first of February in Beijing
    january = services.draft_notice(
        organization=tree.unit, title="一月", body="…", until=date(2027, 1, 31), actor=None
    )
    with pytest.raises(InvalidInput):
        services.publish_notice(january, actor=None, at=early)
    notice = services.draft_notice(organization=tree.unit, title="新", body="…", actor=None)
    services.publish_notice(notice, actor=None, at=now)
    with pytest.raises(DomainError):
        services.publish_notice(notice, actor=None, at=now + timedelta(hours=1))
    assert PublicNotice.objects.get(pk=notice.pk).published_at == now
