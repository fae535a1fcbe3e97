"""``niangjia figures``: what the page says, against what the records come to."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rich.console import Console
from rich.table import Table

from niangjia.insights import page
from niangjia.insights.page import Comparison, Expected, Outcome
from niangjia.ui import formats

DIFFERS, NOTHING_TO_COMPARE = 1, 2
MARKS = {
    Outcome.EQUAL: "[green]✓[/green]",
    Outcome.DIFFERENT: "[red]✗[/red]",
    Outcome.NO_SUBJECT: "[yellow]?[/yellow]",
}


class Command(BaseCommand):
    help = gettext_noop("compare every figure of the page with what the records come to")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="for machines")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        rows = page.compare(page.figures(), timezone.now())
        self.stdout.write(_as_json(rows) if as_json else self._as_table(rows))
        outcomes = {row.outcome for row in rows}
        if Outcome.DIFFERENT in outcomes:
            raise SystemExit(DIFFERS)
        if Outcome.NO_SUBJECT in outcomes:
            raise SystemExit(NOTHING_TO_COMPARE)

    def _as_table(self, rows: Sequence[Comparison]) -> str:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for title in ("", _("Story"), _("Figure")):
            table.add_column(title)
        table.add_column(_("The page"), justify="right")
        table.add_column(_("The records"), justify="right")
        table.add_column(_("Finding"))
        for row in rows:
            said = row.expected
            says = said.says if said.percent else f"{said.says} {said.unit}"
            table.add_row(MARKS[row.outcome], said.story, said.title, says, _counted(row), _told(row))
        console = Console(width=110, highlight=False, force_terminal=self.stdout.isatty(), no_color=self.style_off())
        with console.capture() as captured:
            console.print(table)
            console.print()
            console.print(_summary(rows))
        return captured.get().rstrip("\n")

    def style_off(self) -> bool:
        return not self.stdout.isatty()


def _counted(row: Comparison) -> str:
    """What the records come to: a rate with its fraction."""
    unit, value = row.expected.unit, row.value
    if value is None:
        return f"– {unit}"
    if value.denominator:
        return formats.rate(value.numerator, value.denominator, unit)
    return f"{value.numerator:,} {unit}"


def _told(row: Comparison) -> str:
    if row.outcome is Outcome.NO_SUBJECT:
        return _("no such programme: %(code)s") % {"code": row.expected.subject}
    return _("as on the page") if row.outcome is Outcome.EQUAL else _("differs")


def _summary(rows: Sequence[Comparison]) -> str:
    equal = sum(row.outcome is Outcome.EQUAL for row in rows)
    if all(row.outcome is Outcome.NO_SUBJECT for row in rows):
        return _("This database has none of the page's programmes; “make demo” makes them.")
    return _("%(equal)s of %(all)s figures come out as on the page.") % {"equal": equal, "all": len(rows)}


def _as_json(rows: Sequence[Comparison]) -> str:
    return json.dumps({"figures": [_row(row) for row in rows]}, ensure_ascii=False, indent=2)


def _said(said: Expected) -> dict[str, int | str]:
    """Whichever of the three ways to say it the page has chosen."""
    ways = {"exactly": said.exactly, "at_least": said.at_least, "percent": said.percent}
    return {way: value for way, value in ways.items() if value is not None}


def _row(row: Comparison) -> dict[str, Any]:
    said, value = row.expected, row.value
    return {
        "code": said.code,
        "story": said.story,
        "title": said.title,
        "unit": said.unit,
        "measure": said.measure,
        "expected": _said(said),
        "computed": value.numerator if value else None,
        "denominator": value.denominator if value else None,
        "as_of": value.as_of.isoformat() if value else None,
        "subject": said.subject,
        "outcome": row.outcome.value,
    }
