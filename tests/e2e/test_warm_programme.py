"""The main job from end to end: an officer's roster, a programme, members on their phones, helpers, and the report.

One story with one cast, in a real browser against the real site; every chapter is a function. The numbers at its end
are compared with each other: database, ledger, screen, Word, Excel, and what the public reads.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import zxingcpp
from django.db.models import F
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser

from niangjia.audit import queries as audit
from niangjia.benefits.models import Handout, Programme, Split
from niangjia.bookings.models import Booking, Offer
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.identity.tests.factories import holder
from niangjia.ledgers.queries import balance
from niangjia.members.models import Member
from niangjia.members.services.occupations import ensure_occupations
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.vouchers.services import create_point
from tests.e2e.roster import (
    BOOKS,
    CANCELS,
    CLEANERS,
    ELIGIBLE,
    FIELDS,
    GUARDS,
    JOINED_LATE,
    NO_PHONE,
    NO_SCRIPT,
    PEOPLE,
    Person,
    write_roster,
)
from tests.e2e.visitors import DESK, PHONE, Visitor, all_faults

PASSWORD = "die Tür steht offen 1925"
NAME = "2027年迎新春送温暖"
RULE = "2027年送温暖线上礼盒"
ONLINE, KEPT, OFFLINE = 6, 2, 9
BOX_PRICE, PACK_PRICE = "119.00", "80.00"
RED = "F4B8B0"
DUTY = "on_duty_festival"  # the one column whose header the officer has to explain, once


@dataclass
class Story:
    """Who takes part, and where things lie."""

    tree: Tree
    folder: Path
    visitor: Callable[..., Visitor]
    officer: Visitor
    member: Visitor = field(init=False)
    code: str = ""

    @property
    def programme(self) -> Programme:
        return Programme.objects.get()

    @property
    def staff_page(self) -> str:
        return f"/staff/programmes/{self.programme.pk}/"


@pytest.fixture
def visitor(site: str, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Somebody who comes to the site with a device of their own. Nobody may have met a fault when all have gone."""
    came: list[Visitor] = []

    def comes(who: str, size: Any = DESK, **options: Any) -> Visitor:
        came.append(Visitor(browser, site, who, size, **options))
        return came[-1]

    yield comes
    for one in came:
        sys.stdout.write(one.last_words())  # shown only if the test has failed
        one.context.close()
    assert "\n".join(all_faults(came)) == ""


@pytest.fixture
def tree(site: str) -> Tree:
    del site
    tree = make_tree()
    ensure_occupations(actor=None)
    create_point(organization=tree.unit, name="天桥职工服务站", address="北纬路甲6号", hours="9:00–17:00", actor=None)
    return tree


def staff(name: str, username: str, *permissions: str, tree: Tree) -> User:
    user = holder(*permissions, at=tree.unit, name=name, password=PASSWORD)
    User.objects.filter(pk=user.pk).update(username=username)
    return user


def log_in_staff(visitor: Visitor, username: str) -> None:
    visitor.go("/account/login/").fill(login=username, password=PASSWORD).press("登录")


@pytest.fixture
def story(worker: None, tree: Tree, tmp_path: Path, visitor: Callable[..., Visitor]) -> Story:
    del worker
    everything = [permission for permission in registered if permission != "identity.manage_roles"]
    staff("周敏", "zhoumin", *everything, tree=tree)
    staff("发放员小李", "xiaoli", "vouchers.redeem", "vouchers.view", tree=tree)
    return Story(tree, tmp_path, visitor, visitor("officer"))


def test_from_import_to_report(story: Story) -> None:
    the_officer_logs_in(story)
    the_roster_is_imported(story)
    the_same_file_changes_nothing(story)
    the_programme_is_planned(story)
    the_rule_is_written_and_the_list_frozen(story)
    the_goods_arrive_and_the_notice_is_published(story)
    a_member_comes_too_early(story)
    the_moment_of_opening_comes(story)
    a_member_books(story)
    another_member_reads_why_not(story)
    a_third_books_and_cancels(story)
    somebody_books_without_scripts(story)
    the_officer_books_for_somebody_without_a_phone(story)
    the_packs_are_split_and_handed_out(story)
    the_helper_hands_over_once(story)
    the_officer_watches(story)
    the_programme_is_closed_and_reported(story)
    all_numbers_agree(story)


