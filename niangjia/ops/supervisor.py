"""``niangjia serve`` and ``niangjia demo``: one parent that starts PostgreSQL, the web server and the job worker.

It imports no Django, so that it is there at once and small. It starts what dies again, and stops all of it in order.
"""

import http.client
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from urllib.parse import urlsplit

from niangjia.ops import outside, preparation
from niangjia.ops import plan as plans
from niangjia.ops.children import Child
from niangjia.ops.locks import HomeLock
from niangjia.ops.plan import Plan
from niangjia.ops.postgres import Cluster, make_home
from niangjia.ops.screen import Screen
from niangjia.ops.session import keys_folder
from niangjia.ops.state import PACKAGE
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

STATIC = PACKAGE / "ui" / "static"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (how to reach us, when the operator asked for it)
OPENING = 90.0
CLOSING = 3.0
TICK = 0.25
TRIES = 4
# Where the processors are short, pages come first, then bookings, which lose nothing by waiting, then jobs.
LATER, BEHIND = 5, 10
AGAIN = 5  # seconds between two attempts to start a database that does not start


class Stopped(BaseException):
    """Somebody asked us to stop: Ctrl-C, the terminal's end, or the service manager."""


class Stop:
    """The signals that ask us to stop, heard once: what follows takes a few seconds at most.

    An exception raised in a destructor or a callback of fork is lost, so every pause asks again.
    """

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Inside, a signal raises ``Stopped``."""
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup wants us to outlive the terminal
            numbers.append(signal.SIGHUP)
        before = {each: signal.signal(each, self._hear) for each in numbers}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Sleep. Raises ``Stopped`` as well when the signal came before."""
        time.sleep(seconds)
        if self.asked:
            raise Stopped


def main(argv: list[str]) -> int:
    return run(plans.plan(argv[0], argv[1:]))


def run(plan: Plan) -> int:
    """Runs until it is asked to stop. Everything that it has started is gone when it returns."""
    screen, stop = Screen(), Stop()
    with stop.heard():
        try:
            plans.check(plan)
            make_home(plan.home)
            lock = HomeLock(plan.home).acquire(f"niangjia {plan.command}")
            try:
                _supervise(plan, screen, stop)
            finally:
                lock.release()
        except Stopped:
            screen.line(_("Stopped."))
    return 0


# Running --------------------------------------------------------------------------------------------------------
def _supervise(plan: Plan, screen: Screen, stop: Stop) -> None:
    known = preparation.claim(plan.home, plan.kind, plan.address)
    cluster: Cluster | None = None
    children: list[Child] = []
    try:
        if outside.given():
            outside.check()
        else:
            cluster = Cluster(plan.home, say=screen.line, keys=keys_folder(plan.home))
            with screen.step(_("Starting PostgreSQL")):
                cluster.start()
        environment = _environment(plan, cluster)
        direct = environment | {"DATABASE_URL": environment.get(outside.DIRECT) or environment["DATABASE_URL"]}
        preparation.prepare(plan.home, known, direct, screen)
        children.extend(_children(plan, environment, direct))
        web, jobs, *lanes = children
        with screen.step(_("Starting the web server and the job worker")):
            for child in (web, *lanes):
                child.start()
            _await_web(plan, web, stop)
            jobs.start()  # after it: on a busy machine each would wait for the other, and people wait for the site
        screen.ready(plan.address, preparation.logins() if plan.kind == "demo" else [], _notes(plan))
        _watch(children, cluster, screen, stop)
    finally:
        _close(children, cluster)


def _environment(plan: Plan, cluster: Cluster | None) -> dict[str, str]:
    more = {"NIANGJIA_HOME": str(plan.home), "NIANGJIA_URL": plan.address, "NIANGJIA_SUPERVISED": "1"}
    more["NIANGJIA_WORKERS"] = str(plan.workers)  # rehearsals start as many, of the same kind
    more["NIANGJIA_LANE_PORT"], more["NIANGJIA_LANES"] = str(plan.lane_port), str(plan.lanes)
    if cluster is not None:
        more["DATABASE_URL"] = cluster.url()
    if plan.kind == "demo":
        more["NIANGJIA_DEMO"] = "1"
        if plan.host not in {"localhost", "127.0.0.1", "::1"}:
            more.setdefault("NIANGJIA_HOSTS", os.environ.get("NIANGJIA_HOSTS", "*"))
    return preparation.child_environment(**more)


