"""People at a browser. Every page they reach is looked at: by axe, for its width, for what the browser says of it."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, ViewportSize

PHONE, DESK = ViewportSize(width=375, height=812), ViewportSize(width=1440, height=900)
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# A folder, in which every page is kept as a picture of both widths; for people who want to look at them.
SHOTS = os.environ.get("E2E_SHOTS", "")

SETTLED = """() => { window.settled = new Promise((done) => {
    document.body.addEventListener("htmx:afterSettle", () => done(true), { once: true }) }) }"""


# One state of a page, as one kind of device shows it.
State = tuple[str, str, int, int, bool]


class Visitor:
    """One person at one device. ``faults`` is what was wrong with the pages, and is to stay empty.

    ``seen`` is shared by all who take part: what one of them has looked at closely, nobody else needs to.
    """

    faults: list[str]
    looks: int  # at how many states of pages this visitor was the first to look

    def __init__(
        self, browser: Browser, site: str, who: str, size: ViewportSize, *, seen: set[State], **options: Any
    ) -> None:
        self.who, self.size, self.faults, self.seen, self.looks = who, size, [], seen, 0
        phone: dict[str, Any] = {"has_touch": True, "is_mobile": True} if size is PHONE else {}
        self.context = browser.new_context(
            base_url=site,
            viewport=size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            accept_downloads=True,
            **phone,
            **options,
        )
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.where}: {error}"))
        self.page.on("response", self._answered)
        self.scripts = options.get("java_script_enabled", True)

    @property
    def where(self) -> str:
        return f"{self.who} at {KEY.sub('…', urlsplit(self.page.url).path)}"

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def words(self) -> str:
        """What stands on the page, without the frame."""
        return self.page.locator("main").inner_text()

    def last_words(self) -> str:
        """What this visitor has before her eyes, for whoever has to find out why a story broke off."""
        if not self.page.url.startswith("http"):
            return ""
        return f"--- {self.where}\n{self.page.locator('body').inner_text()[:3000]}\n"

    # What the browser has to say ------------------------------------------------------------------------------------
    def _said(self, message: ConsoleMessage) -> None:
        """A refused page is also “an error” to the browser's console; those are judged by their status instead."""
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"{self.where}: {message.text}")

    def _answered(self, response: Response) -> None:
        """A page that is refused says so, and so does a script that has been told why something is not booked."""
        page = response.request.resource_type == "document" or "/book/" in response.url
        if response.status >= (500 if page else 400):
            self.faults.append(f"{self.where}: {response.status} {response.url}")

    # Going about ----------------------------------------------------------------------------------------------------
    def go(self, path: str, *, status: int = 200) -> Self:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{self.where}: {answer.status}"
        return self.look()

    def control(self, words: str) -> Locator:
        """The button or the link of the page itself that bears these words."""
        main = self.page.locator("main")
        button = main.get_by_role("button", name=words, exact=True)
        return button.or_(main.get_by_role("link", name=words, exact=True)).first

    def press(self, words: str) -> Self:
        """Press what leads to another page, and look at that."""
        with self.page.expect_navigation():
            self.control(words).click()
        return self.look()

    def fill(self, **fields: str | bool) -> Self:
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']:not([type=hidden])").first
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def tick(self, label: str) -> Self:
        self.page.locator("main").get_by_label(label).first.check()
        return self

    def open_row(self, words: str) -> Self:
        """Follow the link that begins with these words: a row of a table, or of a list."""
        with self.page.expect_navigation():
            self.page.locator("main a").filter(has_text=words).first.click()
        return self.look()

    def take(self, words: str, folder: Path) -> Path:
        """Download what a button or a link offers."""
        with self.page.expect_download() as expected:
            self.control(words).click()
        path = folder / expected.value.suggested_filename
        expected.value.save_as(path)
        return path

    def until(self, words: str) -> Self:
        """Wait until the page says this, however often it asks the site again by itself."""
        self.page.locator("main").get_by_text(words).first.wait_for()
        return self.look()

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Do something that draws a part of the page anew, and wait until that part can be used."""
        self.page.evaluate(SETTLED)
        yield
        self.page.evaluate("window.settled")

    def reload_until(self, words: str) -> Self:
        """Read the page again until it offers this: some pages say that they want to be read again in a moment."""
        deadline = time.monotonic() + 20
        while not self.control(words).is_visible():
            assert time.monotonic() < deadline, f"{self.where}: no “{words}”"
            self.page.wait_for_timeout(200)
            self.page.reload()
        return self.look()

    def table(self, heading: str) -> list[list[str]]:
        """The cells of the table below a heading, row by row."""
        rows = self.page.locator(f"section:has(h2:text-is('{heading}')) tbody tr")
        return [[" ".join(cell.split()) for cell in row.locator("th, td").all_text_contents()] for row in rows.all()]

    def figures(self) -> dict[str, str]:
        """The large figures of the page by their words."""
        found: dict[str, str] = {}
        for box in self.page.locator("main .figure").all():
            value = box.locator(".figure-value").evaluate("box => box.firstChild.textContent")
            found[box.locator(".figure-label").inner_text()] = value.strip()
        return found

    # Looking --------------------------------------------------------------------------------------------------------
    def look(self) -> Self:
        """Once for each state of a page: nothing out of reach, and nothing wider than a phone."""
        path, links = KEY.sub("", urlsplit(self.page.url).path), self.page.locator("main a").count()
        state = (path, self.page.title(), links, self.size["width"], self.scripts)
        if state in self.seen:
            return self
        self.seen.add(state)
        self.looks += 1
        if self.scripts:
            found = Axe().run(self.page)
            if found.violations_count:
                self.faults.append(f"{self.where}: {found.generate_report()}")
        self._keep()
        if self.size is not PHONE:
            self.page.set_viewport_size(PHONE)
        self._measure()
        self._keep()
        if self.size is not PHONE:
            self.page.set_viewport_size(self.size)
        return self

    def _measure(self) -> None:
        """Charts are drawn anew for a narrow page, which takes them a moment."""
        if not self.scripts:
            return
        deadline = time.monotonic() + 3
        while (wide := self.page.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            if time.monotonic() > deadline:
                self.faults.append(f"{self.where}: {wide} px wide on a phone of {PHONE['width']}")
                return
            self.page.wait_for_timeout(50)

    def _keep(self) -> None:
        if not SHOTS:
            return
        width = (self.page.viewport_size or self.size)["width"]
        page = urlsplit(self.page.url).path.strip("/").replace("/", "-") or "home"
        name = f"{len(self.seen):03}-{self.who}-{KEY.sub('x', page)}-{width}.png"
        self.page.screenshot(path=Path(SHOTS) / name, full_page=True)


def all_faults(visitors: Sequence[Visitor]) -> list[str]:
    return [fault for visitor in visitors for fault in visitor.faults]
