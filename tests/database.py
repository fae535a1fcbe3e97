"""Pytest plugin: a PostgreSQL of the tests' own, up before Django reads its settings.

Homes lie in slots of a folder in the temporary folder, one per run at a time, and are kept from run to run, because
making one costs half a second. With DATABASE_URL set, that server is used instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from niangjia.ops.locks import HomeBusy, HomeLock
from niangjia.ops.postgres import Cluster, make_home
from niangjia.ops.words import Trouble

SLOTS = 50

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
    root = Path(tempfile.gettempdir()) / f"niangjia-tests-{os.geteuid()}"
    make_home(root)
    if root.stat().st_uid != os.geteuid():
        raise pytest.UsageError(f"{root} belongs to another user. Remove it.")
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
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'").fetchall()
        for (name,) in left:  # of a run that was killed
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    return cluster
