"""The ground that the browser tests stand on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from niangjia.ops.state import PACKAGE
from niangjia.org.models import Workday


def test_the_site_runs_on_the_test_database(site: str, desk: Page) -> None:
    answer = desk.goto("/healthz")
    assert answer is not None
    assert answer.status == 200
    assert json.loads(desk.inner_text("body"))["database"] == "ok"
    assert desk.viewport_size == {"width": 1440, "height": 900}


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(site: str, phone: Page, turn: int) -> None:
    assert phone.viewport_size == {"width": 375, "height": 812}
    assert not Workday.objects.exists()
    Workday.objects.create(day=timezone.localdate(), is_workday=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO cache VALUES (%s, 'x', now())", [f"turn-{turn}"])
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone() == (1,)


ASKS = """from conftest import browser_type_launch_args
def test_a_browser_is_asked_for(browser_type_launch_args): pass
"""


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 error"), ("", "1 skipped")])
def test_where_everything_is_checked_no_browser_may_be_missing(ci: str, outcome: str, tmp_path: Path) -> None:
    """Elsewhere its tests are skipped. A run of its own, on a machine that seems to have none."""
    (tmp_path / "test_asking.py").write_text(ASKS)
    (tmp_path / "bin").mkdir()
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-rsE", "test_asking.py"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin"), "PYTHONPATH": str(PACKAGE.parent), "CI": ci, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert outcome in told.stdout.splitlines()[-1], told.stdout + told.stderr
    assert "There is no Chromium" in told.stdout
    assert told.returncode == (1 if ci else 0)
