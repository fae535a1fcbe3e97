"""At the desk, at the place of work, at the place of collection."""

from django.utils import timezone

from niangjia.benefits.models import Handout, Split
from niangjia.bookings.models import Booking
from niangjia.vouchers.models import Redemption
from tests.e2e.roster import BOOKS, CLEANERS, GUARDS, NO_PHONE
from tests.e2e.story import HELPER, POINT, Story, log_in_staff
from tests.e2e.visitors import PHONE, Visitor


def the_officer_books_for_somebody_without_a_phone(story: Story) -> None:
    """From the protected share; the history names who did it and for whom."""
    officer = story.officer.go(f"{story.staff_page}desk/").fill(q=NO_PHONE.id_number[-4:]).press("查找职工")
    officer.open_row(NO_PHONE.name).press("代订并当场发放")
    booking = Booking.objects.get(member__name=NO_PHONE.name)
    assert (booking.channel, booking.status, str(booking.helper)) == ("assisted", "collected", "周敏")
    assert booking.protected
    officer.go("/staff/history/")
    assert [
        row for row in officer.page.locator("tbody tr").all_inner_texts() if NO_PHONE.name in row and "周敏" in row
    ]


def the_helper_comes(story: Story) -> None:
    helper = story.members["helper"] = story.visitor("helper", PHONE)
    log_in_staff(helper, HELPER)


def the_helper_hands_over_once(story: Story) -> None:
    helper = story.members["helper"]
    look_up(helper, story.code)
    assert "沈＊＊：干果礼盒" in helper.heading
    assert BOOKS.name not in helper.words
    helper.press("发放这份慰问品")
    assert "已发给沈＊＊" in helper.words
    look_up(helper, story.code)
    assert helper.heading == "请勿发放"
    assert POINT in helper.words
    assert timezone.localdate().strftime("%Y年") in helper.words
    assert Redemption.objects.filter(voucher__member__name=BOOKS.name).count() == 1


def look_up(helper: Visitor, code: str) -> None:
    """Type the short code in small letters, as people do."""
    helper.go("/helper/").page.locator("main [name=point]").select_option(label=POINT)
    helper.fill(code=code.lower()).press("查询领取码")


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
