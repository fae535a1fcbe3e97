"""For every test: the real site under granian on the test database, and a real Chromium to look at it.

``site`` is the address of the running site; ``phone`` and ``desk`` are pages of a browser that open there. A test that
uses them is marked ``browser``. Without Chromium it is skipped, and fails where CI=true: there none may be missing.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, Page, ViewportSize

from niangjia.ops.children import follow_parent
from niangjia.ops.preparation import child_environment
from niangjia.ops.supervisor import STATIC
from tests import database, defaults

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OPENING = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: "lasting_site" in getattr(item, "fixturenames", ()))  # they empty the database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test databases are copies of one that has been migrated already, if there is one of this code."""
    del django_db_modify_db_settings_parallel_suffix
    if database.template() and database.exists(database.template()):
        connection.settings_dict["TEST"]["TEMPLATE"] = database.template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    del django_db_setup
    with django_db_blocker.unblock():
        defaults.keep_defaults()
    if database.template() and not connection.settings_dict["TEST"].get("TEMPLATE"):
        with django_db_blocker.unblock():
            connection.close()
            database.keep(str(connection.settings_dict["NAME"]), as_template=database.template())
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A process that was killed a moment ago may not have left the database yet, which is now to be dropped.
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(scope="session", autouse=True)
def _defaults_come_back() -> Iterator[None]:
    """A test that empties the database leaves it with what the migrations have entered, for those that come after."""
    name = "_fixture_teardown"  # Django offers no other place
    empty = getattr(TransactionTestCase, name)

    def teardown(case: Any) -> None:
        empty(case)
        defaults.enter_defaults()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, name, teardown)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        missing = "There is no Chromium. Install one (apt-get install chromium), or name it in CHROMIUM."
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop stays in this very thread to the end
    return {"executable_path": found, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def _processes(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The programs of the site, started when first asked for; one database, one port and one log per test process."""
    del django_db_setup, django_db_blocker
    running: dict[str, subprocess.Popen[bytes]] = {}
    yield running
    for process in running.values():
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _log(name: str) -> Path:
    return Path(os.environ["NIANGJIA_HOME"]) / "logs" / f"{name}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.log"


def _start(name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    _log(name).parent.mkdir(exist_ok=True)
    with _log(name).open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            preexec_fn=follow_parent(signal.SIGKILL),  # noqa: PLW1509 (it takes no lock)
        )


def _environment(port: int) -> dict[str, str]:
    """The site's own settings, on the database that the tests see."""
    url = os.environ["DATABASE_URL"]
    head, _slash, tail = url.rpartition("/")
    _name, mark, query = tail.partition("?")
    return child_environment(
        DATABASE_URL=f"{head}/{connection.settings_dict['NAME']}{mark}{query}",
        NIANGJIA_URL=f"http://localhost:{port}",
        NIANGJIA_SENDER="niangjia.core.senders.ScreenSender",
        NIANGJIA_DB_POOL="4",
        NIANGJIA_SUPERVISED="1",
    )


@pytest.fixture(scope="session")
def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def address(_processes: dict[str, subprocess.Popen[bytes]], _port: int) -> str:
    """The address of the running site, which is started when first asked for."""
    if "web" not in _processes:
        command = ["granian", "niangjia.config.asgi:application", "--interface", "asgi", "--port", str(_port),
                   "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "1",
                   "--static-path-route", "/static", "--static-path-mount", str(STATIC)]  # fmt: skip
        _processes["web"] = _start("web", command, _environment(_port))
        _await(_port, _processes["web"])
    return f"http://localhost:{_port}"


@pytest.fixture
def site(transactional_db: None, address: str) -> Iterator[str]:
    """The site for one test. What the test has written is gone afterwards, with queued jobs and counted attempts."""
    del transactional_db
    yield address
    _forget_queues()


@pytest.fixture(scope="module")
def lasting_site(address: str, django_db_blocker: Any) -> Iterator[str]:
    """The site for the tests of a whole module that only read: what its own fixture writes stays until the last."""
    with django_db_blocker.unblock():
        yield address
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
        defaults.enter_defaults()
        _forget_queues()


def _forget_queues() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers, cache CASCADE"
        )


@pytest.fixture
def worker(site: str, _port: int) -> Iterator[None]:
    """A job worker beside the site, for stories that watch a job run; gone with the story, lest it do others' work."""
    del site
    process = _start("jobs", ["django", "procrastinate", "worker", "--concurrency", "2"], _environment(_port))
    yield
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + OPENING
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The site does not come up; see {_log('web')}.")


@pytest.fixture
def phone(site: str, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page as wide as a small phone, with touch."""
    size = ViewportSize(width=375, height=812)
    with browser.new_context(
        **browser_context_args, base_url=site, viewport=size, has_touch=True, is_mobile=True
    ) as context:
        yield context.new_page()


@pytest.fixture
def desk(site: str, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page as wide as an office screen."""
    with browser.new_context(
        **browser_context_args, base_url=site, viewport={"width": 1440, "height": 900}
    ) as context:
        yield context.new_page()
