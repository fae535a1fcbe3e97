"""Folders and processes for the launcher's tests."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from niangjia.ops import accounts, processes
from niangjia.ops.postgres import Cluster
from niangjia.ops.state import PACKAGE

ROOT = os.geteuid() == 0


@contextmanager
def folder(name: str = "") -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed to PostgreSQL's user when we are root."""
    base = Path(tempfile.mkdtemp(prefix="niangjia-place-"))
    base.chmod(0o755)
    place = base / name if name else base
    place.mkdir(exist_ok=True)
    try:
        yield place
    finally:
        shutil.rmtree(base)


@contextmanager
def cluster(home: Path, **options: object) -> Iterator[Cluster]:
    """A running one; whatever happens, it does not outlive the test."""
    made = Cluster(home, durable=False, say=options.pop("say", lambda words: None), **options)  # type: ignore[arg-type]
    try:
        made.start()
        yield made
    finally:
        made.stop()


def at_work_in(data: Path) -> list[int]:
    """The processes of a server, by the folder they stand in."""
    return [pid for pid in processes.everyone() if processes.folder_of(pid) == data]


def unprivileged() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def python_for(user: pwd.struct_passwd) -> str:
    """A Python of our version that this user can run on this checkout; nothing if there is none."""
    wanted = f"import sys, psycopg, niangjia.ops; assert sys.version_info[:2] == {sys.version_info[:2]}"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run(
                [python, "-c", wanted],
                user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd=PACKAGE.parent, capture_output=True,
                env={"PATH": os.defpath, "PYTHONPATH": str(accounts.installed())}, check=False,
            )  # fmt: skip
        except OSError:
            continue
        if done.returncode == 0:
            return python
    return ""


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what another process is about to do; fail when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "not within the time"
        threading.Event().wait(0.02)
