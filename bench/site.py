"""The real ``niangjia serve`` for one measurement: its own PostgreSQL, durable as installed, in a folder that goes."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

OPENING = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A running site: its home, the port of its pages and that of its lane."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = self.lane_port = 0

    @contextmanager
    def serving(self, *, workers: int = 1, lanes: int = 1) -> Iterator[None]:
        """``niangjia serve`` with so many web and lane processes; the database is the home's, started if need be."""
        self.port, self.lane_port = free_port(), free_port()
        command = [sys.executable, "-m", "niangjia", "serve", "--port", str(self.port), "--workers", str(workers),
                   "--lane-port", str(self.lane_port), "--lanes", str(lanes)]  # fmt: skip
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}  # ours, not the site's
        environment = {**own, "NIANGJIA_HOME": str(self.home), "NIANGJIA_LANGUAGE": "en"}
        log = (self.home.parent / "serve.log").open("ab")
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            self._await(process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            log.close()

    def _await(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + OPENING
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200:
                    with socket.create_connection(("127.0.0.1", self.lane_port), timeout=1):
                        return
            except (httpx.HTTPError, OSError):
                time.sleep(0.05)
        raise SystemExit("The site did not open:\n" + (self.home.parent / "serve.log").read_text()[-3_000:])


@contextmanager
def site() -> Iterator[Site]:
    """A home of its own; Django of this process speaks to its database for as long as that runs."""
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        home.mkdir(mode=0o755)
        yield Site(home)


def cpu_of(pid: int) -> float:
    """Seconds of processor time of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float:
    """MiB that are the process's own."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_")) / 1024


def lanes_of(home: Path, program: bytes = b"niangjia.config.lane") -> list[int]:
    """Process ids of the lanes that serve this home, or of the web server."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if program in command and os.fsencode(str(home)) in environment:
                found.append(int(entry.name))
    return found
