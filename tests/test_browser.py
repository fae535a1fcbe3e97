"""The ground that the browser tests stand on."""

import json

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

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
