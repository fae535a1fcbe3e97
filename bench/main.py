"""The speeds that a newcomer and an officer feel: ``make bench-main``. QUICK=1 starts and asks fewer times.

Starts the real demo in an empty folder, and again several times; asks its pages for their server time as a stranger,
a member and an officer (``bench.pages``); and runs the measurements of the parts (people entered, a roster checked, an
audience frozen). The last line is one line of JSON.
"""

import json
import os
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
from typing import Any

import httpx

STARTS = 2 if os.environ.get("QUICK") else 5
OPENING = 420.0
STOPPING = 20.0
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


def part(name: str, *more: str) -> dict[str, Any]:
    """What ``python -m bench.NAME`` says in its last line."""
    run = subprocess.run([sys.executable, "-m", f"bench.{name}", *more], stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return answer


def second_starts(home: Path, port: int, log: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """Seconds of the starts after the first, and what was measured while the last of them stood."""
    taken = []
    for number in range(STARTS):
        with demo(home, port, log) as seconds:
            taken.append(seconds)
            pages = part("pages", str(home))["pages"] if number == STARTS - 1 else {}
    return {"median": statistics.median(taken), "least": min(taken), "most": max(taken)}, pages


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
        Path(folder).chmod(0o755)
        home, log, port = Path(folder) / "home", Path(folder) / "log", free_port()
        with demo(home, port, log) as first:
            print(f"first start, with the demo data: {first} s", flush=True)
        second, pages = second_starts(home, port, log)
        print(f"second start: {second['median']} s ({second['least']} to {second['most']})", flush=True)
    for page, times in pages.items():
        print(f"{page:40} {times['median']:7.1f} ms   {times['least']:7.1f} to {times['p90']:7.1f} ms", flush=True)
    parts = {name: part(name) for name in PARTS}
    slowest = max(times["median"] for times in pages.values())
    figures = {"first_start_s": first, "second_start_s": second["median"], "slowest_page_ms": slowest, "pages": pages}
    more = {"second_starts": second, "load_average": os.getloadavg()}
    print(json.dumps({**figures, **parts, **more}, ensure_ascii=False))


if __name__ == "__main__":
    main()
