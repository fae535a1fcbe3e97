"""The disk fills up while people book, and the database is killed on top of it. Nobody is told a wrong word."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from niangjia.ops.tests.places import folder, until
from tests.failures.installation import DURABLE, MENDING, copied, installation
from tests.failures.storm import Storm, Verdict, judge, rows_of

PEOPLE, CAPACITY = 6_000, 5_000
SIZE = "192m"
AT_LEAST = 200
FULL_FOR = 3.0


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of a few megabytes. To make one takes root; where CI=true there is no excuse."""
    with folder("disk") as place:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=711", "tmpfs", str(place)],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            reason = f"A small file system cannot be mounted here (it takes root): {done.stderr.strip()}"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


class Ballast:
    """Fills the disk to the last byte, and again whenever something is set free, until it is taken away."""

    def __init__(self, disk: Path) -> None:
        self.path = disk / "ballast"
        self.full = threading.Event()
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._fill, daemon=True)

    def load(self) -> None:
        self._thread.start()
        assert self.full.wait(30)

    def unload(self) -> None:
        self._enough.set()
        self._thread.join()
        self.path.unlink()

    def _fill(self) -> None:
        with self.path.open("wb", buffering=0) as file:
            while not self._enough.is_set():
                with suppress(OSError):
                    while file.write(b"x" * 65_536) == 65_536:
                        pass
                self.full.set()
                time.sleep(0.01)


def test_a_full_disk_interrupts_booking_and_costs_nothing_acknowledged(prepared: Path) -> None:
    with small_disk() as disk, installation(copied(prepared, disk)) as site:
        scene = site.scene(PEOPLE, full=CAPACITY)
        ballast = Ballast(disk)
        try:
            with Storm(site.port, scene.offers["full"], scene.people, scene.passes["full"]) as storm:
                storm.strike(ballast.load, at_least=AT_LEAST)
                until(lambda: storm.ledger.others.total() > 100, MENDING)
                while_full = len(storm.ledger.booked)
                site.kill("postgres")
                time.sleep(FULL_FOR)
                assert site.process.poll() is None, "".join(site.said)
                assert not storm.over
                assert len(storm.ledger.booked) < CAPACITY, "the disk was never full"
                ballast.unload()
        finally:
            ballast.unload() if ballast.path.exists() else None
        until(site.healthy, MENDING)
        said = storm.ledger.others
        rows = rows_of(site.url, scene.offers["full"])
        assert judge(storm.ledger, CAPACITY, rows) == Verdict()
        assert sorted(number for _member, number, _key in rows) == list(range(1, CAPACITY + 1))
        assert set(said) <= {"503 outcome-unknown", "503 unavailable", "503 overloaded"}, said
        assert any("No space left on device" in line for line in site.said)
        assert site.settings() == DURABLE
        verified = site.run("niangjia", "stock", "verify")
        assert (verified.returncode, while_full > 0) == (0, True), verified.stdout
