"""The papers of a programme: sign-for sheets, the report, the poster with its code."""

from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from niangjia.audiences import queries as audiences
from niangjia.benefits.models import Occasion, Programme, Split
from niangjia.benefits.queries.handing import SheetRow
from niangjia.benefits.queries.planning import gifts_of
from niangjia.benefits.queries.report import Line, Report
from niangjia.core.money import capitals, yuan
from niangjia.papers import queries as papers
from niangjia.papers.documents import Bar, Bars, Block, Document, Heading, Note, Paragraph, Sheet, chinese_number
from niangjia.papers.kinds import Kind, Wording
from niangjia.papers.pdf import render_pdf
from niangjia.ui import excel, formats

SIGN_FOR, REPORT, POSTER = "benefits.signfor", "benefits.report", "benefits.poster"
MOST_BARS = 15

PLACES = {
    "organization": gettext_lazy("the union that carries out the programme"),
    "programme": gettext_lazy("name of the programme"),
    "year": gettext_lazy("year"),
    "occasion": gettext_lazy("occasion"),
}
KINDS = (
    Kind(
        REPORT,
        gettext_lazy("Report of a programme"),
        Wording(
            title=gettext_lazy("Report of {organization} on “{programme}”"),
            opening=gettext_lazy(
                "For {occasion} {year}, {organization} carried out “{programme}”. {all} gifts were booked or handed"
                " out: {online} booked online and {offline} handed out offline. Goods worth {amount} ({capitals}) were"
                " bought. As of {day} the result is as follows."
            ),
            closing=gettext_lazy("This is our report."),
        ),
        PLACES
        | {
            "all": gettext_lazy("gifts booked or handed out"),
            "online": gettext_lazy("booked online"),
            "offline": gettext_lazy("handed out offline"),
            "amount": gettext_lazy("what was spent on goods"),
            "capitals": gettext_lazy("the same in capitals"),
            "day": gettext_lazy("day of the report"),
        },
    ),
    Kind(
        SIGN_FOR,
        gettext_lazy("Sign-for sheet"),
        Wording(title=gettext_lazy("Sign-for sheet for gifts"), signatory=""),
        PLACES,
    ),
)


def places(programme: Programme) -> dict[str, object]:
    return {
        "organization": programme.organization.name,
        "programme": programme.name,
        "year": programme.year,
        "occasion": "" if programme.occasion == Occasion.OTHER else programme.get_occasion_display(),
    }


# Sign-for sheet ---------------------------------------------------------------------------------------------------
def sheet_title(split: Split) -> str:
    return f"{split.programme.name} {split.name}"


def _sheet_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("No."), "width": 5, "center": True},
        {"label": _("Full name"), "width": 10},
        {"label": _("Union"), "width": 27},
        {"label": _("Occupation"), "width": 11},
        {"label": _("Phone ends in"), "width": 9, "center": True},
        {"label": _("Packs"), "width": 6, "center": True},
        {"label": _("Signature (own, or name of who signs for her)"), "width": 26},
        {"label": _("Date"), "width": 9},
    ]


def _cells(row: SheetRow) -> list[str]:
    return [str(row.number), row.name, row.unit, row.occupation, row.phone_tail, str(row.quantity), "", ""]


def sheet_pdf(split: Split, rows: list[SheetRow], at: datetime) -> bytes:
    """A4 across, thirteen people to a page, each page with its own sum."""
    programme = split.programme
    words = papers.wording(SIGN_FOR, programme.organization).filled(places(programme))
    facts = [
        [_("Programme"), programme.name],
        [_("Gift"), f"{split.gift}（{split.gift.contents_line}）"],
        [_("For"), split.name],
    ]
    if split.where or split.on:
        facts.append(
            [
                _("When and where"),
                " ".join(part for part in (formats.day(split.on) if split.on else "", split.where) if part),
            ]
        )
    data = {
        "title": words.title,
        "organization": programme.organization.name,
        "facts": facts,
        "columns": _sheet_columns(),
        "rows": [{"cells": _cells(row), "quantity": row.quantity} for row in rows],
        "signers": [_("Handed out by"), _("Watched by"), _("Checked by")],
        "footer": _("Made on %(day)s; not to be copied or passed on.") % {"day": formats.moment(at)},
        "words": {
            "page": _("Page {page} of {pages}"),
            "subtotal": _("This page: {people} people, {pieces} packs"),
            "total": _("In all: {people} people, {pieces} packs"),
        },
    }
    return render_pdf("papers/signfor", data)


