"""The style page in a real browser: every component, narrow and wide, by day and by night, large, and by keyboard.

The pages are answered in this process, without a server and without a database.
"""

import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, Route

STATIC = Path(__file__).resolve().parents[1] / "static"
SITE = "http://niangjia.test"
Open = Callable[..., Page]


def answer(route: Route) -> None:
    address = urlsplit(route.request.url)
    if address.path.startswith("/static/"):
        file = STATIC / address.path.removeprefix("/static/")
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        return
    cookies = route.request.all_headers().get("cookie", "")
    response = Client(headers={"cookie": cookies}).get(f"{address.path}?{address.query}")
    headers = {"Content-Type": response["Content-Type"]}
    headers["Content-Security-Policy"] = response["Content-Security-Policy"]
    route.fulfill(status=response.status_code, body=response.content, headers=headers)


@pytest.fixture
def visit(browser: Browser, settings: Any) -> Iterator[Open]:
    settings.DEMO = True
    contexts = []
    told: list[str] = []

    def opened(path: str, *, width: int = 1440, large: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.route("**/*", answer)
        if large:
            context.add_cookies([{"name": "type", "value": "large", "url": SITE}])
        page = context.new_page()
        page.on("console", lambda said: told.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(SITE + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert told == []


FIELDS = "input:not([type=radio], [type=checkbox], [type=hidden])"
TOUCHED = f"main :is(button, a.btn, {FIELDS}, select, label.choice, .links a), header :is(a, button, summary)"
PAGES = ["/styleguide/", "/styleguide/staff/?wrong", "/styleguide/member/?wrong", "/styleguide/confirm/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "way",
    [
        {"width": 375},
        {"width": 375, "large": True},
        {"width": 375, "color_scheme": "dark"},
        {"width": 1440},
        {"width": 1440, "color_scheme": "dark"},
    ],
    ids=str,
)
def test_nothing_is_out_of_reach_and_nothing_runs_out_of_the_page(visit: Open, path: str, way: dict[str, Any]) -> None:
    page = visit(path, **way)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= way["width"]


def too_small(page: Page, touched: str, least: int) -> Any:
    return page.evaluate(
        """([touched, least]) => [...document.querySelectorAll(touched)]
            .filter(part => part.getBoundingClientRect().height && part.getBoundingClientRect().height < least)
            .map(part => part.outerHTML.slice(0, 80))""",
        [touched, least],
    )


@pytest.mark.parametrize(("width", "least"), [(375, 48), (1440, 48)])
def test_what_a_member_touches_is_large_enough(visit: Open, width: int, least: int) -> None:
    assert too_small(visit("/styleguide/member/", width=width), TOUCHED, least) == []


def test_what_a_finger_touches_is_large_enough_for_staff_too(visit: Open) -> None:
    page = visit("/styleguide/staff/", width=375, has_touch=True, is_mobile=True)
    assert too_small(page, f"{TOUCHED}, .crumbs a, .table thead a, .figure-link, .chart summary", 48) == []


def test_the_rows_can_be_walked_by_keyboard(visit: Open) -> None:
    page = visit("/styleguide/staff/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "陈望舒"
    page.keyboard.press("/")
    page.keyboard.type("jk/")
    assert page.evaluate("document.activeElement.value") == "jk/"
    page.locator("[data-search]").first.fill("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address.endswith("?opened=1"))


def test_the_filters_act_at_once_and_keep_the_address(visit: Open) -> None:
    page = visit("/styleguide/staff/")
    page.select_option("[name=state]", "late")
    page.wait_for_url("**/*state=late*")
    page.wait_for_function("document.querySelectorAll('[data-rows] tbody tr').length === 20")
    assert page.locator("[data-rows] .badge").all_inner_texts() == ["逾期未领"] * 20
    page.reload()
    assert page.locator("[data-rows] tbody tr").count() == 20


def test_the_drawer_opens_and_closes_without_a_script(visit: Open) -> None:
    page = visit("/styleguide/staff/", width=375, java_script_enabled=False)
    assert not page.locator("#navigation").is_visible()
    page.click("[popovertarget=navigation] >> nth=0")
    assert page.locator("#navigation").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#navigation").is_visible()


def test_without_a_script_the_charts_are_tables_and_the_filters_a_form(visit: Open) -> None:
    page = visit("/styleguide/staff/", java_script_enabled=False)
    assert not page.locator("[data-chart]").first.is_visible()
    page.locator(".chart summary").first.click()
    assert page.locator(".chart table").first.inner_text().split()[:4] == [
        "工会",
        "已领取（份）",
        "天桥街道总工会",
        "412",
    ]
    page.select_option("[name=state]", "late")
    page.click(".filters button")
    assert page.locator("[data-rows] tbody tr").count() == 20


def test_the_charts_are_drawn(visit: Open) -> None:
    page = visit("/styleguide/staff/")
    assert page.locator("[data-chart] canvas").count() == 4


def test_names_leave_the_bars_their_room_on_a_phone(visit: Open) -> None:
    page = visit("/styleguide/staff/", width=375)
    long = page.evaluate(
        """[...document.querySelectorAll("[data-chart]")].map(place => {
            const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
            const most = Math.max(...data.series.flatMap(one => one.values));
            const at = value => place.drawn.convertToPixel({ xAxisIndex: 0 }, value);
            return data.kind === "bars" ? at(most) - at(0) : null;
        }).filter(length => length !== null)"""
    )
    assert long
    assert min(long) > 80


def test_a_refused_form_takes_the_focus_to_its_summary(visit: Open) -> None:
    page = visit("/styleguide/member/?wrong")
    assert page.evaluate("document.activeElement.id") == "error-summary"


def test_a_table_prints_whole_and_without_buttons(visit: Open) -> None:
    page = visit("/styleguide/staff/")
    page.emulate_media(media="print")
    assert not page.locator(".sidebar").is_visible()
    assert not page.locator(".btn").first.is_visible()
    assert page.locator("[data-rows] thead").is_visible()
    assert page.pdf(format="A4")[:4] == b"%PDF"
