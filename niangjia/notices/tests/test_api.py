"""Messages, notices, letters and long work at the programs' door."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.core.tests.programs import ask, told
from niangjia.identity.tests.factories import holder, person
from niangjia.jobs.models import Job, JobStatus
from niangjia.notices import permissions, services
from niangjia.notices.models import Feedback, FeedbackKind, Message, PublicNotice
from niangjia.org import permissions as org
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db
RIGHTS = (permissions.VIEW, permissions.MANAGE, permissions.ANSWER, org.VIEW)
WHO = ("stranger", "nobody", "writer", "reader", "officer", "above", "elsewhere")


@pytest.fixture
def scene(db: None) -> dict[str, Any]:
    tree = make_tree()
    writer = person("王小明")
    officer = holder(*RIGHTS, at=tree.unit)
    return {
        "tree": tree,
        "stranger": None,
        "nobody": person(),
        "writer": writer,
        "reader": holder(permissions.VIEW, org.VIEW, at=tree.unit),
        "officer": officer,
        "above": holder(*RIGHTS, at=tree.district),
        "elsewhere": holder(*RIGHTS, at=tree.elsewhere),
        "notice": services.draft_notice(organization=tree.unit, title="放假通知", body="初一至初三。", actor=None),
        "message": services.tell(writer, title="已预约", body="您的号是 7。", link="/me/"),
        "letter": services.send_feedback(
            organization=tree.unit,
            kind=FeedbackKind.SUGGESTION,
            text="请多设一个发放点",
            contact="13912345678",
            user=writer,
            at=timezone.now(),
        ),
        "job": Job.objects.create(task="x", label="导入", started_by=officer, done=1, total=4),
    }


def asked(scene: dict[str, Any], who: str, method: str, path: str, body: object = None) -> Any:
    keys = {name: scene[name].pk for name in ("notice", "message", "letter", "job")}
    return ask(scene[who], method, path.format(**keys), body)


WORDS = {"title": "放假", "body": "初一至初三放假。"}
TABLE = [
    ("GET", "/messages", None, "401 200 200 200 200 200 200"),
    ("GET", "/messages/{message}", None, "401 404 200 404 404 404 404"),
    ("POST", "/messages/{message}/read", None, "401 404 200 404 404 404 404"),
    ("GET", "/notices/public", None, "200 200 200 200 200 200 200"),
    ("GET", "/notices", None, "401 403 403 200 200 200 200"),
    ("GET", "/notices/{notice}", None, "401 404 404 200 200 200 404"),
    ("PUT", "/notices/{notice}", WORDS, "401 404 404 403 200 200 404"),
    ("POST", "/notices/{notice}/publish", None, "401 404 404 403 200 409 404"),
    ("POST", "/notices/{notice}/withdraw", None, "401 404 404 403 409 409 404"),
    ("GET", "/feedback", None, "401 200 200 200 200 200 200"),
    ("GET", "/feedback/{letter}", None, "401 404 200 404 200 200 404"),
    ("POST", "/feedback/{letter}/answer", {"reply": "已安排。"}, "401 404 403 404 200 200 404"),
    ("GET", "/jobs", None, "401 200 200 200 200 200 200"),
    ("GET", "/jobs/{job}", None, "401 404 404 404 200 404 404"),
    ("POST", "/jobs/{job}/again", None, "401 404 404 404 409 404 404"),
]


@pytest.mark.parametrize(("method", "path", "body", "statuses"), TABLE, ids=lambda part: str(part)[:40])
def test_each_visitor_gets_what_the_table_says(
    scene: dict[str, Any], method: str, path: str, body: object, statuses: str
) -> None:
    def state() -> list[Any]:
        models = (Message, PublicNotice, Feedback, Job)
        return [list(model.objects.order_by("pk").values()) for model in models] + [Entry.objects.count()]

    got = {}
    for who, expected in zip(WHO, statuses.split(), strict=True):
        before = state()
        answer = asked(scene, who, method, path, body)
        got[who] = (expected, str(answer.status_code))
        assert answer.status_code < 400 or state() == before
    assert {who: pair for who, pair in got.items() if pair[0] != pair[1]} == {}


def test_messages_are_marked_as_read(scene: dict[str, Any]) -> None:
    services.tell(scene["writer"], title="又一封", body="…")
    assert asked(scene, "writer", "GET", "/messages?unread=true").json()["count"] == 2
    assert asked(scene, "writer", "POST", "/messages/{message}/read").json()["read_at"]
    assert asked(scene, "writer", "GET", "/messages?unread=true").json()["count"] == 1
    assert asked(scene, "writer", "POST", "/messages/read").json() == {"read": 1}
    assert Message.objects.unread().count() == 0


def test_a_notice_is_public_from_its_publication_to_its_end(scene: dict[str, Any]) -> None:
    unit = scene["tree"].unit
    made = asked(scene, "officer", "POST", "/notices", {"organization_id": unit.pk, **WORDS})
    assert (made.status_code, made.json()["published_at"]) == (201, None)
    assert asked(scene, "stranger", "GET", "/notices/public").json()["items"] == []
    asked(scene, "officer", "POST", f"/notices/{made.json()['id']}/publish")
    shown = asked(scene, "stranger", "GET", "/notices/public").json()["items"]
    assert [(row["title"], row["organization"]["code"]) for row in shown] == [("放假", "BJ-XC-TQ")]
    yesterday = timezone.localdate() - timedelta(days=1)
    asked(scene, "officer", "PUT", f"/notices/{made.json()['id']}", {**WORDS, "until": yesterday})
    assert asked(scene, "stranger", "GET", "/notices/public").json()["items"] == []


def test_how_to_reach_the_writer_of_a_letter_is_not_told_to_programs(scene: dict[str, Any]) -> None:
    assert "13912345678" not in asked(scene, "officer", "GET", "/feedback/{letter}").content.decode()


def test_work_says_how_far_it_is_and_is_started_again_once_it_failed(scene: dict[str, Any]) -> None:
    job = asked(scene, "officer", "GET", "/jobs/{job}").json()
    assert (job["percent"], job["status"], job["label"]) == (25, "waiting", "导入")
    assert told(asked(scene, "officer", "POST", "/jobs/{job}/again")) == (409, "invalid-transition")
    Job.objects.update(status=JobStatus.FAILED)
    assert told(asked(scene, "officer", "POST", "/jobs/{job}/again")) == (409, "forgotten")
    assert asked(scene, "officer", "GET", "/jobs?status=failed").json()["count"] == 1


@pytest.mark.parametrize("path", ["/messages", "/notices", "/feedback", "/jobs"])
def test_a_list_asks_no_more_for_three_than_for_one(scene: dict[str, Any], path: str) -> None:
    def fill() -> None:
        officer, unit = scene["officer"], scene["tree"].unit
        services.tell(officer, title="x", body="y")
        services.draft_notice(organization=unit, title="x", body="y", actor=None)
        services.send_feedback(organization=unit, kind=FeedbackKind.QUESTION, text="?", at=timezone.now())
        Job.objects.create(task="x", label="导入", started_by=officer)

    counts = []
    for times in (1, 2):
        for _number in range(times):
            fill()
        with CaptureQueriesContext(connection) as captured:
            assert asked(scene, "officer", "GET", path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
