"""The page on which an opening is rehearsed: the button, the progress, the results, and who sees which."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from niangjia.audiences.tests.factories import make_rule
from niangjia.benefits import permissions, services
from niangjia.benefits.tests.factories import OFFICER, Scene, make_scene
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Method, Offer, Pack
from niangjia.bookings.permissions import VIEW
from niangjia.bookings.rehearsed import Check, Rehearsal
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.core.errors import DomainError
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.jobs.models import Job, JobStatus

pytestmark = pytest.mark.django_db

ASKED = {"members": "300", "seconds": "2"}
FAULT = {"check": Check.MISSING.value, "expected": 0, "found": 1}
FIGURES: dict[str, Any] = {
    "cores": 2, "processes": 1, "connections": 256, "limit_ms": 200, "settled_ms": 812, "wait_p99_ms": 640,
    "gone_ms": 101, "booked": 2, "safe_rate": 4_100,
    "steps": [{"rate": 4_187, "p99_ms": 88.1, "refused": 0, "held": True}],
}  # fmt: skip


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(scene: Scene) -> str:
    return reverse("benefits:rehearsal", args=[scene.programme.pk])


def page(scene: Scene, user: User | None = None) -> str:
    return signed_in(user or scene.officer).get(address(scene)).content.decode()


def rehearsed(scene: Scene, **figures: Any) -> Rehearsal:
    plan = services.plan_of(scene.programme)
    one = bookings.plan_rehearsal(**plan, members=300, seconds=2, actor=scene.officer, at=timezone.now())
    return bookings.finish_rehearsal(bookings.begin_rehearsal(one), at=timezone.now(), **(FIGURES | figures))


def test_the_button_starts_a_job_and_the_page_follows_it(scene: Scene) -> None:
    assert "尚未演练开放预订" in page(scene)
    client = signed_in(scene.officer)
    assert client.post(address(scene), ASKED).url == address(scene)  # type: ignore[attr-defined]
    one, job = Rehearsal.objects.get(), Job.objects.get(task="ops.rehearse")
    assert (one.programme_id, one.capacity, one.protected, one.members) == (scene.programme.pk, 3, 1, 300)
    assert (one.job, job.status, job.result_url) == (job, JobStatus.WAITING, address(scene))
    Job.objects.update(message="开放：所有人同时到来。", done=120, total=300)
    shown = page(scene)
    assert "正在演练开放预订" in shown
    assert "120 / 300" in shown
    assert f'hx-get="{address(scene)}"' in shown
    assert "<button" not in shown.partition('id="rehearsal"')[2].partition("</main>")[0]


@pytest.mark.parametrize(
    "asked", [{"members": "0"}, {"members": "200001"}, {"seconds": "1"}, {"seconds": ""}], ids=str
)
def test_a_wrong_number_is_said_at_its_field(scene: Scene, asked: dict[str, str]) -> None:
    answer = signed_in(scene.officer).post(address(scene), ASKED | asked)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(asked)
    assert not Rehearsal.objects.exists()


def test_a_second_one_waits_its_turn(scene: Scene) -> None:
    client = signed_in(scene.officer)
    client.post(address(scene), ASKED)
    answer = client.post(address(scene), ASKED)
    assert answer.status_code == 422
    assert "正在进行另一次演练" in answer.content.decode()
    assert Rehearsal.objects.count() == Job.objects.filter(task="ops.rehearse").count() == 1


def test_near_a_real_opening_the_page_says_from_when_on_it_is_possible(scene: Scene) -> None:
    scene.publish()
    opens_at = timezone.now() + timedelta(minutes=20)
    Offer.objects.update(opens_at=opens_at)
    shown = page(scene)
    assert "现在不能演练" in shown
    free = timezone.localtime(opens_at + timedelta(minutes=10))
    assert f"{free.hour}:{free.minute:02d}" in shown
    assert "演练开放预订</button>" not in shown
    assert signed_in(scene.officer).post(address(scene), ASKED).status_code == 422
    assert not Rehearsal.objects.exists()


def test_a_result_says_what_the_machine_bears_and_what_was_not_measured(scene: Scene) -> None:
    rehearsed(scene)
    shown = page(scene)
    for words in (
        "本机每秒约可受理 4,100 人",
        "2 份预计 0.2 秒内订完",
        "最长的等待",
        "网络传输和加密不包括在内",
        "核对相符",
    ):
        assert words in shown
    assert "数目对不上" not in shown
    assert "没有演练" not in shown


def test_a_result_names_what_of_the_programme_was_not_replayed(scene: Scene) -> None:
    rule = make_rule(scene.tree.unit, "true")
    limit = bookings.create_limit(organization=scene.tree.unit, name="限领", who="person", most=1, actor=None)
    plan = AllocationPlan(
        method=Method.FIRST_COME,
        pack=Pack.HOUSEHOLD,
        shares=[SharePlan(name="保洁员", rule_version=rule, quantity=1)],
        limits=[limit],
    )
    services.plan_allocation(scene.programme, plan, actor=None)
    rehearsed(scene)
    assert "没有演练的：专留份额、限额、按户领取、候补。" in page(scene)


def test_what_is_drawn_by_lot_has_no_opening_to_rehearse(scene: Scene) -> None:
    plan = AllocationPlan(method=Method.DRAW, value_name="开奖号码", value_due_at=scene.programme.closes_at)
    services.plan_allocation(scene.programme, plan, actor=None)
    with pytest.raises(DomainError, match="抽签决定"):
        services.plan_of(scene.programme)
    shown = page(scene)
    assert "抽签决定" in shown
    assert "演练开放预订</button>" not in shown
    assert signed_in(scene.officer).post(address(scene), ASKED).status_code == 422
    assert not Rehearsal.objects.exists()


def test_a_fault_is_the_first_thing_one_sees(scene: Scene) -> None:
    rehearsed(scene, faults=[FAULT])
    shown = page(scene)
    assert "演练发现核对不符" in shown
    assert shown.index("已答复预订成功、表中却没有的") < shown.index("可受理速度")
    assert "没有遗失任何一笔" not in shown


def test_one_without_a_safe_rate_or_an_end_says_so(scene: Scene) -> None:
    rehearsed(scene, safe_rate=None, gone_ms=None)
    plan = services.plan_of(scene.programme)
    one = bookings.plan_rehearsal(**plan, members=300, seconds=2, actor=None, at=timezone.now())
    bookings.break_off_rehearsal(one, at=timezone.now())
    shown = page(scene)
    for words in ("没有找到能让 99% 的人", "演练中断了", "命令行"):
        assert words in shown


def test_who_looks_after_bookings_sees_results_and_only_who_offers_them_rehearses(scene: Scene) -> None:
    rehearsed(scene)
    viewer = holder(permissions.VIEW, VIEW, at=scene.tree.unit, name="只看的干部")
    shown = page(scene, viewer)
    assert "4,100" in shown
    assert "演练开放预订</button>" not in shown
    assert signed_in(viewer).post(address(scene), ASKED).status_code == 403
    assert Rehearsal.objects.count() == 1
    assert "4,100" not in page(scene, holder(permissions.VIEW, at=scene.tree.unit, name="只看活动的干部"))


def test_the_page_is_there_for_the_unit_and_those_above(scene: Scene) -> None:
    expected = {"member": 404, "officer": 200, "above": 200, "elsewhere": 404, "nobody": 404}
    cast = make_cast(scene.tree, *OFFICER)
    assert {who: signed_in(user).get(address(scene)).status_code for who, user in cast} == expected
    allowed = {who: signed_in(user).post(address(scene), {"members": ""}).status_code for who, user in cast}
    assert allowed == {"member": 404, "officer": 422, "above": 422, "elsewhere": 404, "nobody": 404}


def test_what_gives_nothing_online_or_is_over_cannot_be_rehearsed(scene: Scene) -> None:
    services.abandon_programme(scene.programme, reason="改期", actor=None)
    scene.programme.refresh_from_db()
    with pytest.raises(DomainError, match="已经结束"):
        services.plan_of(scene.programme)
    scene.online.delete()
    with pytest.raises(DomainError, match="没有供职工自己预订"):
        services.plan_of(scene.programme)


def test_more_rehearsals_cost_no_more_queries(scene: Scene) -> None:
    counts = []
    client = signed_in(scene.officer)
    for _number in range(3):
        rehearsed(scene)
        with CaptureQueriesContext(connection) as asked:
            client.get(address(scene))
        counts.append(len(asked))
    assert counts[0] == counts[2]
