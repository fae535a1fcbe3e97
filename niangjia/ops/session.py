"""The installation that a command is for, and a database for the time the command takes."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from niangjia.ops import outside, state
from niangjia.ops.locks import HomeBusy, HomeLock, open_lock
from niangjia.ops.postgres import PATIENCE, Cluster, make_home
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

DEFAULT = Path("~/.local/share/niangjia")
CHECKOUT_DEMO = state.PACKAGE.parent / ".demo"


def say(sentence: str) -> None:
    """To the person at the terminal, apart from what the command prints for machines."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def find_home(*, demo: bool = False) -> Path:
    """NIANGJIA_HOME; without it the usual folder, and in a checkout where only the demo has ever run, the demo's."""
    named = os.environ.get("NIANGJIA_HOME")
    if named:
        home = Path(named).expanduser()
    elif demo:
        home = DEFAULT.with_name("niangjia-demo").expanduser()
    elif not state.read(DEFAULT.expanduser()).kind and state.read(CHECKOUT_DEMO).kind == "demo":
        home = CHECKOUT_DEMO
        say(_("NIANGJIA_HOME is not set: this is the demo in {folder}.").format(folder=home))
    else:
        home = DEFAULT.expanduser()
    home = home.resolve()
    os.environ["NIANGJIA_HOME"] = str(home)
    if state.read(home).kind == "demo":
        os.environ["NIANGJIA_DEMO"] = "1"
    return home


def find_address(home: Path) -> None:
    """NIANGJIA_URL; without it the address at which the site of this home was last started."""
    known = state.read(home).address
    if known and not os.environ.get("NIANGJIA_URL"):
        os.environ["NIANGJIA_URL"] = known


@contextmanager
def database(home: Path, what: str) -> Iterator[None]:
    """DATABASE_URL for the time of a command: the one given, the running server's, or one started for it alone."""
    if outside.given():
        yield
        return
    make_home(home)
    cluster = Cluster(home, say=say, keys=keys_folder(home))
    path = os.environ.get("PATH", os.defpath)
    users = open_lock(home / "users")
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        lock = _hold(home, what)
        try:
            cluster.start() if lock else _await(cluster)
            os.environ["DATABASE_URL"] = cluster.url()
            os.environ["PATH"] = os.pathsep.join((str(Path(cluster.place.program("psql")).parent), path))
            yield
        finally:
            os.environ.pop("DATABASE_URL", None)
            os.environ["PATH"] = path
            if lock:
                fcntl.flock(users, fcntl.LOCK_EX)  # commands that came later are still at work on our server
                cluster.stop()
                lock.release()
    finally:
        os.close(users)


def _hold(home: Path, what: str) -> HomeLock | None:
    try:
        return HomeLock(home).acquire(what)
    except HomeBusy:
        return None


def keys_folder(home: Path) -> Path:
    return Path(os.environ.get("NIANGJIA_KEYS", str(home / "keys"))).expanduser()


def _await(cluster: Cluster) -> None:
    """Whoever holds the home is about to start the server."""
    deadline = time.monotonic() + PATIENCE
    while not cluster.running():
        if time.monotonic() > deadline:
            raise Trouble(
                _("Another process holds {home}, but its PostgreSQL does not answer.").format(home=cluster.home),
                _("Stop that process and start it again."),
            )
        time.sleep(0.1)