# The officer -------------------------------------------------------------------------------------------------------
def the_officer_logs_in(story: Story) -> None:
    officer = story.officer.go("/account/login/")
    officer.fill(login="zhoumin", password="falsch").press("登录")
    assert "用户名与密码不符" in officer.words
    log_in_staff(officer, "zhoumin")
    assert officer.page.url.endswith("/staff/")


def upload(story: Story, path: Path) -> None:
    officer = story.officer.go("/staff/imports/new/")
    officer.page.locator("main [name=organization]").select_option(label="天桥街道总工会")
    officer.page.set_input_files("main [name=file]", path)
    officer.press("上传并查看各列")


def the_roster_is_imported(story: Story) -> None:
    officer, path = story.officer, story.folder / "天桥剧场花名册.xlsx"
    wrong = write_roster(path)
    upload(story, path)
    boxes = officer.page.locator("main tbody select").all()
    assert [box.input_value() for box in boxes] == [name if name != DUTY else "" for name in FIELDS]
    boxes[FIELDS.index(DUTY)].select_option(DUTY)
    officer.press("开始核对")
    officer.page.get_by_role("button", name=f"写入 {len(PEOPLE)} 行").wait_for()
    officer.look()
    rows = officer.page.locator("tr").all_inner_texts()
    for number, words in wrong.items():
        assert [row for row in rows if row.split()[:1] == [str(number)] and words in row], (number, words)
    assert Member.objects.count() == 0
    marked = officer.reload_until("下载标出错误的文件").take("下载标出错误的文件", story.folder)
    sheet: Any = openpyxl.load_workbook(marked).active
    red = {cell.row for row in sheet.iter_rows() for cell in row if str(cell.fill.fgColor.rgb).endswith(RED)}
    assert red == set(wrong)
    officer.press(f"写入 {len(PEOPLE)} 行")
    officer.until("已写入")
    assert set(Member.objects.values_list("name", flat=True)) == {person.name for person in PEOPLE}


def the_same_file_changes_nothing(story: Story) -> None:
    officer, before = story.officer, set(Member.objects.values_list("pk", "updated_at"))
    upload(story, story.folder / "天桥剧场花名册.xlsx")
    assert [box.input_value() for box in officer.page.locator("main tbody select").all()] == list(FIELDS)
    officer.press("开始核对").until("没有可以写入的内容")
    assert set(Member.objects.values_list("pk", "updated_at")) == before


def moment(**after: int) -> str:
    return timezone.localtime(timezone.now() + timedelta(**after)).strftime("%Y-%m-%dT%H:%M")


def the_programme_is_planned(story: Story) -> None:
    officer = story.officer.go("/staff/programmes/").press("新建活动")
    officer.fill(
        name=NAME,
        occasion="spring_festival",
        year="2027",
        purpose="为节日在岗职工送上一份心意。",
        contact_phone="010-83000000",
        one_per_person=True,
    ).press("保存，下一步填写慰问品")
    box = {"name": "干果礼盒", "unit": "盒", "contents": "核桃 500克\n大枣 500克", "unit_price": "120.00"}
    pack = {"name": "慰问礼包", "unit": "份", "contents": "牛奶\n洗发水\n方便面", "unit_price": PACK_PRICE}
    officer.press("添加慰问品").fill(**box, money_source="own", quantity_online=str(ONLINE), protected=str(KEPT))
    officer.press("保存慰问品").press("添加慰问品")
    officer.fill(**pack, money_source="donation", quantity_offline=str(OFFLINE)).press("保存慰问品")
    officer.press("下一步：时间和地点").fill(
        opens_at=moment(hours=1), closes_at=moment(days=3), cancel_until=moment(days=2),
        collect_from=moment(hours=-1), collect_until=moment(days=9),
    ).tick("天桥职工服务站").press("保存时间和地点")  # fmt: skip


