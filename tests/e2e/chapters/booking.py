"""Members on their phones: too early, in time, with reasons and without scripts, and too late."""

from io import BytesIO

import zxingcpp
from PIL import Image

from niangjia.bookings.models import Booking
from tests.e2e.chapters.planning import the_deadlines_leave_time
from tests.e2e.roster import BOOKS, CANCELS, JOINED_LATE, NO_SCRIPT
from tests.e2e.story import BOX, NAME, Story
from tests.e2e.visitors import Visitor

BOOK = "预订这份慰问品"


def the_members_come_by_phone(story: Story) -> None:
    for person in (BOOKS, CANCELS, JOINED_LATE):
        story.comes_by_phone(person)
    story.comes_by_phone(NO_SCRIPT, java_script_enabled=False)


def a_member_comes_too_early(story: Story) -> None:
    member = story.members[BOOKS.name].go("/me/").open_row(NAME)
    assert "开始预订" in member.heading
    assert BOOK not in member.words


def a_member_books(story: Story) -> None:
    the_deadlines_leave_time(story, 20)
    member = story.members[BOOKS.name]
    member.page.reload()
    assert BOX in member.look().heading
    member.page.get_by_text("为什么您可以预订").click()
    member.until("天桥街道总工会")
    book(member)
    member.press("出示领取码")
    story.code = shown_code(member)


def book(member: Visitor) -> None:
    with member.page.expect_navigation():
        member.control(BOOK).click()
    member.until("出示领取码")
    assert "预订成功" in member.page.locator("#notices").inner_text()


def shown_code(member: Visitor) -> str:
    """The short code of the voucher, whose QR code a camera can read."""
    picture = Image.open(BytesIO(member.page.locator(".voucher-code svg").first.screenshot()))
    found = zxingcpp.read_barcodes(picture)
    assert [code.format for code in found] == [zxingcpp.BarcodeFormat.QRCode]
    return member.page.locator(".short-code").inner_text()


def another_member_reads_why_not(story: Story) -> None:
    member = story.members[JOINED_LATE.name].go("/me/")
    assert NAME not in member.words
    member.go(f"/p/{story.programme.pk}/").press("查看我能不能预订")
    assert member.heading == "您暂时不能预订"
    assert "2026年6月1日" in member.words
    assert "010-83000000" in member.words


def a_third_books_and_cancels(story: Story) -> None:
    """And stays on the page, from which she could book again."""
    member = story.members[CANCELS.name].go("/me/").open_row(NAME)
    book(member)
    member.press("取消预订").press("取消预订")
    assert BOOK in member.words


def somebody_books_without_scripts(story: Story) -> None:
    member = story.members[NO_SCRIPT.name].go("/me/").open_row(NAME).press(BOOK)
    assert member.page.url.endswith("/booked/?outcome=booked")
    assert "预订成功" in member.page.locator("#notices").inner_text()
    assert "取消预订" in member.words
    assert Booking.objects.filter(member__name=NO_SCRIPT.name, status="booked").exists()


def it_is_too_late_for_members(story: Story) -> None:
    """Booking and cancelling have ended: on a page opened long ago, on a page opened now, and by the public notice."""
    late = story.members[CANCELS.name].press(BOOK)
    assert late.heading == "预订已经结束"
    assert late.page.locator("#notices").inner_text().strip() == "预订已经结束。"
    holds = story.members[NO_SCRIPT.name].go(f"/programmes/{story.programme.pk}/")
    assert "出示领取码" in holds.words
    assert holds.page.get_by_role("link", name="取消预订").count() == 0
    assert Booking.objects.filter(member__name=CANCELS.name).values_list("status").get() == ("cancelled",)


def the_members_have_letters(story: Story) -> None:
    for person, words in ((BOOKS, "预订成功"), (CANCELS, "取消")):
        member = story.members[person.name].go("/me/messages/")
        assert [row for row in member.page.locator("main li").all_inner_texts() if NAME in row and words in row]