def sheet_excel(split: Split, rows: list[SheetRow]) -> bytes:
    headers = [str(column["label"]) for column in _sheet_columns()]
    lines = [[row.number, row.name, row.unit, row.occupation, row.phone_tail, row.quantity, "", ""] for row in rows]
    return excel.workbook(headers, lines, title=split.name)


# Poster -----------------------------------------------------------------------------------------------------------
def public_address(programme: Programme) -> str:
    return f"{settings.SITE_URL}{reverse('benefits:public', args=[programme.pk])}"


def qr_svg(text: str) -> str:
    stream = BytesIO()
    segno.make(text, error="m").save(stream, kind="svg", border=0, xmldecl=False, scale=4)
    return stream.getvalue().decode()


def poster(programme: Programme) -> bytes:
    """For the notice board: what, for whom, when, where, and a code that opens the public page."""
    gift = next((gift for gift in gifts_of(programme) if gift.quantity_online), None)
    facts = []
    if programme.audience:
        facts.append([_("For whom"), audiences.words(programme.audience.rule_version)])
    if gift:
        count = _("%(count)s in all, one for each person") % {"count": f"{gift.quantity_online:,}"}
        facts.append([_("Gift"), f"{gift}（{gift.contents_line}），{count}"])
    if programme.opens_at:
        facts.append([_("Booking"), formats.period(programme.opens_at, programme.closes_at)])
    if programme.collect_from:
        facts.append([_("Collection"), formats.period(programme.collect_from, programme.collect_until)])
    points = [f"{point.name}（{point.address}）" for point in programme.points.all()]
    if points:
        facts.append([_("Where"), "；".join(points)])
    phone = programme.contact_phone or programme.organization.phone
    helped = _("No phone at hand? The union of your unit books for you.")
    data = {
        "title": programme.name,
        "organization": programme.organization.name,
        "lead": programme.purpose,
        "facts": facts,
        "qr": qr_svg(public_address(programme)),
        "call": _("Scan to read more and to book"),
        "address": public_address(programme),
        "help": " ".join([helped, *([_("Telephone: %(phone)s") % {"phone": phone}] if phone else [])]),
    }
    return render_pdf("papers/poster", data)


# Report -----------------------------------------------------------------------------------------------------------
def report_document(found: Report, at: datetime) -> Document:
    """The report as a paper; its figures are those of the report, its frame the organisation's own words."""
    programme, totals = found.programme, found.totals
    values = places(programme) | {
        "all": f"{totals.all:,}",
        "online": f"{totals.online_booked:,}",
        "offline": f"{totals.offline_handed_out:,}",
        "amount": yuan(found.amount),
        "capitals": capitals(found.amount),
        "day": formats.short_day(at),
    }
    words = papers.wording(REPORT, programme.organization).filled(values)
    blocks: list[Block] = [Paragraph(part) for part in str(words.opening).split("\n") if part]
    for number, (title, parts) in enumerate(_sections(found), start=1):
        blocks += [Heading(_numbered(number, title)), *parts]
    blocks += [Note(_measure(at)), *(Paragraph(part) for part in str(words.closing).split("\n") if part)]
    return Document(
        title=str(words.title),
        blocks=blocks,
        letterhead=str(words.letterhead),
        addressee=str(words.addressee),
        signatory=str(words.signatory),
        day=formats.short_day(at),
    )


def _numbered(number: int, title: str) -> str:
    if (get_language() or "").startswith("zh"):
        return f"{chinese_number(number)}、{title}"
    return f"{number}. {title}"


