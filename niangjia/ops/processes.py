"""Processes that are not our children: is it there, where is it at work, and make it stop."""

import os
import signal
import sys
import time
from pathlib import Path

LINUX = sys.platform == "linux"
PROCESSES = Path("/proc")
PAUSE = 0.05


def everyone() -> list[int]:
    return [int(folder.name) for folder in PROCESSES.iterdir() if folder.name.isdigit()]


def folder_of(pid: int) -> Path | None:
    """The folder in which a process is at work, if we may know it."""
    try:
        return (PROCESSES / str(pid) / "cwd").readlink()
    except OSError:
        return None


def exists(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def alive(pid: int) -> bool:
    """Exists, and is not the corpse of a process whose parent has not collected it."""
    try:
        return (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not LINUX and exists(pid)


def number_in(path: Path) -> int:
    try:
        first = path.read_text(encoding="utf-8").splitlines()[0]
    except (FileNotFoundError, IndexError):
        return 0
    return abs(int(first)) if first.lstrip("-").isdigit() else 0


def end(pid: int) -> None:
    """Ask a server that is not our child to stop, and wait until it has."""
    for number, seconds in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not alive(pid):
                return
            time.sleep(PAUSE)
