"""One supervisor per home: a lock that the kernel lets go when its holder dies, however it dies."""

import fcntl
import json
import os
from pathlib import Path
from typing import Self

from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _


class HomeBusy(Trouble):
    """Another process holds this home; ``pid`` and ``what`` say which."""

    def __init__(self, home: Path, pid: int, what: str) -> None:
        super().__init__(
            _("{home} is in use by process {pid} ({what}).").format(home=home, pid=pid, what=what),
            _("Stop that process first, or name another folder in NIANGJIA_HOME."),
        )
        self.pid = pid
        self.what = what


def open_lock(path: Path) -> int:
    """A file to lock, in a home that has to be ours."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise Trouble(
            _("{path} belongs to another user.").format(path=path),
            _("Start Niangjia as the user who made it, or name another folder in NIANGJIA_HOME."),
        ) from error


class HomeLock:
    """Held from ``acquire`` until ``release`` or the end of the process."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "lock"
        self.handle: int | None = None

    def acquire(self, what: str) -> Self:
        handle = open_lock(self.path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid, holder = _holder(handle)
            os.close(handle)
            raise HomeBusy(self.home, pid, holder) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "what": what}).encode(), 0)
        self.handle = handle
        return self

    def release(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def _holder(handle: int) -> tuple[int, str]:
    """Who says in the file that it holds the lock; it may be writing this very moment."""
    try:
        said = json.loads(os.pread(handle, 4096, 0))
        return int(said["pid"]), str(said["what"])
    except (ValueError, KeyError, TypeError):
        return 0, "?"