def _measure(at: datetime) -> str:
    return _(
        "Measure: served are those who have collected what they booked and those who were handed a pack offline;"
        " unions as on the day the list was frozen, occupations as in the register; figures of %(moment)s."
    ) % {"moment": formats.moment(at)}


def _sections(found: Report) -> list[tuple[str, list[Block]]]:
    sections: list[tuple[str, list[Block]]] = [
        (_("Who was served, by union"), [_people(found.by_unit, _("Union"))]),
        (_("By occupation"), [_people(found.by_occupation, _("Occupation")), _bars(found.by_occupation)]),
        (_("By channel"), [_pairs(found.by_channel, _("Channel"))]),
        (_("Money, by source and item"), [_money(found)]),
        (_("Where every piece is"), [_stock(found)]),
    ]
    refusals = _refusals(found)
    return [*sections, (_("Who got nothing, and why"), refusals)] if refusals else sections


def _people(lines: list[Line], what: str) -> Sheet:
    sums = [
        sum(getattr(line, name) for line in lines) for name in ("online", "assisted", "offline", "served", "missed")
    ]
    rows = [
        [line.label, *(f"{value:,}" for value in (line.online, line.assisted, line.offline, line.served, line.missed))]
        for line in lines
    ]
    return Sheet(
        columns=(what, _("Online"), _("At a desk"), _("Offline"), _("Served"), _("Not collected")),
        rows=rows,
        total=(_("In all"), *(f"{value:,}" for value in sums)),
        widths=(7, 2, 2, 2, 2, 2),
        ends=(1, 2, 3, 4, 5),
    )


def _bars(lines: list[Line]) -> Bars:
    shown = [line for line in lines if line.served][:MOST_BARS]
    rows = [Bar(line.label, line.served, f"{line.served:,}") for line in shown]
    return Bars(_("People served, by occupation"), rows)


def _pairs(rows: list[tuple[str, int]], what: str) -> Sheet:
    return Sheet(
        columns=(what, _("Served")),
        rows=[(label, f"{count:,}") for label, count in rows],
        total=(_("In all"), f"{sum(count for _label, count in rows):,}"),
        widths=(3, 1),
        ends=(1,),
    )


def _money(found: Report) -> Sheet:
    return Sheet(
        columns=(_("Source"), _("Item"), _("Bought"), _("Amount")),
        rows=[(row.source, row.item, f"{row.quantity:,}", yuan(row.amount)) for row in found.money],
        total=(_("In all"), "", f"{sum(row.quantity for row in found.money):,}", yuan(found.amount)),
        widths=(3, 4, 2, 3),
        ends=(2, 3),
    )


def _stock(found: Report) -> Sheet:
    names = ("bought", "held", "allotted", "booked", "handed_out", "returned", "lost")
    return Sheet(
        columns=(
            _("Item"),
            *(_("Bought"), _("Held"), _("Allotted"), _("Booked"), _("Handed out"), _("To supplier"), _("Lost")),
        ),
        rows=[[row.item.name, *(f"{getattr(row.balance, name):,}" for name in names)] for row in found.left],
        widths=(5, 2, 2, 2, 2, 2, 2, 2),
        ends=(1, 2, 3, 4, 5, 6, 7),
    )


def _refusals(found: Report) -> list[Block]:
    blocks: list[Block] = []
    if found.not_eligible:
        lead = _("Of %(considered)s members considered, %(eligible)s were eligible.")
        values = {"considered": f"{found.considered:,}", "eligible": f"{found.eligible:,}"}
        rows = [(row.text, f"{row.count:,}") for row in found.not_eligible]
        sheet = Sheet(columns=(_("Condition not met"), _("People")), rows=rows, widths=(4, 1), ends=(1,))
        blocks += [Paragraph(lead % values), sheet]
    if found.turned_away:
        rows = [(row.text, f"{row.count:,}") for row in found.turned_away]
        blocks.append(Sheet(columns=(_("At the counter"), _("Attempts")), rows=rows, widths=(4, 1), ends=(1,)))
    return blocks


def report_pdf(found: Report, at: datetime) -> bytes:
    return render_pdf("papers/official", report_document(found, at).data())