def the_rule_is_written_and_the_list_frozen(story: Story) -> None:
    officer = story.officer.go("/staff/audiences/rules/new/").fill(name=RULE)
    condition(officer, 0, "member.under")
    choose(officer, "builder-0-argument", story.tree.unit.code)
    condition(officer, 1, "member.joined_on")
    choose(officer, "builder-1-operator", "on_or_before")
    with officer.settled():
        officer.page.fill("[name=builder-1-value]", "2025-12-31")
        officer.page.keyboard.press("Tab")
    officer.page.locator("#preview .figure-value", has_text=str(len(ELIGIBLE))).wait_for()
    assert officer.look().figures()["现在符合"] == str(len(ELIGIBLE))
    officer.press("保存资格条件")
    assert BOOKS.name in officer.words
    assert JOINED_LATE.name not in officer.words
    why_not(officer, JOINED_LATE)
    officer.go("/staff/audiences/rules/").open_row(RULE).press("拟定名单").fill(name="线上礼盒名单")
    officer.press("拟定这份名单").press("锁定名单").press("锁定名单").until(f"{len(PEOPLE)}")
    officer.page.get_by_role("heading", name="未入选的原因").first.wait_for()
    assert f"{len(ELIGIBLE)}" in officer.heading
    officer.go(f"{story.staff_page}eligibility/")
    officer.page.locator("main [name=audience]").select_option(label="线上礼盒名单")
    officer.press("使用这份名单")
    assert f"{len(ELIGIBLE)}" in officer.heading
    officer.press("下一步：分配方式")
    officer.page.check("[name=method][value=first_come]")
    officer.page.uncheck("[name=waiting_list]")
    officer.press("保存分配方式")
    assert "先到先得" in officer.words


def condition(officer: Visitor, number: int, fact: str) -> None:
    """One more condition in the builder, which draws itself anew for each choice."""
    with officer.settled():
        officer.control("添加条件").click()
    choose(officer, f"builder-{number}-fact", fact)


def choose(officer: Visitor, name: str, value: str) -> None:
    with officer.settled():
        officer.page.select_option(f"[name={name}]", value)


def why_not(officer: Visitor, person: Person) -> None:
    officer.press("查某人为什么在或不在").fill(q=person.name).press("查找").open_row(person.name)
    row = officer.page.locator("tr", has_text="入会").filter(has_text="不符合")
    assert "2026" in row.inner_text(), officer.words


def the_goods_arrive_and_the_notice_is_published(story: Story) -> None:
    officer = story.officer
    for item, pieces, price, source in (
        ("干果礼盒", ONLINE, BOX_PRICE, "own"),
        ("慰问礼包", OFFLINE, PACK_PRICE, "donation"),
    ):
        officer.go(f"{story.staff_page}goods/")
        with officer.page.expect_navigation():
            officer.page.locator("tr", has_text=item).first.get_by_role("link", name="登记到货").click()
        officer.fill(quantity=str(pieces), unit_price=price, money_source=source, note="发票 0123").press("登记到货")
    officer.go(f"{story.staff_page}plan/").press("核对并发布").press("发布活动")
    assert story.programme.is_public


# Members -----------------------------------------------------------------------------------------------------------
def comes_by_phone(story: Story, person: Person, **options: Any) -> Visitor:
    """A member at her phone, the first time: number, code, name and the last four of the ID."""
    member = story.visitor(person.name, PHONE, **options).go("/login/")
    member.fill(phone=person.phone).press("获取验证码")
    member.fill(code=member.page.inner_text("#shown-code")).press("登录")
    member.fill(name=person.name, id_tail=person.id_number[-4:]).press("登录")
    assert member.page.url.endswith("/me/")
    return member


def a_member_comes_too_early(story: Story) -> None:
    member = comes_by_phone(story, BOOKS).open_row(NAME)
    assert "起可以预订" in member.heading or "开始预订" in member.heading, member.heading
    story.member = member


def the_moment_of_opening_comes(story: Story) -> None:
    del story
    time_passes(hours=2)


