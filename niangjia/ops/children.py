"""Child processes: started in a group of their own, watched, started again when they die, and never left behind."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from niangjia.ops.processes import LINUX

LAST_WORDS = 2000
FIRST_PAUSE, LONGEST_PAUSE, STEADY = 0.5, 30.0, 60.0

_prctl: Callable[..., int] | None = ctypes.CDLL(None).prctl if LINUX else None


def die_with_parent(number: signal.Signals) -> None:
    """This process gets the signal when its parent dies, even of kill -9. Elsewhere than on Linux nothing happens."""
    if _prctl is not None:
        _prctl(1, int(number))  # PR_SET_PDEATHSIG


def follow_parent(number: signal.Signals, *, niceness: int = 0) -> Callable[[], None]:
    """For ``preexec_fn``: ``die_with_parent``, and the case that the parent was faster; and how far to stand back."""
    parent = os.getpid()

    def follow() -> None:
        os.nice(niceness)
        die_with_parent(number)
        if os.getppid() != parent:
            os._exit(1)

    return follow


@dataclass
class Child:
    """One program that has to run as long as we do."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path | None = None
    niceness: int = 0
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0
    mark: int = 0

    def start(self) -> None:
        with self._output() as output:
            self.mark = output.tell() if self.log else 0
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,  # Ctrl-C at the terminal is for us alone; we stop the children in order
                # Without us nobody would wait for an orderly end; a worker whose database has gone never reaches one.
                preexec_fn=follow_parent(signal.SIGKILL, niceness=self.niceness),  # noqa: PLW1509 (it takes no lock)
            )
        self.born = time.monotonic()

    def _output(self) -> IO[bytes]:
        if self.log is None:
            return os.fdopen(os.dup(2), "ab", closefd=True)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.log.open("ab")

    def last_words(self) -> str:
        """The end of what it has written since its last start, if that goes to a file."""
        if self.log is None:
            return ""
        with self.log.open("rb") as file:
            file.seek(self.mark)
            return file.read().decode(errors="replace")[-LAST_WORDS:].strip()

    def watch(self, now: float, say: Callable[[int, float], None]) -> None:
        """Start it again if it has died, each time after a longer pause until it has stood for a minute."""
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self._signal_group(signal.SIGKILL)  # what it has left behind would hold the port
        self.process = None
        if now - self.born > STEADY:
            self.pause = FIRST_PAUSE
        self.due = now + self.pause
        say(status, self.pause)
        self.pause = min(LONGEST_PAUSE, self.pause * 2)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait until it has stopped; at the deadline the whole group is killed."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.05, deadline - time.monotonic()))
        self._signal_group(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def _signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)
