"""The report as an Excel workbook: one sheet for each table, figures as figures."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from niangjia.benefits.queries.report import Line, Report
from niangjia.ui import excel

Table = tuple[str, Sequence[str], Sequence[Sequence[object]]]


def report_excel(found: Report) -> bytes:
    """Every table of the report on a sheet of its own."""
    import xlsxwriter  # noqa: PLC0415 (on the slow list)

    stream = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F1EA"})
        money = book.add_format({"num_format": "#,##0.00"})
        for title, headers, rows in _tables(found):
            sheet = book.add_worksheet(title[:31])
            excel.set_out(sheet, [34, *([14] * (len(headers) - 1))])
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, headers, head)
            for place, row in enumerate(rows, start=1):
                _write(sheet, place, row, money)
    return stream.getvalue()


def _write(sheet: Any, place: int, row: Sequence[object], money: Any) -> None:
    for column, value in enumerate(row):
        if isinstance(value, float):
            sheet.write_number(place, column, value, money)
        elif isinstance(value, int):
            sheet.write_number(place, column, value)
        else:
            sheet.write_string(place, column, str(value))


def _tables(found: Report) -> list[Table]:
    people = [_("Online"), _("At a desk"), _("Offline"), _("Served"), _("Not collected"), _("Still booked")]
    return [
        (_("By union"), [_("Union"), *people], _people(found.by_unit)),
        (_("By occupation"), [_("Occupation"), *people], _people(found.by_occupation)),
        (_("By channel"), [_("Channel"), _("Served")], found.by_channel),
        (
            _("Money"),
            [_("Source"), _("Item"), _("Bought"), _("Amount")],
            [(row.source, row.item, row.quantity, row.amount / 100) for row in found.money],
        ),
        (_("Stock"), _stock_heads(), _stock(found)),
        (
            _("Conditions not met"),
            [_("Condition not met"), _("People")],
            [(r.text, r.count) for r in found.not_eligible],
        ),
        (_("At the counter"), [_("At the counter"), _("Attempts")], [(r.text, r.count) for r in found.turned_away]),
    ]


def _people(lines: list[Line]) -> list[Sequence[object]]:
    return [
        (line.label, line.online, line.assisted, line.offline, line.served, line.missed, line.waiting)
        for line in lines
    ]


def _stock_heads() -> list[str]:
    counts = (_("Bought"), _("Held"), _("Allotted"), _("Booked"), _("Handed out"), _("To supplier"), _("Lost"))
    return [_("Item"), *counts]


def _stock(found: Report) -> list[Sequence[object]]:
    names = ("bought", "held", "allotted", "booked", "handed_out", "returned", "lost")
    return [(row.item.name, *(getattr(row.balance, name) for name in names)) for row in found.left]