def time_passes(**passed: int) -> None:
    """The one thing that a test cannot wait for: every moment of the programme comes nearer, or lies behind."""
    for model in (Programme, Offer):
        names = ("opens_at", "closes_at", "cancel_until", "collect_from", "collect_until")
        model.objects.update(**{name: F(name) - timedelta(**passed) for name in names})


def a_member_books(story: Story) -> None:
    member = story.member
    member.page.reload()
    assert "干果礼盒" in member.look().heading
    member.page.get_by_text("为什么您可以预订").click()
    member.until("天桥街道总工会")
    book(member)
    member.press("出示领取码")
    story.code = shown_code(member)


def book(member: Visitor) -> None:
    with member.page.expect_navigation():
        member.control("预订这份慰问品").click()
    member.until("出示领取码")


def shown_code(member: Visitor) -> str:
    """The short code of the voucher, whose QR code a camera can read."""
    picture = Image.open(BytesIO(member.page.locator(".voucher-code svg").first.screenshot()))
    found = zxingcpp.read_barcodes(picture)
    assert [code.format for code in found] == [zxingcpp.BarcodeFormat.QRCode]
    return member.page.locator(".short-code").inner_text()


def another_member_reads_why_not(story: Story) -> None:
    member = comes_by_phone(story, JOINED_LATE)
    assert NAME not in member.words
    member.go(f"/p/{story.programme.pk}/").press("查看我能不能预订")
    assert member.heading == "您暂时不能预订"
    assert "2026年6月1日" in member.words
    assert "010-83000000" in member.words


def a_third_books_and_cancels(story: Story) -> None:
    member = comes_by_phone(story, CANCELS).open_row(NAME)
    book(member)
    member.press("取消预订").press("取消预订")
    assert "预订这份慰问品" in member.words


def somebody_books_without_scripts(story: Story) -> None:
    member = comes_by_phone(story, NO_SCRIPT, java_script_enabled=False).open_row(NAME)
    member.press("预订这份慰问品")
    assert Booking.objects.filter(member__name=NO_SCRIPT.name, status="booked").exists()


# At the desk, and at the place of work -----------------------------------------------------------------------------
def the_officer_books_for_somebody_without_a_phone(story: Story) -> None:
    officer = story.officer.go(f"{story.staff_page}desk/").fill(q=NO_PHONE.id_number[-4:]).press("查找职工")
    officer.open_row(NO_PHONE.name).press("代订并当场发放")
    booking = Booking.objects.get(member__name=NO_PHONE.name)
    assert (booking.channel, booking.status, str(booking.helper)) == ("assisted", "collected", "周敏")


def the_packs_are_split_and_handed_out(story: Story) -> None:
    for group, name, people, absent in (
        ("cleaner", "天桥剧场保洁组", CLEANERS, "2"),
        ("guard", "天桥剧场保安组", GUARDS, ""),
    ):
        officer = story.officer.go(f"{story.staff_page}groups/new/")
        officer.fill(group=group, name=name, quantity=str(len(people) + 1), where="天桥剧场南门").press("保存分组")
        officer.reload_until("制作名单").press("制作名单")
        assert all(person.name in officer.words for person in people)
        officer.press("打印签收表")
        sheet = officer.take("下载 PDF", story.folder)
        assert sheet.read_bytes()[:5] == b"%PDF-"
        split = Split.objects.get(name=name)
        officer.go(f"{story.staff_page}groups/{split.pk}/").press("登记签收结果").fill(absent=absent)
        officer.press("登记签收结果")
    assert Handout.objects.handed_out().count() == len(CLEANERS) + len(GUARDS) - 1


def the_helper_hands_over_once(story: Story) -> None:
    helper = story.visitor("helper", PHONE)
    log_in_staff(helper, "xiaoli")
    look_up(helper, story.code)
    assert "沈＊＊：干果礼盒" in helper.heading
    assert BOOKS.name not in helper.words
    helper.press("发放这份慰问品")
    assert "已发给沈＊＊" in helper.words
    look_up(helper, story.code)
    assert helper.heading == "请勿发放"
    assert "天桥职工服务站" in helper.words
    assert timezone.localdate().strftime("%Y年") in helper.words


