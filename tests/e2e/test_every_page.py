"""Every page of the house, in a real browser: on a phone and in an office, with usual and with large type.

What is walked through is derived from the access table, so that a new page is looked at from its first day.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, ViewportSize

from niangjia.ui import views
from tests.access_table import ROWS
from tests.e2e.house import House, make_house
from tests.e2e.inspection import DESK, PHONE, Listener, axe_faults, faults_in_the_dark, faults_of
from tests.e2e.sights import ELSEWHERE, NO_PAGES, SENDING_ON, Sight, is_data, sights

pytestmark = pytest.mark.django_db

PASSED_OVER = {name for name in NO_PAGES | ELSEWHERE | SENDING_ON if not is_data(name)}

# Whether a form asks for something that must be filled in; it is then sent without, if that is wished.
SPOIL = """send => {
    for (const form of document.querySelectorAll("main form[method=post]")) {
        const fields = [...form.querySelectorAll("input:not([type=radio], [type=checkbox], [type=hidden]), textarea")]
            .filter(field => field.required && field.checkVisibility());
        if (!fields.length) continue;
        if (!send) return true;
        for (const field of fields) field.value = "";
        form.noValidate = true;
        form.requestSubmit(form.querySelector("button.main") || form.querySelector("button:not([formaction])"));
        return true;
    }
    return false;
}"""


@pytest.fixture(scope="module")
def house(lasting_site: str) -> House:
    del lasting_site
    return make_house()


@pytest.fixture(scope="module")
def page(lasting_site: str, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    with browser.new_context(
        **browser_context_args,
        base_url=lasting_site,
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    ) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def listener(page: Page) -> Listener:
    return Listener(page)


def come_in(page: Page, house: House, site: str, who: str) -> None:
    page.context.clear_cookies()
    if key := house.sessions.get(who):
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])


def look(page: Page, listener: Listener, *sizes: ViewportSize) -> list[str]:
    """What is wrong with the page at these widths: as it is, read by axe too, and in large type; last, in the dark."""
    faults = []
    for size in sizes:
        page.set_viewport_size(size)
        faults += [f"{size['width']} px: {fault}" for fault in [*faults_of(page, size), *axe_faults(page)]]
        page.evaluate("document.documentElement.classList.add('large')")
        faults += [f"{size['width']} px, large type: {fault}" for fault in faults_of(page, size)]
        page.evaluate("document.documentElement.classList.remove('large')")
    faults += faults_in_the_dark(page) + listener.told
    listener.told.clear()
    return faults


@pytest.mark.parametrize("seen", sights(), ids=str)
def test_the_page_is_sound(seen: Sight, house: House, lasting_site: str, page: Page, listener: Listener) -> None:
    come_in(page, house, lasting_site, seen.visitor)
    page.set_viewport_size(PHONE)
    answer = page.goto(house.path(seen))
    assert answer is not None
    assert answer.status == seen.status, page.url
    assert unquote(answer.url) == lasting_site + unquote(house.path(seen)), "this visitor is sent elsewhere"
    faults = look(page, listener, PHONE, DESK)
    if page.evaluate(SPOIL, False):
        page.set_viewport_size(PHONE)
        with page.expect_navigation() as sent:
            page.evaluate(SPOIL, True)
        assert sent.value.status == (422 if ":" in seen.address else 200), "of forms only the log-in library's say 200"
        assert page.locator("#error-summary").is_visible(), "what must be filled in was sent empty, and taken"
        faults += [f"after a refusal: {fault}" for fault in look(page, listener, PHONE)]
    assert "\n".join(faults) == ""


@pytest.mark.parametrize("who", ["stranger", "member", "officer"])
@pytest.mark.parametrize("path", ["/", "/home/", "/p/", "/staff/members/"])
def test_the_frames_hold_longer_words_too(
    path: str, who: str, house: House, lasting_site: str, page: Page, listener: Listener
) -> None:
    """English words are wider: the bar above must not push the page beyond the phone."""
    come_in(page, house, lasting_site, who)
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": lasting_site}])
    page.set_viewport_size(PHONE)
    page.goto(path)
    assert page.locator("html").get_attribute("lang") == "en"
    assert faults_of(page, PHONE) == []
    page.context.clear_cookies()
    listener.told.clear()


def test_every_address_is_looked_at() -> None:
    """Whatever a reader may ask for is a sight, or known to be none, and is said to be why."""
    pages = {name for name, row in ROWS.items() if row.method == "GET" and not is_data(name)}
    assert pages - {seen.address for seen in sights()} == PASSED_OVER


@pytest.mark.parametrize("name", sorted(NO_PAGES))
def test_what_is_passed_over_is_no_page(name: str, house: House) -> None:
    row = ROWS[name]
    path = reverse(name, kwargs={key: house.things[thing] for key, thing in row.kwargs.items()})
    for who in ("stranger", "officer", "secured"):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = house.sessions.get(who, "")
        answer = client.get(path)
        assert answer.status_code != 200 or not answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_the_pages_of_what_went_wrong_are_sound(
    status: int, house: House, lasting_site: str, page: Page, listener: Listener
) -> None:
    """Written by the house's own views; only a real mistake of ours could bring forth the last one."""
    write: dict[int, Any] = {400: views.bad_request, 403: views.csrf_failure, 404: views.not_found}
    request = RequestFactory().get("/made/")
    answer = views.server_error(request) if status == 500 else write[status](request, "")
    come_in(page, house, lasting_site, "stranger")
    show(page, answer.content, status)
    assert "\n".join(look(page, listener, PHONE, DESK)) == ""


def show(page: Page, content: bytes, status: int = 200) -> None:
    """A page that no address of the site answers with."""

    def made(route: Route) -> None:
        route.fulfill(status=status, body=content, content_type="text/html; charset=utf-8")

    page.route("**/made/", made)
    page.goto("/made/")
    page.unroute("**/made/")


FAULTY = """<!doctype html><html lang="zh-Hans"><meta name="viewport" content="width=device-width"><title>·</title>
<style>@media (prefers-color-scheme: dark) { button { color: #222; background: #111 } }</style>
<main><h1>一</h1><h1>二</h1><p style="color: #ccc">太淡的字</p><button>太小的按钮</button>
<span class="badge" style="display: block; height: 9px">切</span>
<select aria-label="一"><option>------</option></select><input>
<img src="/static/none.png" alt=""><div style="width: 600px">宽</div></main><script>console.error("oh")</script>"""


def test_no_fault_is_overlooked(lasting_site: str, page: Page, listener: Listener) -> None:
    """The control: a page with a fault of each kind."""
    show(page, FAULTY.encode())
    found = "\n".join(look(page, listener, PHONE, DESK))
    for fault in (
        "2 headings of the first level", "no title", "px too wide", "px high: <button>", "a field without a label",
        "an image that is not there", "its words are cut off", "nothing to read in a choice",
            "color-contrast", "console: oh", "404: ",
    ):  # fmt: skip
        assert fault in found
    light, dark = (
        [line for line in found.splitlines() if "color-contrast" in line and ("in the dark" in line) == is_dark]
        for is_dark in (False, True)
    )
    assert ["<button>" in line for line in (*light, *dark)] == [False, False, True]
