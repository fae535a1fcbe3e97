"""What stands at the terminal: progress while something is done, and at the end where to go and as whom."""

import io

import pytest
from rich.console import Console

from niangjia.ops import preparation, screen
from niangjia.ops.screen import Screen, split


def watched(width: int = 160, *, terminal: bool = False) -> tuple[Screen, io.StringIO]:
    made, output = Screen(), io.StringIO()
    made.console = Console(file=output, width=width, highlight=False, force_terminal=terminal, color_system=None)
    return made, output


def test_the_last_screen_names_the_address_and_every_log_in_with_what_it_may_do() -> None:
    shown, output = watched()
    logins = preparation.logins()
    shown.ready("http://localhost:8123", logins, ["Ctrl-C stops it."])
    said = output.getvalue()
    assert "http://localhost:8123" in said
    assert said.rstrip().endswith("Ctrl-C stops it.")
    rows = said.splitlines()
    assert len(logins) >= 6
    for person in logins:
        assert person["may"]
        row = next(row for row in rows if row.strip().startswith(f"{person['login']} "))
        assert [key for key in ("password", "role", "may") if person[key] not in row] == []


def test_on_a_narrow_terminal_nothing_of_it_is_cut_off() -> None:
    shown, output = watched(60)
    shown.ready("http://localhost:8123", preparation.logins(), [])
    letters = "".join(output.getvalue().split())
    assert "…" not in letters
    assert max(len(row) for row in output.getvalue().splitlines()) <= 60


def test_who_watches_sees_a_bar_with_its_share_and_what_is_being_done() -> None:
    shown, output = watched(terminal=True)
    with shown.step("Loading") as advance:
        advance("42% people")
        advance("the tree")
    said = output.getvalue()
    assert "42%" in said
    assert "the tree" in said
    assert said.rpartition("✓ Loading")[2].strip().endswith(" s")


def test_without_a_terminal_there_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "QUIET", 0.0)
    shown, output = watched()
    with shown.step("Loading") as advance:
        advance("42% people")
    assert [row.split(" s")[0] for row in output.getvalue().splitlines()][:2] == ["Loading …", "  42% people"]
    assert output.getvalue().splitlines()[2].startswith("✓ Loading")


@pytest.mark.parametrize(
    ("said", "share", "words"),
    [
        ("42% people", 42.0, "people"),
        ("100%", 100.0, ""),
        ("people", None, "people"),
        ("half% of it", None, "half% of it"),
        ("  7.5 % of it", 7.5, "of it"),
    ],
)
def test_a_share_is_read_where_there_is_one(said: str, share: float | None, words: str) -> None:
    assert split(said) == (share, words)
