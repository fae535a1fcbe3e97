"""The whole site as operators start it, in processes of its own."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from niangjia.ops import processes
from niangjia.ops.preparation import child_environment
from niangjia.ops.tests import places
from niangjia.ops.tests.places import until

SITES = ("DATABASE_URL", "NIANGJIA_URL", "NIANGJIA_DB_POOL")  # what belongs to the site of the tests themselves


class Site:
    """``niangjia serve`` in a process of its own."""

    def __init__(self, home: Path, *arguments: str, command: str = "serve", **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.home = home
        inherited = child_environment()
        for name in SITES:
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
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

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
