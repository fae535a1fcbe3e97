"""Each fault that the doctor knows is made once, and found with its remedy."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone, translation

from niangjia.core import keys
from niangjia.ops import doctor, queries
from niangjia.ops.doctor import Finding
from niangjia.ops.queries import Health
from niangjia.papers import fonts

pytestmark = pytest.mark.django_db
committed = pytest.mark.usefixtures("transactional_db")  # the checks look through a connection of their own

WELL = Health(True, 180006, unapplied=0, waiting=0.0, workers=1, failed=0)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def beating(transactional_db: None) -> Iterator[None]:
    """A worker whose heart beats."""
    _execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    yield
    _execute("TRUNCATE procrastinate_workers, procrastinate_jobs CASCADE")


def _execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _faults(name: str, trouble: str = "") -> list[Finding]:
    return [finding for finding in doctor.examine(trouble) if finding.check == name and not finding.well]


def _finding(name: str) -> Finding:
    (found,) = [finding for finding in doctor.examine() if finding.check == name]
    return found


@pytest.mark.usefixtures("beating")
def test_an_installation_that_is_well_has_no_fault() -> None:
    findings = doctor.examine()
    assert [finding for finding in findings if not finding.well] == []
    assert [finding.check for finding in findings] == [
        "database", "migrations", "locale", "clock", "jobs", "fonts", "keys", "disk", "address",
    ]  # fmt: skip


# The database ---------------------------------------------------------------------------------------------------
def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")
    (fault,) = _faults("database")
    assert "niangjia serve" in fault.remedy
    assert [finding.check for finding in doctor.examine()][1:] == ["fonts", "keys", "disk", "address"]


def test_a_database_that_could_not_be_started_is_told_in_the_launchers_words() -> None:
    (fault,) = _faults("database", "PostgreSQL did not start: the disk is full")
    assert fault.found == "PostgreSQL did not start: the disk is full"


def test_a_server_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "health", lambda: Health(True, 140011, 0, 0.0, 1, 0))
    (fault,) = _faults("database")
    assert "14.11" in fault.found
    assert "15" in fault.remedy


@committed
def test_a_migration_that_was_not_made() -> None:
    _execute("UPDATE django_migrations SET app = 'elsewhere' WHERE app = 'sessions'")
    try:
        (fault,) = _faults("migrations")
        assert "niangjia migrate" in fault.remedy
    finally:
        _execute("UPDATE django_migrations SET app = 'sessions' WHERE app = 'elsewhere'")
    assert _faults("migrations") == []


@committed
def test_a_database_without_the_extension() -> None:
    with _other_database("TEMPLATE template0"):
        (fault,) = _faults("locale")
        assert "CREATE EXTENSION pg_trgm" in fault.remedy


@committed
def test_a_database_whose_locale_knows_no_chinese() -> None:
    """The trap itself: everything works, and Chinese is never found."""
    with _other_database("TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'", "CREATE EXTENSION pg_trgm"):
        (fault,) = _faults("locale")
        assert "C.UTF-8" in fault.remedy


class _other_database:  # noqa: N801 (read as a sentence after with)
    """The checks look at another database of the same server for a while."""

    def __init__(self, how: str, *statements: str) -> None:
        self.how = how
        self.statements = statements

    def __enter__(self) -> None:
        self.before = connection.settings_dict["NAME"]
        self.name = f"{self.before}_other"
        _execute(f"CREATE DATABASE {self.name} {self.how}")
        connection.settings_dict["NAME"] = self.name
        with queries.connect() as link:
            for statement in self.statements:
                link.execute(statement.encode())

    def __exit__(self, *error: object) -> None:
        connection.settings_dict["NAME"] = self.before
        _execute(f"DROP DATABASE {self.name}")


def test_a_clock_that_differs_from_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(minutes=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    (fault,) = _faults("clock")
    assert "NTP" in fault.remedy


# Jobs -----------------------------------------------------------------------------------------------------------
def test_no_worker() -> None:
    (fault,) = _faults("jobs")
    assert "niangjia worker" in fault.remedy


@pytest.mark.usefixtures("beating")
def test_a_worker_whose_heart_has_stopped() -> None:
    _execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    assert len(_faults("jobs")) == 1


@pytest.mark.usefixtures("beating")
@pytest.mark.parametrize(
    ("deferred", "scheduled", "late"),
    [("20 minutes", None, True), ("1 minute", None, False), ("20 minutes", "now", False), ("1 day", "later", False)],
)
def test_a_job_that_waits_too_long(deferred: str, scheduled: str | None, late: bool) -> None:
    due = {None: None, "now": timezone.now(), "later": timezone.now() + timedelta(days=1)}[scheduled]
    _execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, status, scheduled_at)"
        " VALUES ('default', 'x.y', 0, 'todo', %s)", due,
    )  # fmt: skip
    _execute("UPDATE procrastinate_events SET at = now() - %s::interval WHERE type = 'deferred'", deferred)
    assert bool(_faults("jobs")) == late


# The machine ----------------------------------------------------------------------------------------------------
def test_no_typeface_that_knows_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise fonts.FontMissing("no typeface", remedy="install fonts-noto-cjk")

    monkeypatch.setattr(fonts, "fonts", missing)
    (fault,) = _faults("fonts")
    assert (fault.found, fault.remedy) == ("no typeface", "install fonts-noto-cjk")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "keys"
    keys.ensure(made)
    (made / "database.password").touch(mode=0o600)
    (tmp_path / "files").mkdir(mode=0o700)
    with override_settings(KEYS_FOLDER=made, FILES_FOLDER=tmp_path / "files"):
        yield made


def test_keys_that_are_whole_and_closed(folder: Path) -> None:
    assert _faults("keys") == []


@pytest.mark.parametrize("name", ["fields.key", "database.password"])
def test_keys_that_others_can_read(folder: Path, name: str) -> None:
    (folder / name).chmod(0o640)
    (fault,) = _faults("keys")
    assert fault.remedy.endswith(f"chmod 600 {folder / name}")


@pytest.mark.parametrize(("home", "found"), [(0o711, True), (0o700, False)])
def test_a_folder_that_others_can_enter(folder: Path, home: int, *, found: bool) -> None:
    (folder.parent / "files").chmod(0o755)
    folder.parent.chmod(home)
    assert [fault.remedy.endswith(f"chmod 700 {folder.parent / 'files'}") for fault in _faults("keys")] == [
        True
    ] * found


def test_a_key_that_is_missing_and_one_that_is_cut_short(folder: Path) -> None:
    (folder / "fields.key").unlink()
    (folder / "index.key").write_bytes(b"short")
    assert [fault.remedy != "" for fault in _faults("keys")] == [True, True]


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(2**40, 2**40 - 2**29, 2**29))
    (fault,) = _faults("disk")
    assert "0.5 GB" in fault.found


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"SITE_URL": "union.example.cn"}, "https://host"),
        ({"SITE_URL": "https://union.example.cn/site"}, "https://host"),
        ({"SITE_URL": "http://union.example.cn", "ALLOWED_HOSTS": ["union.example.cn"]}, "NIANGJIA_URL=https://"),
        ({"SITE_URL": "https://union.example.cn", "ALLOWED_HOSTS": ["localhost"]}, "NIANGJIA_HOSTS"),
        ({"DEBUG": True}, "NIANGJIA_DEBUG"),
    ],
)
def test_an_address_that_cannot_work(values: dict[str, Any], named: str) -> None:
    with override_settings(**values):
        (fault,) = _faults("address")
    assert named in fault.remedy


@pytest.mark.parametrize(
    "values",
    [
        {"SITE_URL": "http://localhost:8000"},
        {"SITE_URL": "https://union.example.cn:8443", "ALLOWED_HOSTS": ["union.example.cn"]},
        {"SITE_URL": "http://10.0.0.7:8000", "ALLOWED_HOSTS": ["*"], "DEMO": True},
    ],
)
def test_an_address_that_works(values: dict[str, Any]) -> None:
    with override_settings(**values):
        assert _finding("address").well


# The command ----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("beating")
def test_the_command_ends_with_0_when_all_is_well() -> None:
    out = StringIO()
    call_command("doctor", stdout=out)
    assert out.getvalue().count("✓") == 9
    assert "✗" not in out.getvalue()


def test_the_command_ends_with_1_on_any_fault_and_names_the_remedy() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", stdout=out)
    assert end.value.code == 1
    assert "✗ Background jobs: no worker is running\n  → Start the site" in out.getvalue()
    assert out.getvalue().endswith("1 fault.\n")


def test_machines_get_json() -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["well"] is False
    assert [entry["check"] for entry in told["findings"] if not entry["well"]] == ["jobs"]


# For machines that ask every few seconds ------------------------------------------------------------------------
@pytest.mark.usefixtures("beating")
def test_healthz_is_200_when_all_is_well(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok", "database": "ok", "migrations": "ok",
        "jobs": {"status": "ok", "oldest_waiting_seconds": 0.0, "workers": 1},
    }  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("health", "part"),
    [
        (Health(False, reason="no server"), "database"),
        (Health(True, 180006, 3, 0.0, 1, 0), "migrations"),
        (Health(True, 180006, 0, 601.0, 1, 0), "jobs"),
    ],
)
def test_healthz_is_503_on_a_fault(client: Client, monkeypatch: pytest.MonkeyPatch, health: Health, part: str) -> None:
    monkeypatch.setattr(queries, "health", lambda: health)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    told = answer.json()
    assert told["status"] == "fault"
    assert (told[part]["status"] if part == "jobs" else told[part]) == "fault"
    assert "no server" not in answer.content.decode()


def test_healthz_is_503_when_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")
    assert client.get("/healthz").json()["database"] == "fault"


@committed
def test_healthz_before_the_first_migration() -> None:
    with _other_database("TEMPLATE template0"):
        found = queries.health()
    assert (found.database, found.migrated, found.well) == (True, False, False)


def test_healthz_reads_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
