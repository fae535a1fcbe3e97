"""Booking in a real browser: with scripts and without, and the live page that keeps itself up to date."""

from typing import Any

import psycopg
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from niangjia.benefits import services
from niangjia.benefits.tests.factories import Scene, make_scene
from niangjia.bookings.models import Booking
from niangjia.bookings.tests.races import dsn
from niangjia.identity.models import User


def log_in(page: Page, site: str, user: User | None) -> None:
    client = Client()
    assert user
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def book(page: Page, scene: Scene) -> None:
    page.goto(f"/programmes/{scene.programme.pk}/")
    page.get_by_role("button", name="预订这份慰问品").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您已预订，编号 1")
    expect(page.get_by_role("link", name="出示领取码")).to_be_visible()
    assert Booking.objects.get().channel == "online"


def test_a_member_books_with_one_touch(site: str, phone: Page) -> None:
    scene = make_scene(protected=0).publish()
    log_in(phone, site, scene.people[0].user)
    book(phone, scene)


def test_a_member_books_without_scripts(site: str, browser: Browser, browser_context_args: dict[str, Any]) -> None:
    scene = make_scene(protected=0).publish()
    with browser.new_context(**browser_context_args, base_url=site, java_script_enabled=False) as context:
        page = context.new_page()
        log_in(page, site, scene.people[0].user)
        book(page, scene)
        expect(page.get_by_text("预订成功。")).to_be_visible()


def test_who_waits_reads_her_place_and_the_page_asks_again_by_itself(site: str, phone: Page) -> None:
    """Somebody holds the stock for longer than the lane waits: the first answer is 503, a later one the booking."""
    scene = make_scene(protected=0).publish()
    log_in(phone, site, scene.people[0].user)
    phone.goto(f"/programmes/{scene.programme.pk}/")
    with psycopg.connect(**dsn()) as holder:
        holder.execute("SELECT 1 FROM bookings_offerstock WHERE offer_id = %s FOR UPDATE", [scene.programme.pk])
        phone.get_by_role("button", name="预订这份慰问品").click()
        expect(phone.get_by_text("您在排队，排第 1 位")).to_be_visible(timeout=30_000)
        expect(phone.get_by_text("秒后自动再试")).to_be_visible(timeout=30_000)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("您已预订，编号 1", timeout=60_000)
    assert Booking.objects.count() == 1


def test_the_live_page_counts_by_itself(site: str, desk: Page) -> None:
    scene = make_scene(protected=0).publish()
    log_in(desk, site, scene.officer)
    desk.goto(f"/staff/programmes/{scene.programme.pk}/live/")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("已预订 0 份，剩 3 份")
    services.book_for(scene.programme, scene.people[0], actor=None, at=scene.now)
    expect(desk.get_by_role("heading", level=1)).to_contain_text("已预订 1 份，剩 2 份", timeout=10_000)
