"""The wall in a real Chromium: it is all on the screen, and follows the records by itself."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.insights.permissions import VIEW
from niangjia.insights.tests.register import SINCE, cover, make_employer
from niangjia.org.tests.factories import make_tree

WALL = ViewportSize(width=1920, height=1080)


@pytest.fixture
def told(desk: Page) -> list[str]:
    said: list[str] = []
    desk.on("pageerror", lambda error: said.append(str(error)))
    desk.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
    return said


def enter(page: Page, site: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def test_the_wall_fits_the_screen_and_follows_the_records(site: str, desk: Page, told: list[str]) -> None:
    tree = make_tree()
    late = make_employer(tree.unit)
    make_employer(tree.sibling, covered=True)
    enter(desk, site, holder(VIEW, at=tree.district))
    desk.set_viewport_size(WALL)
    desk.clock.install()
    desk.goto(reverse("insights:cockpit", args=[tree.district.pk]) + "?wall=1")
    heading = desk.get_by_role("heading", level=1)
    expect(heading).to_contain_text("50.00 %，1 / 2 家企业")
    beyond = "document.documentElement.scrollHeight - window.innerHeight"
    assert desk.evaluate(beyond) <= 0
    cover(late, tree.unit, on=SINCE)
    desk.clock.fast_forward(61_000)
    expect(heading).to_contain_text("100.00 %，2 / 2 家企业")
    expect(desk.locator(".chart-canvas canvas")).to_be_visible()
    assert told == []
