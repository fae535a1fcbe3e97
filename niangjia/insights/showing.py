"""The cockpit as people see it: tiles with their shades, the trend as a chart, tables to take away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from niangjia.insights import telling
from niangjia.insights.definitions import SUBJECTS
from niangjia.insights.extracts import Cell, Extract
from niangjia.insights.models import Indicator
from niangjia.insights.queries.cockpit import Below, Cockpit, Line, Split, Tile
from niangjia.insights.rates import Share
from niangjia.org.models import Organization
from niangjia.ui import formats
from niangjia.ui.charts import Chart


@dataclass(frozen=True)
class ShownTile:
    """One tile: its unit, its figure, its shade from 0 (no rate) to 4, and its page where the reader has one."""

    name: str
    value: str
    fraction: str
    shade: int
    href: str


def told(share: Share, unit: str) -> str:
    """A figure in words: a rate with its fraction, a number with its unit."""
    if share.over is None:
        return f"{share.counted:,} {unit}"
    return formats.rate(share.counted, share.over, unit) if share.over else formats.EMPTY


def short(share: Share) -> str:
    """The same for a tile or a cell."""
    if share.over is None:
        return f"{share.counted:,}"
    return formats.EMPTY if share.percent is None else f"{share.percent} %"


def shown_tiles(found: Cockpit, reachable: set[UUID], query: str) -> list[list[ShownTile | None]]:
    return [[_tile(tile, found.chosen, reachable, query) if tile else None for tile in row] for row in found.rows]


def _tile(tile: Tile, chosen: Line, reachable: set[UUID], query: str) -> ShownTile:
    address = reverse("insights:cockpit", args=[tile.unit.pk])
    asked = "&".join(part for part in (f"code={chosen.indicator.code}", query) if part)
    share = tile.share
    fraction = f"{share.counted:,} / {share.over:,}" if share.over else ""
    href = f"{address}?{asked}" if tile.unit.pk in reachable else ""
    return ShownTile(tile.unit.name, short(share), fraction, share.shade, href)


def trend_chart(found: Cockpit, *, known_on: date | None) -> Chart:
    """The chosen indicator over the months; a rate in percent, a plain number as it is."""
    line, is_rate = found.chosen, found.chosen.share.over is not None
    values = [_point(share, is_rate) for share in found.trend]
    series: list[tuple[str, list[int | float | None]]] = [(_("actual"), values)]
    if line.target is not None and is_rate:
        series.append((_("target"), [float(line.target)] * len(values)))
    return Chart(
        kind="line",
        title=_("%(name)s, month by month") % {"name": line.indicator.name},
        labels=[f"{day.year}-{day.month:02d}" for day in found.days],
        series=series,
        unit="%" if is_rate else line.indicator.unit,
        measure=_trend_measure(line.indicator, known_on),
        axis=_("Month"),
    )


def _trend_measure(indicator: Indicator, known_on: date | None) -> str:
    if known_on is None:
        return _("At the end of each month, as corrected since. %(measure)s") % {"measure": indicator.measure}
    said = _("At the end of each month, as known on %(day)s. %(measure)s")
    return said % {"day": formats.short_day(known_on), "measure": indicator.measure}


def _point(share: Share, is_rate: bool) -> int | float | None:
    if not is_rate:
        return share.counted
    return None if share.percent is None else float(share.percent)


@dataclass(frozen=True)
class ShownRow:
    """One line of a breakdown: its figure in words, and the ways to its own breakdown and to the names."""

    name: str
    told: str
    counted: int
    missing: int | None
    href: str
    counted_href: str
    missing_href: str


def row_of(name: str, share: Share, indicator: Indicator, *, href: str, names: str, query: str) -> ShownRow:
    """``names`` is the address of the names, empty where there are none; ``query`` what it is asked."""
    missing = share.missing if share.over and indicator.definition.has_missing else None
    asked = f"&{query}" if query else ""
    return ShownRow(
        name=name,
        told=told(share, indicator.unit),
        counted=share.counted,
        missing=missing,
        href=href,
        counted_href=f"{names}?side=with{asked}" if names and share.counted else "",
        missing_href=f"{names}?side=without{asked}" if names and missing else "",
    )


# To take away -------------------------------------------------------------------------------------------------------
def _cells(share: Share) -> list[Cell]:
    return [share.counted, share.over, None if share.percent is None else str(share.percent)]


def _figures() -> list[str]:
    return [pgettext("rate", "Counted"), pgettext("rate", "Out of"), "%"]


def cockpit_extract(found: Cockpit, when: str) -> Extract:
    """Every indicator of a unit, with its target and gap, then the chosen one of each unit below."""
    rows: list[Sequence[Cell]] = [
        [found.unit.short_name, line.indicator.name, *_cells(line.share), _percent(line), line.gap]
        for line in found.lines
    ]
    name = found.chosen.indicator.name
    rows += [[tile.unit.name, name, *_cells(tile.share), None, None] for tile in found.tiles]
    measures = [f"{line.indicator.name}{_(': ')}{line.indicator.measure}" for line in found.lines]
    return Extract(
        title=_("%(unit)s: indicators") % {"unit": found.unit.short_name},
        columns=[_("Unit"), _("Indicator"), *_figures(), _("Target (%)"), _("Gap to the target")],
        rows=rows,
        notes=[when, *measures],
        ends=(2, 3, 4, 5, 6),
        widths=(5, 7, 3, 3, 3, 3, 3),
    )


def _percent(line: Line) -> str | None:
    return None if line.target is None else str(line.target)


def drill_extract(
    unit: Organization,
    indicator: Indicator,
    share: Share,
    rows: Iterable[tuple[Below, Share]],
    splits: Iterable[Split],
    when: str,
) -> Extract:
    """One indicator of a unit: in all, by the units below, by every dimension."""
    subject = indicator.definition.numerator.subject
    found: list[Sequence[Cell]] = [[_("in all"), unit.short_name, *_cells(share)]]
    found += [[_("by unit"), area.name, *_cells(one)] for area, one in rows]
    for split in splits:
        label = str(SUBJECTS[subject].columns[split.column].label)
        found += [[label, telling.value_name(subject, split.column, value), *_cells(one)] for value, one in split.rows]
    notes = [when, indicator.measure]
    if indicator.source:
        notes.append(_("Source: %(source)s") % {"source": indicator.source})
    return Extract(
        title=_("%(unit)s: %(name)s") % {"unit": unit.short_name, "name": indicator.name},
        columns=[_("Broken down"), _("Of which"), *_figures()],
        rows=found,
        notes=notes,
        ends=(2, 3, 4),
        widths=(3, 8, 3, 3, 3),
    )
