"""The command line: what it lists, what it passes on, and what it refuses."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from niangjia.ops import cli, dispatch, session, state
from niangjia.ops.preparation import child_environment
from niangjia.ops.tests import places


def niangjia(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = child_environment()
    inherited.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "niangjia", *arguments],
        env={**inherited, "NIANGJIA_HOME": str(home), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_lists_every_command_with_one_line(tmp_path: Path) -> None:
    for arguments in ((), ("--help",), ("help",)):
        done = niangjia(tmp_path, "--language", "en", *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.startswith("  ")}
        assert {"demo", "serve", "doctor", "worker", "audit", "migrate"} <= set(lines)
        assert [line for line in lines.values() if len(line.split()) < 3] == []
    assert list(tmp_path.iterdir()) == []


def test_every_command_of_the_house_says_what_it_is_for() -> None:
    assert [name for name, text in cli.own_commands().items() if not text] == []


@pytest.mark.parametrize(("typed", "meant"), [("doctr", "niangjia doctor"), ("xyzzy", "--help")])
def test_an_unknown_command_ends_with_2_and_a_hint(tmp_path: Path, typed: str, meant: str) -> None:
    done = niangjia(tmp_path, typed, "--language", "en")
    assert done.returncode == 2
    assert f"There is no command “{typed}”." in done.stderr
    assert meant in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_command_named_in_the_help_is_there() -> None:
    assert {*cli.USEFUL, *cli.own_commands(), "prepare", "doctor"} <= dispatch.commands()


def test_a_command_brings_its_own_database_and_takes_it_away() -> None:
    with places.folder("家 里") as home:
        unprepared = niangjia(home, "audit", "verify", "--language", "en")
        assert unprepared.returncode == 1
        assert unprepared.stderr.endswith("Run “niangjia migrate”.\n")
        assert niangjia(home, "migrate", "--verbosity", "0").returncode == 0
        done = niangjia(home, "audit", "verify", "--language", "en")
        assert (done.returncode, done.stderr) == (0, "")
        assert places.at_work_in(home / "postgres") == []


def test_a_command_uses_the_server_that_runs_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with places.folder() as home:
        with session.database(home, "the first"):
            before = set(places.at_work_in(home / "postgres"))
            code = (
                "from django.db import connection as c; x = c.cursor(); x.execute('SHOW port'); print(x.fetchone()[0])"
            )
            done = niangjia(home, "shell", "--no-imports", "-c", code)
            assert (done.returncode, done.stdout) == (0, "5432\n")
            assert before & set(places.at_work_in(home / "postgres"))
        assert places.at_work_in(home / "postgres") == []
        assert "DATABASE_URL" not in os.environ


def test_a_dump_comes_back_into_an_empty_home(tmp_path: Path) -> None:
    dump = str(tmp_path / "niangjia.dump")
    with places.folder() as home, places.folder() as empty:
        made = "CREATE EXTENSION pg_trgm; CREATE TABLE kept (name text); INSERT INTO kept VALUES ('工会');"
        assert niangjia(home, "pg", "psql", "-c", made).returncode == 0
        assert niangjia(home, "pg", "pg_dump", "-Fc", "-f", dump).returncode == 0
        assert niangjia(empty, "pg", "pg_restore", "--no-owner", "-d", "niangjia", dump).stderr == ""
        assert niangjia(empty, "pg", "psql", "-Atc", "SELECT name FROM kept").stdout == "工会\n"


@pytest.mark.parametrize(
    ("arguments", "status", "told"), [((), 2, "pg_dump"), (("no-such-program",), 1, "no-such-program")]
)
def test_pg_without_a_program_says_how(arguments: tuple[str, ...], status: int, told: str) -> None:
    with places.folder() as home:
        done = niangjia(home, "pg", *arguments)
        assert done.returncode == status
        assert told in done.stderr


def test_with_an_address_given_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with session.database(tmp_path, "any"), psycopg.connect(os.environ["DATABASE_URL"]) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_speaks_even_when_postgresql_cannot_start() -> None:
    with places.folder() as home:
        (home / "postgres").mkdir()
        (home / "postgres" / "PG_VERSION").write_text("9\n")
        done = niangjia(home, "doctor", "--language", "en")
        assert done.returncode == 1
        assert "✗ Database: The database was made by PostgreSQL 9" in done.stdout


def test_a_home_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = niangjia(tmp_path / "file" / "home", "migrate", "--language", "en")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path / 'file' / 'home'} cannot be made")
    assert "Traceback" not in done.stderr


# Which installation is meant ------------------------------------------------------------------------------------
def test_the_home_named_is_the_home_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NIANGJIA_HOME", str(tmp_path))
    assert session.find_home() == tmp_path


def test_a_demos_home_makes_every_command_a_demos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NIANGJIA_HOME", str(tmp_path))
    monkeypatch.setenv("NIANGJIA_DEMO", "")
    state.write(tmp_path, state.State(kind="demo"))
    session.find_home()
    assert os.environ["NIANGJIA_DEMO"] == "1"


@pytest.mark.parametrize(
    ("given", "known", "meant"),
    [
        ("", "http://localhost:9000", "http://localhost:9000"),
        ("https://union.example.cn", "http://localhost:9000", "https://union.example.cn"),
        ("", "", ""),
    ],
)
def test_a_command_knows_the_address_of_the_site(
    given: str, known: str, meant: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NIANGJIA_URL", given)
    state.write(tmp_path, state.State(address=known))
    session.find_address(tmp_path)
    assert os.environ["NIANGJIA_URL"] == meant


def test_in_a_checkout_that_has_only_a_demo_the_demo_is_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual, demo = tmp_path / "usual", tmp_path / "demo"
    demo.mkdir()
    usual.mkdir()
    state.write(demo, state.State(kind="demo"))
    monkeypatch.setattr(session, "DEFAULT", usual)
    monkeypatch.setattr(session, "CHECKOUT_DEMO", demo)
    monkeypatch.setenv("NIANGJIA_DEMO", "")
    for kind, meant in (("", demo), ("site", usual)):
        monkeypatch.delenv("NIANGJIA_HOME")
        state.write(usual, state.State(kind=kind))
        assert session.find_home() == meant
        assert (str(demo) in capsys.readouterr().err) == (meant == demo)
