"""``niangjia serve`` on a home of its own, with the database as durable as in life, and what a test does to it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from niangjia.ops import processes
from niangjia.ops.postgres import Cluster
from niangjia.ops.preparation import child_environment
from niangjia.ops.tests import places, sites
from niangjia.ops.tests.places import until

OPENING = 120.0
MENDING = 60.0
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Installation(sites.Site):
    """The site, its database, and its command line. What it says is read all the time: a full pipe would stop it."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "--workers", "2")
        self.cluster = Cluster(home, say=lambda _words: None)
        self.opened = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                self.opened.set()

    def wait_until_open(self) -> None:
        until(lambda: self.opened.is_set() or self.process.poll() is not None, OPENING)
        assert self.opened.is_set(), "".join(self.said)
        until(self.healthy, MENDING)

    @property
    def url(self) -> str:
        return self.cluster.url()

    @property
    def data(self) -> Path:
        return self.cluster.place.data

    def settings(self) -> dict[str, str]:
        """What the running database says of its durability."""
        with psycopg.connect(self.url) as connection:
            found = {name: connection.execute(f"SHOW {name}").fetchone() for name in DURABLE}
        return {name: row[0] for name, row in found.items() if row}

    def configure(self, text: str) -> None:
        """Put settings into the file that is the operator's own, and have them read."""
        (self.data / "local.conf").write_text(text, encoding="utf-8")
        pid = self.cluster.pid()
        assert pid
        os.kill(pid, signal.SIGHUP)

    def kill(self, name: str) -> None:
        """Kill -9, all at once: the database with its backends, the web server with its workers, or the job worker."""
        pids = places.at_work_in(self.data) if name == "postgres" else group_of(self.family()[name])
        assert pids
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def run(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A program of the house, or a module, on this installation."""
        inherited = child_environment()
        for name in ("NIANGJIA_URL", "NIANGJIA_DB_POOL"):
            inherited.pop(name, None)
        more = {"NIANGJIA_HOME": str(self.home), "NIANGJIA_LANGUAGE": "en", "DATABASE_URL": self.url}
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *command],
            env={**inherited, **more},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def scene(self, people: int, **offers: int) -> "Scene":
        done = self.run("tests.failures.scene", stdin=json.dumps({"people": people, "offers": offers}))
        assert done.returncode == 0, done.stderr
        return Scene(**json.loads(done.stdout))

    def close(self) -> None:
        """Ended as an operator ends it. Whatever happens, nothing is left behind."""
        try:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join(10)
            if self.process.stdout:
                self.process.stdout.close()
            until(lambda: not places.at_work_in(self.data))


class Scene:
    """The crowd and the offers."""

    def __init__(self, people: list[str], offers: dict[str, Any]) -> None:
        self.people = people
        self.offers = {name: made["offer"] for name, made in offers.items()}
        self.passes = {name: made["passes"] for name, made in offers.items()}


def copied(prepared: Path, home: Path) -> Path:
    """A prepared home anew in an empty folder, owners and all."""
    subprocess.run(["cp", "-a", f"{prepared}/.", str(home)], check=True)
    return home


def group_of(leader: int) -> list[int]:
    """The process and everybody whom it has started, the leader first."""
    found = [leader]
    for pid in processes.everyone():
        with suppress(ProcessLookupError, PermissionError):
            if pid != leader and os.getpgid(pid) == leader:
                found.append(pid)
    return found


@contextmanager
def installation(home: Path) -> Iterator[Installation]:
    made = Installation(home)
    try:
        made.wait_until_open()
        yield made
    finally:
        made.close()
