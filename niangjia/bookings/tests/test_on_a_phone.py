"""The voucher on a member's phone and on paper, the helper's counter from the first code to the undoing."""

import io
from datetime import timedelta

import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from niangjia.bookings import services
from niangjia.bookings.models import Booking
from niangjia.bookings.tests.factories import Buyer, make_audience, make_buyer, make_offer
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import codes
from niangjia.vouchers import services as vouchers
from niangjia.vouchers.models import Redemption, RedemptionKind, Voucher
from niangjia.vouchers.permissions import REDEEM


def enter(page: Page, site: str, user: User) -> list[str]:
    """Come in as somebody; returns what the console will say."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def seems_right(page: Page) -> None:
    """Nothing is out of reach, and nothing runs out of a phone."""
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


class Scene:
    """Somebody who has booked, and somebody who hands out."""

    def __init__(self) -> None:
        self.tree = make_tree()
        self.point = vouchers.create_point(
            organization=self.tree.unit,
            name="天桥职工服务站",
            address="北纬路甲6号",
            hours="工作日 9:00–17:00",
            phone="010-83000000",
            actor=None,
        )
        self.buyer: Buyer = make_buyer(self.tree.primary, "陈望舒")
        audience = make_audience(self.tree.unit, self.buyer.member)
        until = timezone.now() + timedelta(hours=5)
        offer = make_offer(self.tree.unit, audience, points=[self.point], cancel_until=until)
        self.booking: Booking = services.book_assisted(offer, self.buyer.member, actor=None)
        self.helper = holder(REDEEM, at=self.tree.unit, name="董春燕")

    @property
    def voucher(self) -> Voucher:
        made = vouchers.ensure_voucher(self.booking.pk)
        assert made
        return made


def read(picture: bytes) -> bytes | None:
    """What a camera reads in a picture of the page."""
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(picture)))
    return codes.from_base45(found.text) if found else None


def test_a_member_gets_from_home_to_a_code_that_a_camera_reads(site: str, phone: Page) -> None:
    scene = Scene()
    told = enter(phone, site, scene.buyer.user)
    phone.goto("/me/")
    phone.get_by_role("link", name="干果礼盒").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("领取时请出示此码")
    for known in ("天桥职工服务站", "北纬路甲6号", "工作日 9:00–17:00", "010-83000000", "干果礼盒 1 盒"):
        expect(phone.get_by_text(known).first).to_be_visible()
    expect(phone.get_by_role("link", name="取消预订")).to_be_visible()
    assert codes.opened(read(phone.screenshot(full_page=True)) or b"") == scene.booking.pk
    seems_right(phone)
    phone.emulate_media(media="print")
    expect(phone.get_by_role("link", name="取消预订")).to_be_hidden()
    expect(phone.locator(".short-code")).to_be_visible()
    assert codes.opened(read(phone.screenshot(full_page=True)) or b"") == scene.booking.pk
    phone.emulate_media(media="screen", color_scheme="dark")
    assert codes.opened(read(phone.screenshot(full_page=True)) or b"") == scene.booking.pk
    phone.goto("/me/bookings/")
    seems_right(phone)
    assert told == []


def test_a_helper_types_hands_over_and_undoes(site: str, phone: Page) -> None:
    scene = Scene()
    voucher = scene.voucher
    told = enter(phone, site, scene.helper)
    phone.goto("/helper/")
    phone.get_by_label("您所在的领取点").select_option(label=scene.point.name)
    phone.get_by_label("领取码", exact=True).fill("AAAA AAAA")
    phone.get_by_role("button", name="查询领取码").click()
    expect(phone.get_by_role("alert")).to_contain_text("没有您可以发放的")
    seems_right(phone)
    phone.get_by_label("领取码", exact=True).fill(f" {voucher.grouped_code.lower()}")
    phone.get_by_role("button", name="查询领取码").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("发给陈＊＊：干果礼盒 1 盒")
    expect(phone.get_by_text("天桥剧场工会")).to_be_visible()
    seems_right(phone)
    phone.get_by_role("button", name="发放这份慰问品").click()
    expect(phone.locator(".callout.good")).to_contain_text("已发给陈＊＊：干果礼盒 1 盒")
    seems_right(phone)
    phone.get_by_label("领取码", exact=True).fill(voucher.code)
    phone.get_by_role("button", name="查询领取码").click()
    expect(phone.get_by_role("alert")).to_contain_text("在天桥职工服务站由董春燕发放")
    seems_right(phone)
    phone.get_by_role("link", name="撤销这次发放").click()
    phone.get_by_label("撤销的原因").fill("扫错了人")
    phone.get_by_role("button", name="撤销这次发放").click()
    expect(phone.get_by_text("已撤销").first).to_be_visible()
    undone = Redemption.objects.get(kind=RedemptionKind.UNDONE)
    assert (undone.reason, undone.by) == ("扫错了人", scene.helper)
    assert [line for line in told if "404" not in line] == []  # the browser notes the unknown code's status
