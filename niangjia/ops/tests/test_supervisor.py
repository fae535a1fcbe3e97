"""The whole site as operators start it: up, mended when a part dies, refused where it cannot be, gone when ended."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from niangjia.ops import processes, state
from niangjia.ops.preparation import child_environment
from niangjia.ops.state import PACKAGE
from niangjia.ops.supervisor import Stop, Stopped
from niangjia.ops.tests import places
from niangjia.ops.tests.places import until
from niangjia.ops.tests.sites import SITES, Site, refusal, site


def test_a_site_is_started_mended_refused_to_a_second_and_ended() -> None:
    with places.folder("家 home") as home, site(home) as running:
        running.readuntil("Ctrl-C")
        assert running.get("/healthz").status in {200, 503}
        until(running.healthy)
        assert running.get("/healthz").status == 200
        assert f"http://localhost:{running.port}\n" in examined(home)

        told = refusal(home)
        assert f"process {running.process.pid} (niangjia serve)" in told
        assert "NIANGJIA_HOME" in told

        for name in ("granian", "procrastinate", "postgres"):
            before = running.family()[name]
            os.kill(before, signal.SIGKILL)
            until(lambda name=name, before=before: running.family().get(name) not in {None, before})  # type: ignore[misc]
            until(running.healthy)
        database_that_does_not_start_for_a_while(running)

        family = running.family()
        assert [os.getpriority(os.PRIO_PROCESS, family[name]) for name in ("granian", "procrastinate")] == [0, 10]
        status, seconds = running.end()
        assert (status, seconds < 5) == (0, True)
        assert running.said[-1].rstrip().endswith("Stopped.")
        assert "has died" in "".join(running.said)
        assert [pid for pid in family.values() if processes.alive(pid)] == []
        assert places.at_work_in(home / "postgres") == []


def examined(home: Path) -> str:
    """What the doctor says from another terminal, where nobody has named a port."""
    environment = {name: value for name, value in child_environment().items() if name not in SITES}
    return subprocess.run(
        [sys.executable, "-m", "niangjia", "doctor", "--language", "en"],
        env={**environment, "NIANGJIA_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def database_that_does_not_start_for_a_while(running: Site) -> None:
    """It is down, and PostgreSQL refuses folders that everybody may enter; the site waits until that has passed."""
    data = running.home / "postgres"
    data.chmod(0o777)
    os.kill(running.family()["postgres"], signal.SIGKILL)
    running.readuntil("PostgreSQL cannot be started now")
    assert running.get("/healthz").status == 503
    data.chmod(0o700)
    until(running.healthy)


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


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_falls_into_a_destructor_is_heard_at_the_next_pause() -> None:
    class Unlucky:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)  # what is raised here Python only reports

    stop = Stop()
    with stop.heard():
        Unlucky()
        assert stop.asked
        with pytest.raises(Stopped):
            stop.pause(0)
        signal.raise_signal(signal.SIGINT)  # a second one does not disturb what is being closed
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