def look_up(helper: Visitor, code: str) -> None:
    """Type the short code in small letters, as people do."""
    helper.go("/helper/").page.locator("main [name=point]").select_option(label="天桥职工服务站")
    helper.fill(code=code.lower()).press("查询领取码")


# The end -----------------------------------------------------------------------------------------------------------
def the_officer_watches(story: Story) -> None:
    officer = story.officer.go(f"{story.staff_page}live/")
    done = len(CLEANERS) - 1 + len(GUARDS)
    expected = {"线上预订": 3, "剩余": ONLINE - KEPT - 2, "已发放": 2 + done, "退回": 1}
    assert officer.figures() == {words: str(count) for words, count in expected.items()}
    assert officer.words.count("账实相符") == 2
    assert officer.table("按工会") == [["天桥剧场工会", "1", "2", str(done), str(2 + done)]]


def the_programme_is_closed_and_reported(story: Story) -> None:
    officer = story.officer.press("结束活动").press("结束活动")
    assert "还有 1 人已预订，可以领取到" in officer.words
    time_passes(days=10)
    officer.press("结束活动").press("结束活动")
    assert officer.page.url.endswith("/report/")
    with officer.page.expect_download() as expected:
        officer.page.get_by_role("link", name="Excel").click()
    expected.value.save_as(story.folder / "report.xlsx")
    officer.press("生成 Word 和 PDF").take("下载 Word", story.folder).rename(story.folder / "report.docx")
    assert officer.take("下载 PDF", story.folder).read_bytes()[:5] == b"%PDF-"
    officer.go(f"{story.staff_page}report/").press("确认报告").press("确认报告")
    assert story.programme.status == "reported"


def all_numbers_agree(story: Story) -> None:
    """Database, ledger, screen, Excel, Word and public page say the same."""
    screen, public = story.officer.go(f"{story.staff_page}report/"), story.visitor("public", PHONE)
    collected = Booking.objects.filter(status="collected").count()
    assert Booking.objects.filter(status="expired").count() == 1
    offline = Handout.objects.handed_out().count()
    stock = [balance(item=gift.item) for gift in story.programme.gifts.order_by("id")]
    assert all(one.balances for one in stock)
    assert [one.handed_out for one in stock] == [collected, offline] == [2, len(CLEANERS) + len(GUARDS) - 1]
    served = collected + offline
    assert screen.table("按工会统计的受益人数") == [["天桥剧场工会", "1", "1", str(offline), str(served), "1"]]
    assert screen.figures()["线下发放"] == str(offline)

    excel: Any = openpyxl.load_workbook(story.folder / "report.xlsx")
    assert [cell.value for cell in excel["按工会"][2]][:6] == ["天桥剧场工会", 1, 1, offline, served, 1]
    fen = sum(round(row[3] * 100) for row in excel["经费"].iter_rows(min_row=2, values_only=True))
    assert fen == ONLINE * 11_900 + OFFLINE * 8_000
    assert f"{fen / 100:,.2f}" in screen.figures()["采购支出"]
    assert len(screen.table("经费（按来源和物品）")) == 2

    word = docx.Document(str(story.folder / "report.docx"))
    rows = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    assert ["天桥剧场工会", "1", "1", str(offline), str(served), "1"] in rows
    assert [row for row in rows if row[0] == "合计" and row[-1] == f"¥{fen / 100:,.2f}"]

    public.go(f"/p/{story.programme.pk}/")
    figures = ("线上预订", "线下发放", "合计")
    assert [public.figures()[words] for words in figures] == [screen.figures()[words] for words in figures]
    public.open_row("领取结果")
    names = public.page.locator("tbody th").all_inner_texts()
    assert len(names) == served
    assert f"{served}" in public.heading
    assert all(person.name not in public.words for person in PEOPLE)
    assert sorted(name[0] for name in names) == sorted(name[0] for name in served_names())
    assert audit.verify().sound


def served_names() -> list[str]:
    booked = Booking.objects.filter(status="collected").values_list("member__name", flat=True)
    return [*booked, *Handout.objects.handed_out().values_list("member__name", flat=True)]
