"""The speeds that a newcomer and an officer feel: ``make bench-main``. QUICK=1 asks each page fewer times.

Starts the real demo in an empty folder, twice; asks pages as an officer, as a member and as a stranger; and runs the
measurements of the parts (people entered, a roster checked, an audience frozen). The last line is one line of JSON.
"""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ASKED = 10 if os.environ.get("QUICK") else 40
OPENING = 180.0
STOPPING = 20.0
LIMIT_MS = 150
OFFICER = ("tianqiao", "niangjia-demo")
MEMBER = "15400000002"  # of the demo's list; comes by a code that the page shows
ONE = re.compile(r"/(?:staff/programmes|programmes|vouchers)/[0-9a-f-]{36}/")
PAGES = {
    "stranger": ["/", "/p/", "/figures/", "/account/login/", "/login/"],
    "officer": [
        "/staff/",
        "/staff/members/",
        "/staff/imports/",
        "/staff/audiences/",
        "/staff/programmes/",
        "/staff/organizations/",
        "/staff/history/",
    ],
    "member": ["/me/", "/me/bookings/", "/me/messages/"],
}
STEPS = ("live/", "report/", "desk/", "groups/", "plan/")  # of each programme, as far as it has them
PARTS = ("members", "imports", "audiences")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo(home: Path, port: int, log: Path) -> Iterator[float]:
    """A running demo; yields the seconds from the command to the first healthy answer."""
    environment = os.environ | {"NIANGJIA_HOME": str(home), "PORT": str(port)}
    begun = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "niangjia", "demo"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _until_healthy(process, port, begun, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOPPING)


def _until_healthy(process: subprocess.Popen[bytes], port: int, begun: float, log: Path) -> float:
    while time.perf_counter() - begun < OPENING:
        if process.poll() is not None:
            raise SystemExit(f"The demo ended by itself:\n{log.read_text()[-2_000:]}")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                return round(time.perf_counter() - begun, 2)
        except httpx.HTTPError:
            time.sleep(0.05)
    raise SystemExit(f"The demo did not open within {OPENING:.0f} s:\n{log.read_text()[-2_000:]}")


def send(client: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    """Fill in the form of a page; what comes of it is the next page."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, f"{page.url} has a form"
    body = fields | {"csrfmiddlewaretoken": token[1]}
    return client.post(page.url, data=body, headers={"Referer": str(page.url)}, follow_redirects=True)


def log_in(client: httpx.Client, visitor: str) -> None:
    if visitor == "officer":
        home = send(client, client.get("/account/login/"), login=OFFICER[0], password=OFFICER[1])
    else:
        asked = send(client, client.get("/login/"), phone=MEMBER)
        shown = re.search(r'id="shown-code"[^>]*>\s*(\d+)', asked.text)
        assert shown, "the demo shows the code"
        home = send(client, asked, code=shown[1])
    assert home.url.path in {"/staff/", "/me/"}, f"the demo's {visitor} can log in"


def pages_of(client: httpx.Client, visitor: str) -> list[str]:
    """The fixed ones, and those of the programmes, bookings and vouchers that they link to."""
    paths = list(PAGES[visitor])
    found = sorted({match for path in paths for match in ONE.findall(client.get(path).text)})
    if visitor == "member":
        return paths + found
    steps = [f"{one}{step}" for one in found for step in STEPS]
    return paths + [path for path in steps if client.get(path).status_code == 200]


def page_times(base: str) -> dict[str, dict[str, float]]:
    """Milliseconds of each page over loopback, one after another: median, and nine in ten."""
    times = {}
    for visitor in PAGES:
        with httpx.Client(base_url=base, timeout=30) as client:
            if visitor != "stranger":
                log_in(client, visitor)
            for path in pages_of(client, visitor):
                times[path] = _page_time(client, path)
    return times


def _page_time(client: httpx.Client, path: str) -> dict[str, float]:
    taken = []
    for _ in range(ASKED + 2):
        begun = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - begun) * 1_000)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    warm = sorted(taken[2:])  # the first two compile templates
    return {"median": round(statistics.median(warm), 1), "p90": round(warm[len(warm) * 9 // 10 - 1], 1)}


def part(name: str) -> dict[str, object]:
    """What ``python -m bench.NAME`` says in its last line."""
    run = subprocess.run([sys.executable, "-m", f"bench.{name}"], capture_output=True, text=True, check=True)
    answer: dict[str, object] = json.loads(run.stdout.strip().splitlines()[-1])
    return answer


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
        Path(folder).chmod(0o755)
        home, log, port = Path(folder) / "home", Path(folder) / "log", free_port()
        with demo(home, port, log) as first:
            print(f"first start, with the demo data: {first} s", flush=True)
        with demo(home, port, log) as second:
            print(f"second start: {second} s", flush=True)
            pages = page_times(f"http://localhost:{port}")
    for path, times in pages.items():
        print(f"{path:68} {times['median']:7.1f} ms   p90 {times['p90']:7.1f} ms", flush=True)
    parts = {name: part(name) for name in PARTS}
    slowest = max(times["median"] for times in pages.values())
    figures = {"first_start_s": first, "second_start_s": second, "slowest_page_ms": slowest, "pages": pages, **parts}
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
