"""``niangjia draw``: anybody recomputes a file, without a database, a key or a network; the operator writes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from niangjia.bookings.models import Draw
from niangjia.bookings.proving import dump
from niangjia.bookings.published import file_of
from niangjia.bookings.tests.drawn import make_file, make_scene
from niangjia.ops import draws, named
from niangjia.ops.tests.test_cli import niangjia


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANGJIA_LANGUAGE", "en")


def test_a_file_is_verified_where_nothing_is_installed(tmp_path: Path) -> None:
    file = tmp_path / "draw.json"
    file.write_bytes(dump(make_file()))
    done = niangjia(tmp_path / "nowhere", "draw", "verify", str(file), DATABASE_URL="postgresql:///none?host=/none")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("✓") == 6
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (lambda raw: raw, 0, "all of it recomputed"),
        (lambda raw: dump(make_file(drawn=False)), 0, "not been drawn"),
        (lambda raw: raw.replace(b"04 09 14", b"05 09 14"), 1, "✗"),
        (lambda raw: raw[:-40], 2, "not JSON"),
        (lambda raw: raw.replace(b'"seed"', b'"sead"'), 2, "result.seed"),
    ],
)
def test_the_exit_status_tells_verified_not_verified_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, status: int, said: str
) -> None:
    file = tmp_path / "draw.json"
    file.write_bytes(change(dump(make_file())))
    assert draws.main(["draw", "verify", str(file)]) == status
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_what_is_not_there_is_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draws.main(["draw", "verify", str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_noted_commitment_is_compared_and_machines_get_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draw.json"
    file.write_bytes(dump(make_file()))
    assert draws.main(["draw", "verify", str(file), "--json", "--commitment", "0" * 64]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["verified"], answer["drawn"]) == (False, True)
    assert [check["name"] for check in answer["checks"] if not check["passed"]] == ["noted"]


@pytest.mark.django_db
def test_the_operator_writes_the_file_that_the_page_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = make_scene()
    file = tmp_path / "draw.json"
    monkeypatch.setattr("niangjia.ops.management.commands.draw.find_programme", lambda name: scene.offer)
    with pytest.raises(CommandError):
        call_command("draw", str(scene.offer.pk), str(file))
    scene.until("drawn")
    call_command("draw", str(scene.offer.pk), str(file))
    assert file.read_bytes() == file_of(Draw.objects.get())
    assert draws.main(["draw", "verify", str(file)]) == 0


@pytest.mark.django_db
def test_a_programme_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="warm-1999"):
        named.find_programme("warm-1999")
