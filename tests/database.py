"""Pytest plugin: a PostgreSQL of the tests' own, up before Django reads its settings.

Homes lie in slots, one per run at a time, in a folder of this checkout in the temporary folder. They are kept from run
to run with a migrated database as a template, so that only the first run after a new migration waits for it. With
DATABASE_URL set, that server is used instead, and everything is migrated each time.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from niangjia.ops import state
from niangjia.ops.locks import HomeBusy, HomeLock
from niangjia.ops.postgres import Cluster, make_home
from niangjia.ops.words import Trouble

SLOTS = 50
TEMPLATE = "NIANGJIA_TEST_TEMPLATE"
# Of a run that was killed (its copy may be half made: -2), and of migrations that have changed since.
LEFT = """
SELECT datname FROM pg_database
WHERE datname LIKE 'test\\_%%' OR (datname LIKE 'template\\_%%' AND (datname <> %s OR datconnlimit = -2))
"""

_cluster: Cluster | None = None
_lock: HomeLock | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _prepare()
    try:
        return (yield)
    except BaseException:
        pytest_unconfigure()
        raise


def pytest_unconfigure() -> None:
    if _cluster is not None:
        _cluster.stop()
    if _lock is not None:
        _lock.release()


def _prepare() -> None:
    """Nothing of the caller's installation may be touched, nor decide how a test ends."""
    global _cluster, _lock  # noqa: PLW0603 (a plugin is a module; pytest gives it no other place for its state)
    for name in [name for name in os.environ if name.startswith("NIANGJIA_")]:
        del os.environ[name]
    _lock = _slot()
    home = _lock.home
    shutil.rmtree(home / "files", ignore_errors=True)
    os.environ["NIANGJIA_HOME"] = str(home)
    os.environ["NIANGJIA_DB_POOL"] = "0"  # a pool would hold on to the test databases that are to be dropped
    if "DATABASE_URL" not in os.environ:
        _cluster = _start(home)
        os.environ["DATABASE_URL"] = _cluster.url()


def _slot() -> HomeLock:
    shared = Path(tempfile.gettempdir()) / f"niangjia-tests-{os.geteuid()}"
    make_home(shared)
    if shared.stat().st_uid != os.geteuid():
        raise pytest.UsageError(f"{shared} belongs to another user. Remove it.")
    root = shared / hashlib.sha256(os.fsencode(state.PACKAGE)).hexdigest()[:10]
    make_home(root)
    for number in range(SLOTS):
        home = root / str(number)
        make_home(home)
        try:
            return HomeLock(home).acquire("pytest")
        except HomeBusy:
            continue
    raise pytest.UsageError(f"{SLOTS} test runs are under way in {root}.")


def _start(home: Path) -> Cluster:
    """The tests' database may have been torn by a power cut, since it is not durable: then it is made anew."""
    cluster = Cluster(home, durable=False)
    try:
        cluster.start()
    except Trouble:
        shutil.rmtree(cluster.place.data)
        cluster.start()
    template = f"template_{state.code_stamp()[:16]}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for (name,) in connection.execute(LEFT, [template]).fetchall():
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    os.environ[TEMPLATE] = template
    return cluster


def template() -> str:
    """The name of the migrated database that may be there; nothing on a server that is not ours."""
    return os.environ.get(TEMPLATE, "")


def exists(name: str) -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def keep(name: str, *, as_template: str) -> None:
    """Copy the migrated test database for later runs. Another test process may have been faster."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(as_template), sql.Identifier(name))
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation, psycopg.errors.ObjectInUse):
            connection.execute(copy)
