"""The page's figures: well written, and compared with the records by a command that machines can ask."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from niangjia.bookings.models import Booking, BookingStatus
from niangjia.insights import page
from niangjia.insights.management.commands.figures import DIFFERS, NOTHING_TO_COMPARE
from niangjia.insights.page import Expected, Outcome
from niangjia.insights.registry import Subject, Value, find
from niangjia.insights.tests.factories import make_served
from niangjia.insights.tests.register import make_employer
from niangjia.org.tests.factories import make_tree

EXPECTED = Expected("s1-x", "S1", "题目", "份", "口径", "benefits.online", "warm-1999", exactly=3)


def value(count: int) -> Value:
    return Value(Subject("warm-1999", "", ""), numerator=count, as_of=datetime(2026, 1, 1, tzinfo=UTC))


def test_the_page_says_what_the_page_said() -> None:
    said = {row.code: (row.story, row.says, row.unit) for row in page.figures()}
    assert said == {
        "s2-unionised": ("S2", "94.58 %", "家企业"),
        "s2-parks": ("S2", "100.00 %", "个园区"),
        "s2-communities": ("S2", "100.00 %", "个社区"),
        "s2-buildings": ("S2", "100.00 %", "座楼宇"),
        "s2-federations": ("S2", "3", "家"),
        "s11-online": ("S11", "1,200", "份"),
        "s11-offline": ("S11", "1,000+", "份"),
        "s11-all": ("S11", "2,000+", "份"),
    }
    assert all(row.measure for row in page.figures())


@pytest.mark.django_db
def test_every_figure_of_the_page_can_be_computed() -> None:
    assert [row.computation for row in page.figures() if find(row.computation) is None] == []
    assert find("indicator.nothing") is None


@pytest.mark.parametrize(
    ("case", "changes", "count", "fits"),
    [
        ("exactly so many", {"exactly": 3}, 3, True),
        ("one fewer", {"exactly": 3}, 2, False),
        ("one more", {"exactly": 3}, 4, False),
        ("at least so many", {"exactly": None, "at_least": 3}, 3, True),
        ("more than at least", {"exactly": None, "at_least": 3}, 9, True),
        ("fewer than at least", {"exactly": None, "at_least": 3}, 2, False),
    ],
)
def test_when_a_figure_fits(case: str, changes: dict[str, int | None], count: int, fits: bool) -> None:
    assert replace(EXPECTED, **changes).fits(value(count)) is fits, case  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counted", "over", "fits"),
    [(192, 203, True), (1_047, 1_107, True), (191, 203, False), (9_458, 10_000, True), (94_575, 100_000, True),
     (94_574, 100_000, False), (94_585, 100_000, False), (0, 0, False), (94, None, False)],
)  # fmt: skip
def test_a_rate_fits_when_it_is_the_same_rounded_half_up(counted: int, over: int | None, fits: bool) -> None:
    said = replace(EXPECTED, exactly=None, percent="94.58")
    assert said.fits(replace(value(counted), denominator=over)) is fits
    assert said.says == "94.58 %"


@pytest.mark.parametrize("changes", [{"exactly": None}, {"at_least": 3}, {"percent": "1.00"}])
def test_a_row_says_it_in_one_way(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="s1-x"):
        replace(EXPECTED, **changes)


def run(monkeypatch: pytest.MonkeyPatch, rows: list[Expected], *, as_json: bool = False) -> tuple[int, str]:
    monkeypatch.setattr(page, "figures", lambda: tuple(rows))
    said, status = StringIO(), 0
    try:
        call_command("figures", as_json=as_json, stdout=said)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, said.getvalue()


@pytest.mark.django_db
def test_the_exit_status_says_whether_all_came_out(monkeypatch: pytest.MonkeyPatch) -> None:
    code = make_served(online=3, offline=2).programme.code
    rows = [
        replace(EXPECTED, subject=code),
        replace(EXPECTED, code="s1-y", computation="benefits.offline", subject=code, exactly=None, at_least=1),
    ]
    assert run(monkeypatch, rows)[0] == 0
    Booking.objects.filter(number=1).update(status=BookingStatus.CANCELLED)
    status, said = run(monkeypatch, rows)
    assert status == DIFFERS
    assert "✗" in said
    assert "✓" in said


@pytest.mark.django_db
def test_a_deleted_record_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    code = make_served(online=3, offline=0).programme.code
    rows = [replace(EXPECTED, subject=code)]
    assert run(monkeypatch, rows)[0] == 0
    Booking.objects.filter(number=1).delete()
    assert run(monkeypatch, rows)[0] == DIFFERS


@pytest.mark.django_db
@pytest.mark.parametrize("others", [False, True])
def test_a_database_without_the_programme_says_so(monkeypatch: pytest.MonkeyPatch, others: bool) -> None:
    code = make_served(online=3).programme.code
    rows = [EXPECTED, *([replace(EXPECTED, subject=code)] if others else [])]
    status, said = run(monkeypatch, rows)
    assert status == NOTHING_TO_COMPARE
    assert "warm-1999" in said


@pytest.mark.django_db
def test_a_difference_weighs_more_than_an_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    code = make_served(online=1).programme.code
    assert run(monkeypatch, [EXPECTED, replace(EXPECTED, subject=code)])[0] == DIFFERS


@pytest.mark.django_db
def test_machines_get_json(monkeypatch: pytest.MonkeyPatch) -> None:
    code = make_served(online=3).programme.code
    _status, said = run(monkeypatch, [replace(EXPECTED, subject=code), EXPECTED], as_json=True)
    known, unknown = json.loads(said)["figures"]
    assert (known["computed"], known["expected"], known["outcome"]) == (3, {"exactly": 3}, Outcome.EQUAL)
    assert datetime.fromisoformat(known["as_of"]).tzinfo
    assert (unknown["computed"], unknown["as_of"], unknown["outcome"]) == (None, None, Outcome.NO_SUBJECT)


@pytest.mark.django_db
def test_the_rate_of_a_district_is_compared_with_its_fraction(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = make_tree()
    for covered in (True, True, False):
        make_employer(tree.unit, covered=covered)
    of_district = replace(
        EXPECTED, computation="indicator.unionised-100", subject="BJ-XC", exactly=None, percent="66.67"
    )
    status, text = run(monkeypatch, [of_district])
    assert status == 0
    assert "2 / 3" in text
    [row] = json.loads(run(monkeypatch, [of_district], as_json=True)[1])["figures"]
    assert (row["expected"], row["computed"], row["denominator"]) == ({"percent": "66.67"}, 2, 3)
    make_employer(tree.sibling)
    assert run(monkeypatch, [of_district])[0] == DIFFERS
