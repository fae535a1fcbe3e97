"""The lane of a rehearsal: started as ``serve`` starts the site's, on a port of its own, with keys of its own."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

from niangjia.core import keys
from niangjia.core.errors import DomainError
from niangjia.ops.children import Child
from niangjia.ops.preparation import child_environment
from niangjia.ops.rehearsal.world import World

HOST = "127.0.0.1"
OPENING = 60.0
CLOSING = 5.0


def environment(world: World) -> dict[str, str]:
    """What the lane and the crowd are told: this world alone, and keys that open nothing in the real one."""
    folder = world.folder / "keys"
    keys.ensure(folder)
    name = str(connection.settings_dict["NAME"])
    return child_environment(
        DATABASE_URL=make_conninfo(settings.DATABASE_URL, dbname=name, options=world.options),
        NIANGJIA_HOME=str(settings.HOME),
        NIANGJIA_KEYS=str(folder),
    )


@contextmanager
def lane(env: Mapping[str, str], folder: Path, *, port: int = 0) -> Iterator[int]:
    """The port on which it answers."""
    port = port or _free_port()
    children = [Child("lane", command, env, folder / "lane.log") for command in _commands(port)]
    try:
        for child in children:
            child.start()
        for child in children:
            _await(child, port)
        yield port
    finally:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + CLOSING
        for child in children:
            child.finish(deadline)


def processes() -> int:
    """How many processes book here: those for bookings alone, where the site has such."""
    return int(settings.LANES or settings.WEB_WORKERS)


def _commands(port: int) -> list[list[str]]:
    """As ``niangjia.ops.supervisor`` starts the site's: processes for bookings alone share the port."""
    if settings.LANES:
        return [[sys.executable, "-m", "niangjia.config.lane", HOST, str(port)]] * processes()
    return [
        [
            sys.executable, "-m", "granian", "niangjia.config.rehearsal:application", "--interface", "asginl",
            "--host", HOST, "--port", str(port), "--workers", str(processes()),
            "--workers-kill-timeout", "2", "--no-ws", "--log-level", "warning",
        ]
    ]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _await(child: Child, port: int) -> None:
    deadline = time.monotonic() + OPENING
    while not _answers(port):
        dead = child.process is None or child.process.poll() is not None
        if dead or time.monotonic() > deadline:
            raise DomainError(
                _("The lane of the rehearsal does not come up: %(reason)s") % {"reason": child.last_words()[-200:]},
                remedy=_("“niangjia doctor” looks for the reason."),
                code="rehearsal-failed",
            )
        time.sleep(0.05)


def _answers(port: int) -> bool:
    asking = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        asking.request("POST", "/book/")
        return asking.getresponse().status == http.HTTPStatus.NOT_FOUND
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
