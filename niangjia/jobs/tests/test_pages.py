"""One's own long work on pages."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast, person
from niangjia.jobs.models import Job, JobStatus
from niangjia.org.permissions import VIEW
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return holder(VIEW, at=make_tree().unit, name="周敏")


def job(starter: User, status: JobStatus = JobStatus.RUNNING, **fields: Any) -> Job:
    made: Job = Job.objects.create(task="test.work", label="核对名册", status=status, started_by=starter, **fields)
    return made


def test_work_is_seen_by_the_one_who_started_it_only(client: Client) -> None:
    cast = make_cast(make_tree(), VIEW)
    made = job(cast.officer)
    seen = {}
    for who, user in cast:
        client.force_login(user)
        seen[who] = client.get(f"/jobs/{made.pk}/").status_code
    assert seen == {"member": 404, "officer": 200, "above": 404, "elsewhere": 404, "nobody": 404}


def test_running_work_asks_for_itself_every_two_seconds_and_without_script_by_the_browser(
    client: Client, officer: User
) -> None:
    made = job(officer, done=3_200, total=10_000, message="第 3,200 行")
    client.force_login(officer)
    page = client.get(f"/jobs/{made.pk}/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "第 3,200 行" in page
    assert 'value="3200" max="10000"' in page


@pytest.mark.parametrize(
    ("status", "shows", "hides"),
    [
        (JobStatus.WAITING, ["等待中", "every 2s"], ["重新开始"]),
        (JobStatus.DONE, ["已完成", "查看结果", 'href="/staff/people/"'], ["every 2s", "refresh", "重新开始"]),
        (JobStatus.FAILED, ["没有成功", "第 12 行不对。", "重新开始"], ["every 2s", "http-equiv"]),
    ],
)
def test_the_page_says_how_it_ended_and_what_to_do(
    client: Client, officer: User, status: JobStatus, shows: list[str], hides: list[str]
) -> None:
    made = job(
        officer, status, message="第 12 行不对。" if status == JobStatus.FAILED else "", result_url="/staff/people/"
    )
    client.force_login(officer)
    page = client.get(f"/jobs/{made.pk}/").content.decode()
    assert [word for word in shows if word not in page] == []
    assert [word for word in hides if word in page] == []


def test_one_finds_ones_work_again(client: Client, officer: User) -> None:
    job(person("别人"))
    mine = job(officer)
    client.force_login(officer)
    page = client.get("/jobs/").content.decode()
    assert page.count("核对名册") == 1
    assert f"/jobs/{mine.pk}/" in page
    assert f"/jobs/{mine.pk}/" in client.get("/staff/").content.decode()


def test_starting_again_is_for_the_starter_and_by_post(client: Client, officer: User) -> None:
    made = job(officer, JobStatus.FAILED)
    client.force_login(person("别人"))
    assert client.post(f"/jobs/{made.pk}/again/").status_code == 404
    client.force_login(officer)
    assert client.get(f"/jobs/{made.pk}/again/").status_code == 405
    assert client.post(f"/jobs/{made.pk}/again/").status_code == 409
    made.refresh_from_db()
    assert made.status == JobStatus.FAILED


def test_the_list_asks_as_many_questions_for_three_as_for_one(client: Client, officer: User) -> None:
    client.force_login(officer)
    job(officer)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/jobs/")
        counts.append(len(queries))
        job(officer)
        job(officer)
    assert counts[0] == counts[1]


def test_without_logging_in_there_is_nothing(client: Client) -> None:
    assert client.get("/jobs/").status_code == 302
    assert client.get(f"/jobs/{uuid4()}/").status_code == 302
