"""The counter in a real browser: by typing without scripts, and by a camera that sees the member's card."""

import io
from pathlib import Path
from typing import Any

import pytest
import segno
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect

from niangjia.bookings.services import book_assisted
from niangjia.bookings.tests.factories import make_audience, make_buyer, make_offer
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.org.tests.factories import make_tree
from niangjia.vouchers import codes, permissions, services
from niangjia.vouchers.models import Redemption, Voucher
from niangjia.vouchers.tests.factories import make_point


class Desk:
    """A helper at her place, and a member who has booked."""

    def __init__(self) -> None:
        self.unit = make_tree().unit
        self.helper = holder(permissions.REDEEM, at=self.unit, name="李助手")
        self.point = make_point(self.unit)
        self.buyer = make_buyer(self.unit)
        offer = make_offer(self.unit, make_audience(self.unit, self.buyer.member), points=[self.point])
        voucher = services.ensure_voucher(book_assisted(offer, self.buyer.member, actor=None).pk)
        assert voucher is not None
        self.voucher: Voucher = voucher


def log_in(context: BrowserContext, site: str, user: User | None) -> None:
    client = Client()
    assert user
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def video(voucher: Voucher, folder: Path) -> Path:
    """What the camera sees: the QR code on white, for as many pictures as anybody waits for."""
    drawing = io.BytesIO()
    code = segno.make(
        codes.base45(services.token(voucher)), error="m", mode="alphanumeric", boost_error=False, mask=codes.MASK
    )
    code.save(drawing, kind="png", scale=5, border=4)
    picture, card = Image.new("RGB", (640, 480), "white"), Image.open(drawing).convert("RGB")
    # The reader looks at the middle two thirds of what the camera sees.
    picture.paste(card, ((picture.width - card.width) // 2, (picture.height - card.height) // 2))
    frame = io.BytesIO()
    picture.save(frame, "JPEG", quality=90)
    path = folder / "camera.mjpeg"
    path.write_bytes(frame.getvalue() * 60)
    return path


def test_the_card_on_a_phone(site: str, phone: Page) -> None:
    desk = Desk()
    log_in(phone.context, site, desk.buyer.user)
    phone.goto("/me/bookings/")
    phone.get_by_role("link", name="干果礼盒").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("领取时请出示此码")
    shown = phone.locator(".short-code").inner_text()
    assert codes.read_code(shown) == desk.voucher.code
    drawing = phone.locator("svg.qr").bounding_box()
    assert drawing is not None
    assert drawing["width"] >= 240


def test_a_code_is_typed_without_scripts(site: str, browser: Browser, browser_context_args: dict[str, Any]) -> None:
    desk = Desk()
    with browser.new_context(**browser_context_args, base_url=site, java_script_enabled=False) as context:
        log_in(context, site, desk.helper)
        page = context.new_page()
        for words in ("已发给", "请勿发放"):
            page.goto("/helper/")
            page.get_by_label("您所在的领取点").select_option(label=desk.point.name)
            page.get_by_label("领取码", exact=True).fill(desk.voucher.grouped_code.lower())
            page.get_by_role("button", name="查询领取码").click()
            if words == "已发给":
                page.get_by_role("button", name="发放这份慰问品").click()
            expect(page.get_by_text(words).first).to_be_visible()
        expect(page.get_by_text("李助手").first).to_be_visible()
    assert Redemption.objects.count() == 1


def test_the_camera_reads_the_card(
    site: str,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    browser_context_args: dict[str, Any],
    tmp_path: Path,
) -> None:
    desk = Desk()
    sees = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video(desk.voucher, tmp_path)}",
    ]
    launched = browser_type.launch(**browser_type_launch_args | {"args": browser_type_launch_args["args"] + sees})
    try:
        with launched.new_context(**browser_context_args, base_url=site, permissions=["camera"]) as context:
            log_in(context, site, desk.helper)
            page = context.new_page()
            page.goto("/helper/")
            page.get_by_label("您所在的领取点").select_option(label=desk.point.name)
            page.get_by_role("button", name="使用摄像头").click()
            page.wait_for_url(f"**/helper/{desk.voucher.pk}/", timeout=60_000)
            expect(page.get_by_role("button", name="发放这份慰问品")).to_be_visible()
    finally:
        launched.close()


@pytest.mark.parametrize("where", ["/helper/", "/staff/points/new/"])
def test_nothing_overflows_a_phone(site: str, phone: Page, where: str) -> None:
    desk = Desk()
    user = holder(permissions.REDEEM, permissions.MANAGE, "org.view", at=desk.unit)
    log_in(phone.context, site, user)
    phone.goto(where)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