def _children(plan: Plan, environment: dict[str, str], direct: dict[str, str]) -> list[Child]:
    """The job worker listens, so it goes past a pool; the web server's pages may go through it."""
    logs = plan.home / "logs" if plan.kind == "demo" else None
    web = [
        sys.executable, "-m", "granian", "niangjia.config.asgi:application", "--interface", "asgi",
        "--host", plan.host, "--port", str(plan.port), "--workers", str(plan.workers),
        "--workers-kill-timeout", "2", "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
        "--static-path-route", "/static", "--static-path-mount", str(STATIC),
        "--static-path-expires", "7d",  # addresses carry a digest of the file
    ]  # fmt: skip
    if plan.certificate and plan.key:
        web += ["--ssl-certificate", str(plan.certificate), "--ssl-keyfile", str(plan.key)]
        web += ["--ssl-protocol-min", "tls1.2"]  # phones older than 2019 know no other
    jobs = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "2",
            "--shutdown-graceful-timeout", "2"]  # fmt: skip
    return [
        Child(_("The web server"), web, environment, logs / "web.log" if logs else None),
        Child(_("The job worker"), jobs, direct, logs / "jobs.log" if logs else None, BEHIND),
        *(
            Child(
                _("The booking lane"), _lane(plan), environment, logs / f"lane-{number}.log" if logs else None, LATER
            )
            for number in range(1, plan.lanes + 1 if plan.lane_port else 1)
        ),
    ]


def _lane(plan: Plan) -> list[str]:
    command = [sys.executable, "-m", "niangjia.config.lane", plan.host, str(plan.lane_port)]
    return command + ([str(plan.certificate), str(plan.key)] if plan.certificate else [])


def _notes(plan: Plan) -> list[str]:
    notes = []
    if plan.host in EVERYWHERE and "NIANGJIA_URL" not in os.environ:
        notes.append(
            _("From other devices: {address}").format(address=f"{plan.scheme}://{_own_address()}:{plan.port}")
        )
    if plan.kind == "demo":
        notes.append(_("Logs and data: {home}").format(home=plan.home))
    notes.append(_("Ctrl-C stops everything."))
    return notes


def _own_address() -> str:
    """The address of this machine in its network. Naming a far one sends nothing; the kernel only chooses the way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _await_web(plan: Plan, web: Child, stop: Stop) -> None:
    """The site is open when /healthz answers and the database behind it does, too."""
    deadline = time.monotonic() + OPENING
    deaths = 0
    while not _answers(plan):
        if web.process is None or web.process.poll() is not None:
            deaths += 1
            if deaths == TRIES:
                raise _no_web(web)
            stop.pause(TICK)
            web.start()
        if time.monotonic() > deadline:
            raise _no_web(web)
        stop.pause(0.05)


def _no_web(web: Child) -> Trouble:
    return Trouble(
        _("The web server does not come up. {reason}").format(reason=web.last_words()).strip(),
        _("niangjia doctor looks for the reason."),
    )


def _answers(plan: Plan) -> bool:
    host = EVERYWHERE.get(plan.host, plan.host)
    header = {"Host": urlsplit(plan.address).netloc}
    connection: http.client.HTTPConnection
    if plan.certificate:
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # it is our own server, on this machine
        connection = http.client.HTTPSConnection(host, plan.port, timeout=15, context=trust)
    else:
        connection = http.client.HTTPConnection(host, plan.port, timeout=15)
    try:
        connection.request("GET", "/healthz", headers=header)
        return b'"database": "ok"' in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(children: list[Child], cluster: Cluster | None, screen: Screen, stop: Stop) -> None:
    while True:
        stop.pause(TICK)
        if cluster is not None and cluster.process is not None and cluster.process.poll() is not None:
            screen.line(_("PostgreSQL has died; it is started again."))
            _revive(cluster, screen, stop)
        for child in children:
            child.watch(time.monotonic(), lambda status, pause, child=child: screen.line(  # type: ignore[misc]
                _("{name} has died (status {status}); it is started again in {pause} s.").format(
                    name=child.name, status=status, pause=pause)))  # fmt: skip


def _revive(cluster: Cluster, screen: Screen, stop: Stop) -> None:
    """As often as it takes: what keeps it down may pass, as a full disk does, and must not end the site for good."""
    while True:
        try:
            cluster.start()
        except (Trouble, OSError) as error:
            screen.line(_("PostgreSQL cannot be started now: {reason}").format(reason=error))
            screen.line(_("The next attempt is in {pause} s.").format(pause=AGAIN))
            stop.pause(AGAIN)
        else:
            return


def _close(children: list[Child], cluster: Cluster | None) -> None:
    """Web and worker first, PostgreSQL last, so that nothing loses its database while it is still at work."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + CLOSING
    for child in children:
        child.finish(deadline)
    if cluster is not None:
        cluster.stop()
