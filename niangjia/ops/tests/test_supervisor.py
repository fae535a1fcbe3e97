"""The whole site as operators start it: up, mended when a part dies, refused where it cannot be, gone when ended."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from niangjia.ops import processes, state
from niangjia.ops.preparation import child_environment
from niangjia.ops.state import PACKAGE
from niangjia.ops.tests import places
from niangjia.ops.tests.places import until


class Site:
    """``niangjia serve`` in a process of its own."""

    def __init__(self, home: Path, *arguments: str, command: str = "serve", **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.home = home
        inherited = child_environment()
        for name in ("DATABASE_URL", "NIANGJIA_URL", "NIANGJIA_DB_POOL"):
            inherited.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "niangjia", command, "--port", str(self.port), "--workers", "1", *arguments],
            env={**inherited, "NIANGJIA_HOME": str(home), "NIANGJIA_LANGUAGE": "en", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []

    def readuntil(self, words: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        pytest.fail("".join(self.said))

    def get(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse()

    def healthy(self) -> bool:
        try:
            return bool(json.loads(self.get("/healthz").read())["jobs"]["workers"])
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def family(self) -> dict[str, int]:
        """The programs of the site by name."""
        found = {}
        for pid in processes.everyone():
            try:
                told = (processes.PROCESSES / str(pid) / "cmdline").read_bytes().decode().split("\0")
                parent = int((processes.PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            for name in ("granian", "procrastinate", "postgres"):
                if parent == self.process.pid and any(part.endswith(name) for part in told):
                    found[name] = pid
        return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit status, and how long it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        rest, _nothing = self.process.communicate(timeout=20)
        self.said.append(rest)
        return self.process.returncode, time.monotonic() - begun


@contextmanager
def site(home: Path, *arguments: str, command: str = "serve", **environment: str) -> Iterator[Site]:
    made = Site(home, *arguments, command=command, **environment)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
        made.process.wait()
        if made.process.stdout:
            made.process.stdout.close()
        until(lambda: not places.at_work_in(home / "postgres"))


def refusal(home: Path, *arguments: str, command: str = "serve") -> str:
    """What it says when it does not start at all."""
    made = Site(home, *arguments, command=command)
    told, _nothing = made.process.communicate(timeout=20)
    assert made.process.returncode in {1, 2}
    return told


def test_a_site_is_started_mended_refused_to_a_second_and_ended() -> None:
    with places.folder("家 home") as home, site(home) as running:
        running.readuntil("Ctrl-C")
        assert running.get("/healthz").status in {200, 503}
        until(running.healthy)
        assert running.get("/healthz").status == 200

        told = refusal(home)
        assert f"process {running.process.pid} (niangjia serve)" in told
        assert "NIANGJIA_HOME" in told

        for name in ("granian", "procrastinate", "postgres"):
            before = running.family()[name]
            os.kill(before, signal.SIGKILL)
            until(lambda name=name, before=before: running.family().get(name) not in {None, before})  # type: ignore[misc]
            until(running.healthy)

        family = running.family()
        status, seconds = running.end()
        assert (status, seconds < 5) == (0, True)
        assert running.said[-1].rstrip().endswith("Stopped.")
        assert "has died" in "".join(running.said)
        assert [pid for pid in family.values() if processes.alive(pid)] == []
        assert places.at_work_in(home / "postgres") == []


def test_ctrl_c_while_it_starts_and_kill_9_of_everything_leave_a_home_that_starts_again() -> None:
    with places.folder() as home:
        with site(home) as running:
            running.readuntil("Preparing the database")
            assert running.end(signal.SIGINT)[0] == 0
            assert places.at_work_in(home / "postgres") == []
        with site(home) as running:
            running.readuntil("Ctrl-C")
            family = running.family()
            assert sorted(family) == ["granian", "postgres", "procrastinate"]
            for pid in [running.process.pid, *family.values(), *places.at_work_in(home / "postgres")]:
                if processes.exists(pid):
                    os.kill(pid, signal.SIGKILL)
            running.process.wait()
        with site(home) as again:
            again.readuntil("Ctrl-C")
            assert "Preparing the database" not in "".join(again.said)


def test_the_children_go_when_the_supervisor_is_killed() -> None:
    with places.folder() as home, site(home) as running:
        running.readuntil("Ctrl-C")
        family = running.family()
        running.process.kill()
        until(lambda: not [pid for pid in family.values() if processes.alive(pid)], 15)


def test_the_demo_lets_nobody_mistake_it_for_the_real_thing() -> None:
    with places.folder() as home:
        state.write(home, state.State(kind="demo"))
        assert "everybody knows" in refusal(home)
        state.write(home, state.State(kind="site"))
        assert "real installation" in refusal(home, command="demo")
        assert not (home / "postgres").exists()


def test_a_taken_port_is_refused_by_name_before_anything_starts() -> None:
    with places.folder() as home, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = refusal(home, "--port", str(port))
        assert f"Port {port} is in use" in told
        assert "PORT=" in told
        assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--port", "80000"), "from 1 to 65535"),
        (("--workers", "0"), "from 1 on"),
        (("--certificate", "x.pem"), "go together"),
        (("--host", "no.such.host.invalid"), "names no address"),
        (("--certificate", "/nonexistent.pem", "--key", "/nonexistent.key"), "cannot be read"),
        (("--certificate", str(PACKAGE / "__init__.py"), "--key", str(PACKAGE / "__init__.py")), "openssl pkcs8"),
    ],
)
def test_what_cannot_work_is_refused_in_words(arguments: tuple[str, ...], told: str) -> None:
    with places.folder() as home:
        assert told in refusal(home, *arguments)
        assert list(home.iterdir()) == []
