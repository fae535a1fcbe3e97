"""The pages and the door for programs of a draw: what each stage says, who may take a step, what a file is told."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from niangjia.audit.models import Entry as HistoryEntry
from niangjia.bookings import permissions, published
from niangjia.bookings.models import Draw, Entry
from niangjia.bookings.proving import dump
from niangjia.bookings.tests.drawn import VALUE, Scene, make_file, make_scene
from niangjia.bookings.tests.test_on_a_phone import enter
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.jobs.models import Job

pytestmark = pytest.mark.django_db


def make_past_scene(people: int = 3) -> Scene:
    """Entries closed two hours ago and the value is known: the steps can be taken by today's clock."""
    now = timezone.now()
    return make_scene(people, opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=3))


def officer(scene: Scene) -> Client:
    client = Client()
    client.force_login(holder(permissions.VIEW, permissions.MANAGE, at=scene.tree.unit, name="天桥干部"))
    return client


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


STAGES = {
    "open": (make_scene, None, "已有 0 人报名抽签"),
    "closing": (make_past_scene, None, "名单将在一分钟内锁定"),
    "fixed": (make_past_scene, "closed", "名单已锁定"),
    "valued": (make_past_scene, "valued", "即将抽签"),
    "drawn": (make_past_scene, "drawn", "2 人中签"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_the_page_says_how_far_the_draw_is_to_anybody(stage: str, client: Client) -> None:
    make, until, words = STAGES[stage]
    scene = make()
    if until:
        scene.until(until)
    address = f"/p/{scene.offer.pk}/draw/"
    page = text_of(client.get(address))
    draw = Draw.objects.get()
    assert words in page
    assert draw.commitment in page
    assert bool(draw.digest and draw.digest in page) == (stage in {"fixed", "valued", "drawn"})
    assert (str(draw.seed) in page) == (stage == "drawn")
    assert (VALUE in page) == (stage in {"valued", "drawn"})
    assert client.get(f"{address}list.json").status_code == (200 if draw.closed_at else 404)
    assert client.get(f"{address}result.json").status_code == (200 if draw.drawn_at else 404)
    assert [buyer.member.name for buyer in scene.buyers if buyer.member.name in page] == []


def test_a_programme_without_a_draw_has_no_such_page(client: Client) -> None:
    assert client.get("/p/0198c0de-0000-7000-8000-000000000001/draw/").status_code == 404


def test_a_ticket_is_looked_up_on_the_public_page(client: Client) -> None:
    scene = make_past_scene().until("drawn")
    first, _second, third = Entry.objects.order_by("position")
    address = f"/p/{scene.offer.pk}/draw/"
    assert "中签了" in text_of(client.get(address, {"ticket": first.ticket[:8]}))
    assert "第 3 位" in text_of(client.get(address, {"ticket": third.ticket}))
    assert "没有这个签号" in text_of(client.get(address, {"ticket": "ffff"}))


@pytest.mark.parametrize("count", [1, 3])
def test_the_public_page_asks_the_same_number_of_questions(
    count: int, client: Client, django_assert_max_num_queries: Any
) -> None:
    scene = make_past_scene(count).until("drawn")
    with django_assert_max_num_queries(4):
        client.get(f"/p/{scene.offer.pk}/draw/", {"ticket": "00000000"})


# Checking ---------------------------------------------------------------------------------------------------------
def checked(client: Client, scene: Scene, raw: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("draw.json", raw)
    return client.post(f"/p/{scene.offer.pk}/draw/check/", {"file": file, **more})


def test_a_file_is_checked_step_by_step_and_nothing_is_kept(client: Client) -> None:
    scene = make_past_scene().until("drawn")
    raw = client.get(f"/p/{scene.offer.pk}/draw/result.json").content
    before = Draw.objects.count(), Entry.objects.count(), HistoryEntry.objects.count(), Job.objects.count()
    good = text_of(checked(client, scene, raw, commitment=scene.draw.commitment))
    assert "核对无误" in good
    assert "不一致" not in good
    bad = text_of(checked(client, scene, raw.replace(b'"place": 1', b'"place": 9')))
    assert "不能证明" in bad
    assert "不一致" in bad
    elsewhere = text_of(checked(client, scene, dump(make_file())))  # sound, but another draw's
    assert "不能证明" in elsewhere
    assert "公布的文件不同" in elsewhere
    refused = checked(client, scene, raw.replace(b'"seed"', b'"sead"'))
    assert refused.status_code == 422
    assert "result.seed" in text_of(refused)
    assert (Draw.objects.count(), Entry.objects.count(), HistoryEntry.objects.count(), Job.objects.count()) == before


# The officer ------------------------------------------------------------------------------------------------------
def test_an_officer_enters_the_value_and_draws(client: Client) -> None:
    scene = make_past_scene()
    scene.until("closed")
    desk, address = officer(scene), f"/staff/draws/{scene.offer.pk}/"
    assert "请录入公开数" in text_of(desk.get("/staff/"))
    assert f"{address}value/" in text_of(desk.get(address))
    assert "笔误也不能改" in text_of(desk.get(f"{address}value/"))
    assert desk.post(f"{address}value/", {"value": VALUE, "source": ""}).status_code == 422
    assert desk.post(f"{address}value/", {"value": VALUE, "source": "人民日报"}).status_code == 302
    again = desk.post(f"{address}value/", {"value": "1", "source": "…"})
    assert again.status_code == 422
    assert "不能更改" in text_of(again)
    assert "不能重抽" in text_of(desk.get(f"{address}run/"))
    assert desk.post(f"{address}run/").status_code == 302
    page = text_of(desk.get(address))
    assert "2 人中签" in page
    assert "王＊" in page
    assert "王0" not in page
    told = HistoryEntry.objects.filter(action__startswith="bookings.draw.").order_by("id")
    assert [entry.action for entry in told] == [
        "bookings.draw.commit", "bookings.draw.close", "bookings.draw.value", "bookings.draw.draw"
    ]  # fmt: skip
    assert {entry.organization_path for entry in told} == {scene.tree.unit.path}


def test_a_name_stands_before_each_row_of_the_line_even_before_there_are_places() -> None:
    scene = make_past_scene().until("closed")
    text = officer(scene).get(f"/staff/draws/{scene.offer.pk}/").content.decode()
    assert re.findall(r'class="leads[^>]*>\s*([^<\s]+)', text) == ["王＊"] * 3


def test_the_result_as_a_sheet_has_masked_names_and_is_noted() -> None:
    scene = make_past_scene().until("drawn")
    answer = officer(scene).get(f"/staff/draws/{scene.offer.pk}/?format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row for row in rows if row[0] == "王＊"] == rows[-3:]
    assert HistoryEntry.objects.filter(action="bookings.draw.export").count() == 1


def test_too_early_is_refused_with_the_moment() -> None:
    scene = make_scene()
    desk, address = officer(scene), f"/staff/draws/{scene.offer.pk}/"
    early = desk.post(f"{address}value/", {"value": VALUE, "source": "…"})
    assert early.status_code == 422
    assert "一分钟内自动锁定" in text_of(early)
    desk.post(f"{address}run/")
    assert "请先录入公开数" in text_of(desk.get(address))
    assert Draw.objects.get().drawn_at is None


@pytest.mark.parametrize("page", ["", "value/", "run/"])
def test_the_officers_pages_are_there_for_those_who_look_after_it(page: str, client: Client) -> None:
    scene = make_past_scene().until("closed")
    address = f"/staff/draws/{scene.offer.pk}/{page}"
    assert client.get(address).status_code == 302
    seen = {}
    for who, user in make_cast(scene.tree, permissions.VIEW, permissions.MANAGE):
        client.force_login(user)
        seen[who] = client.get(address).status_code
    assert set(seen.values()) == {200, 404}
    assert sorted(who for who, code in seen.items() if code == 200) == ["above", "officer"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_officers_page_asks_the_same_number_of_questions(count: int, django_assert_max_num_queries: Any) -> None:
    scene = make_past_scene(count).until("drawn")
    desk = officer(scene)
    desk.get(f"/staff/draws/{scene.offer.pk}/")
    with django_assert_max_num_queries(16):
        desk.get(f"/staff/draws/{scene.offer.pk}/")


# Programs ---------------------------------------------------------------------------------------------------------
def test_programs_read_verify_and_take_the_steps(client: Client) -> None:
    scene = make_past_scene()
    address = f"/api/v1/offers/{scene.offer.pk}/draw"
    assert client.get(address).json()["stage"] == "closing"
    assert client.get(f"{address}/file").status_code == 409
    scene.until("closed")
    assert client.get(f"{address}/file").json()["result"] is None
    body = {"value": VALUE, "source": "人民日报"}
    assert client.post(f"{address}/value", body, "application/json").status_code == 401
    desk = officer(scene)
    assert desk.post(f"{address}/run", {}, "application/json").json()["type"].endswith("no-value")
    assert desk.post(f"{address}/value", body, "application/json").json()["stage"] == "valued"
    drawn = desk.post(f"{address}/run", {}, "application/json").json()
    assert (drawn["stage"], len(drawn["seed"])) == ("drawn", 64)
    raw = client.get(f"{address}/file").content
    verify = "/api/v1/offers/draws/verify"
    assert client.post(verify, {"file": SimpleUploadedFile("d.json", raw)}).json()["verified"] is True
    bad = client.post(verify, {"file": SimpleUploadedFile("d.json", raw.replace(b"2026", b"2025"))}).json()
    assert bad["verified"] is False
    assert client.post(verify, {"file": SimpleUploadedFile("d.json", b"{")}).status_code == 422


# In a browser -----------------------------------------------------------------------------------------------------
def looks_right(page: Page, name: str) -> None:
    for width, height in ((375, 812), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        if SHOTS.is_dir():
            page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


SHOTS = Path("/tmp/draw-shots")  # noqa: S108


@pytest.mark.django_db(transaction=True)
def test_the_pages_can_be_read_and_used_at_any_width(site: str, phone: Page, tmp_path: Path) -> None:
    scene = make_past_scene(4)
    told = enter(phone, site, holder(permissions.VIEW, permissions.MANAGE, at=scene.tree.unit, name="天桥干部"))
    public, desk = f"{site}/p/{scene.offer.pk}/draw/", f"{site}/staff/draws/{scene.offer.pk}/"
    phone.goto(public)
    looks_right(phone, "public-closing")
    scene.until("closed")
    phone.goto(desk)
    looks_right(phone, "desk-fixed")
    phone.get_by_role("link", name="录入公开数").click()
    looks_right(phone, "desk-value")
    phone.get_by_label("公开数", exact=True).fill(VALUE)
    phone.get_by_label("在哪里可以查到").fill("https://www.cwl.gov.cn/")
    phone.get_by_role("button", name="录入公开数，不再更改").click()
    phone.get_by_role("link", name="开始抽签").click()
    looks_right(phone, "desk-run")
    phone.get_by_role("button", name="现在抽签").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("2 人中签")
    looks_right(phone, "desk-drawn")
    phone.goto(f"{public}?ticket={Entry.objects.get(position=1).ticket[:8]}")
    looks_right(phone, "public-drawn")
    file = tmp_path / "draw.json"
    file.write_bytes(published.file_of(Draw.objects.select_related("offer").get()))
    phone.get_by_role("link", name="核对这次抽签的文件").click()
    phone.get_by_label("抽签文件").set_input_files(file)
    phone.get_by_role("button", name="核对文件").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("核对无误，抽签结果属实")
    looks_right(phone, "check-good")
    file.write_bytes(file.read_bytes().replace(b"04 09 14", b"04 09 15"))
    phone.get_by_label("抽签文件").set_input_files(file)
    phone.get_by_role("button", name="核对文件").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("这份文件不能证明抽签结果")
    looks_right(phone, "check-bad")
    assert told == []
