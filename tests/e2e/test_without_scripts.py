"""What a member and an officer need works in a browser that runs no scripts: old phones, and locked-down offices."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from niangjia.benefits import services as programmes
from niangjia.benefits.models import Split
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.bookings.models import Booking
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder
from niangjia.members.models import Member
from niangjia.members.services.occupations import ensure_occupations
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import make_tree
from niangjia.papers.models import Paper
from tests.e2e.roster import FIELDS, PEOPLE, write_roster
from tests.e2e.visitors import DESK, PHONE, State, Visitor, all_faults

PASSWORD = "die Tür steht offen 1925"
NEWCOMER, PHONE_NUMBER = "夏知秋", "13911112222"
DUTY = "on_duty_festival"
Comes = Callable[..., Visitor]


@pytest.fixture
def comes(site: str, browser: Browser) -> Iterator[Comes]:
    """Somebody comes whose browser runs no scripts; in the end none may have met a fault."""
    came: list[Visitor] = []
    seen: set[State] = set()

    def come(who: str, size: Any) -> Visitor:
        came.append(Visitor(browser, site, who, size, seen=seen, java_script_enabled=False))
        return came[-1]

    yield come
    for one in came:
        one.context.close()
    assert all_faults(came) == []


@pytest.fixture
def scene(site: str) -> Scene:
    """A programme under way with one group, and a member who has not been here before."""
    del site
    tree = make_tree()
    ensure_occupations(actor=None)
    make_member(tree.primary, name=NEWCOMER, phone=PHONE_NUMBER)
    scene = make_scene(tree=tree).publish()
    scene.split()
    return scene


# The member --------------------------------------------------------------------------------------------------------
def test_a_member_from_the_log_in_to_the_cancelled_booking(comes: Comes, scene: Scene) -> None:
    member = comes("member", PHONE)
    she_comes_in(member)
    she_books_and_shows_her_code(member, scene)
    she_cancels(member, scene)
    she_reads_her_messages(member)
    she_reads_in_large_type(member)


def she_comes_in(member: Visitor) -> None:
    member.go("/login/").fill(phone=PHONE_NUMBER).press("获取验证码")
    member.fill(code=member.page.inner_text("#shown-code")).press("登录")
    member.fill(name=NEWCOMER, id_tail=Member.objects.get(name=NEWCOMER).id_tail).press("登录")
    assert member.page.url.endswith("/me/")


def she_books_and_shows_her_code(member: Visitor, scene: Scene) -> None:
    member.open_row(scene.programme.name).press("预订这份慰问品")
    assert "预订成功" in member.words
    member.press("出示领取码")
    assert member.page.locator("svg.qr").is_visible()
    assert len(member.page.locator(".short-code").inner_text().replace(" ", "")) == 8


def she_cancels(member: Visitor, scene: Scene) -> None:
    programmes.tell_booked()
    member.go(f"/programmes/{scene.programme.pk}/").press("取消预订").press("取消预订")
    assert "预订这份慰问品" in member.words
    assert Booking.objects.get(member__name=NEWCOMER).status == "cancelled"


def she_reads_her_messages(member: Visitor) -> None:
    with member.page.expect_navigation():
        member.page.locator("header summary").click()
        member.page.locator("header").get_by_role("link", name="消息").click()
    member.open_row("预订成功")
    assert member.page.locator("main h1").is_visible()


def she_reads_in_large_type(member: Visitor) -> None:
    for words, large in (("长辈版", True), ("标准版", False)):
        before = member.page.url
        with member.page.expect_navigation():
            member.page.locator("header").get_by_role("button", name=words).click()
        assert member.page.url == before
        assert (member.page.locator("html.large").count() == 1) is large


# The officer -------------------------------------------------------------------------------------------------------
def test_an_officer_from_the_roster_to_the_sign_for_sheet(
    comes: Comes, scene: Scene, worker: None, tmp_path: Path
) -> None:
    del worker
    officer = comes("officer", DESK)
    he_comes_in(officer, scene)
    he_brings_in_a_roster(officer, tmp_path)
    he_looks_at_the_programme(officer, scene)
    he_prints_the_sheet_of_a_group(officer, tmp_path)


def he_comes_in(officer: Visitor, scene: Scene) -> None:
    everything = [permission for permission in registered if permission != "identity.manage_roles"]
    user = holder(*everything, at=scene.tree.unit, name="周敏", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(username="zhoumin")
    officer.go("/account/login/").fill(login="zhoumin", password=PASSWORD).press("登录")
    assert officer.page.url.endswith("/staff/")


def he_brings_in_a_roster(officer: Visitor, folder: Path) -> None:
    path = folder / "天桥剧场花名册.xlsx"
    write_roster(path)
    officer.go("/staff/imports/new/").page.locator("main [name=organization]").select_option(label="天桥街道总工会")
    officer.page.set_input_files("main [name=file]", path)
    officer.press("上传并查看各列")
    officer.page.locator("main tbody select").nth(FIELDS.index(DUTY)).select_option(DUTY)
    officer.press("开始核对").reload_until(f"写入 {len(PEOPLE)} 行")
    assert "末位校验码应为" in officer.words
    officer.press(f"写入 {len(PEOPLE)} 行").until("已写入")
    assert set(Member.objects.values_list("name", flat=True)) >= {person.name for person in PEOPLE}


def he_looks_at_the_programme(officer: Visitor, scene: Scene) -> None:
    officer.go("/staff/programmes/").fill(q="没有").press("筛选")
    assert scene.programme.name not in officer.words
    officer.go("/staff/programmes/").open_row(scene.programme.name)
    assert officer.page.url.endswith("/live/")
    assert officer.figures()["剩余"] == "2"
    programmes.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)
    officer.page.reload()
    assert officer.figures()["线上预订"] == "1"


def he_prints_the_sheet_of_a_group(officer: Visitor, folder: Path) -> None:
    officer.press("分组发放").open_row(Split.objects.get().name).press("制作名单").press("打印签收表")
    paper = officer.take("下载 PDF", folder)
    assert paper.read_bytes()[:5] == b"%PDF-"
    assert Paper.objects.get().about_id == Split.objects.get().pk
