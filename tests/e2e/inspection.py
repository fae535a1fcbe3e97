"""What is wrong with a page as it stands in a browser: for the eye, for a thumb, for a machine that reads aloud."""

from functools import cache
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response, ViewportSize

PHONE, DESK = ViewportSize(width=375, height=812), ViewportSize(width=1440, height=900)
LEAST = 48  # px, what a thumb can hit

# The rules of WCAG 2.2 AA, those of 2.2 included, which axe leaves out unless they are asked for.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What other colours may change: all else was looked at in the light.
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
AXE = """async asked => {
    const { violations } = await axe.run({ runOnly: asked, resultTypes: ["violations"] });
    return violations.map(fault => `${fault.id} (${fault.help}): `
        + fault.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | "));
}"""

# Seen at any width. A table that scrolls inside its own frame is no wider than the page.
ANYWHERE = """() => {
    const faults = [], say = (what, part) => faults.push(`${what}: ${part.outerHTML.slice(0, 160)}`);
    const shown = part => part.checkVisibility({ visibilityProperty: true });
    const heads = [...document.querySelectorAll("h1")].filter(shown);
    if (heads.length !== 1) faults.push(`${heads.length} headings of the first level`);
    if (heads.some(head => !head.innerText.trim())) faults.push("an empty heading");
    if (document.title.replace(/·.*/, "").trim().length < 2) faults.push(`no title: “${document.title}”`);
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide > 0) {
        faults.push(`the page is ${wide} px too wide`);
        const frames = part => [...document.querySelectorAll("main *")]
            .some(frame => frame !== part && frame.contains(part) && getComputedStyle(frame).overflowX !== "visible");
        for (const part of document.querySelectorAll("main *"))
            if (shown(part) && part.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                && !frames(part)) { say("too wide", part); break; }
    }
    for (const image of document.images)
        if (!image.complete || !image.naturalWidth) say("an image that is not there", image);
    for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
        if (shown(field) && ![...(field.labels || [])].some(label => label.innerText.trim())
            && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby"))
            say("a field without a label", field);
    for (const option of document.querySelectorAll("main option"))
        if (option.text.startsWith("---")) say("nothing to read in a choice", option);
    for (const part of document.querySelectorAll(".step-mark, .badge, .btn"))
        if (shown(part) && part.scrollHeight > part.clientHeight + 1) say("its words are cut off", part);
    return faults;
}"""

# A link in running text is as high as its line, and need not be more; anything else is for a thumb. A field may be
# touched by its label, and a link that covers its row by the row.
TOUCHED = """least => {
    const parts = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const rows = part => part.matches(".row-link") ? part.closest("tr") : part;
    const targets = part => [rows(part), ...(part.labels || [])];
    const inText = part => part.matches("a") && getComputedStyle(part).display === "inline";
    const high = part => part.getBoundingClientRect().height;
    return [...document.querySelectorAll(parts)]
        .filter(part => part.checkVisibility({ visibilityProperty: true }) && high(part) > 1)
        .filter(part => !inText(part) || part.matches(".row-link"))
        .filter(part => Math.max(...targets(part).map(high)) < least - 0.5)
        .map(part => `only ${Math.max(...targets(part).map(high))} px high: ${part.outerHTML.slice(0, 160)}`);
}"""

# What has changed shows with the next picture that is drawn; charts follow the width of the page a moment later.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 10)))"
AT_REST = "() => document.getAnimations().forEach(one => one.finish())"
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@cache
def axe_script() -> str:
    return f"if (!window.axe) {{ {AXE_SCRIPT} }}"


class Listener:
    """Hears what the browser has to say of a page, and of everything the page asks for."""

    def __init__(self, page: Page) -> None:
        self.told: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.told.append(f"script: {error}"))
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        """That an answer was a refusal is also an error to the console; those are judged by their status."""
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.told.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.told.append(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        """What a page was still asking for when it was left is no fault of it."""
        if request.failure != "net::ERR_ABORTED":
            self.told.append(f"not loaded: {request.url} ({request.failure})")


def faults_of(page: Page, size: ViewportSize) -> list[str]:
    """What can be measured on the page as it stands, at this size of the window."""
    settle(page)
    found: list[str] = page.evaluate(ANYWHERE)
    return found + (page.evaluate(TOUCHED, LEAST) if size is PHONE else [])


def axe_faults(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate(axe_script())
    found: list[str] = page.evaluate(AXE, TAGS)
    return found


def faults_in_the_dark(page: Page) -> list[str]:
    """What axe finds of the colours for those whose system is dark."""
    _turn_to(page, "dark")
    page.evaluate(axe_script())
    found: list[str] = page.evaluate(AXE, OF_COLOUR)
    _turn_to(page, "light")
    return [f"in the dark: {fault}" for fault in found]


def _turn_to(page: Page, scheme: Literal["dark", "light"]) -> None:
    """Until the page has these colours: they come with a later picture, and change over some moments."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", arg=scheme)
    page.evaluate(DRAWN)
    page.evaluate(AT_REST)
    page.evaluate(DRAWN)


def settle(page: Page) -> None:
    """Give charts and the like a second to follow the width; what is too wide after that is a fault."""
    page.evaluate(DRAWN)
    for _turn in range(20):
        if page.evaluate(FITS):
            return
        page.wait_for_timeout(50)
