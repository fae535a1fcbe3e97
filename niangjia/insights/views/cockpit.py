"""The cockpit of a unit, and from a rate in two clicks to the names behind it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.coverage.permissions import MANAGE
from niangjia.insights import names as behind
from niangjia.insights import telling
from niangjia.insights.definitions import SUBJECTS
from niangjia.insights.forms import AsOfForm
from niangjia.insights.models import Indicator
from niangjia.insights.permissions import DEFINE, VIEW
from niangjia.insights.queries import cockpit as queries
from niangjia.insights.queries import readings
from niangjia.insights.queries.readings import AsOf
from niangjia.insights.rates import SHADES, Share
from niangjia.insights.showing import (
    ShownRow,
    cockpit_extract,
    drill_extract,
    row_of,
    shown_tiles,
    told,
    trend_chart,
)
from niangjia.insights.tables import NAMES, MissingEmployers, NamesTable
from niangjia.insights.views.common import day_words, file_of, indicator_of, unit_of


@require_safe
@login_required
def cockpit_home(request: Request) -> HttpResponse:
    """The cockpit of the reader's own unit: the first at which she may see figures."""
    access.require_anywhere(request.user, VIEW)
    own = queries.units(request.user).first()
    if own is None:
        raise Http404
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("insights:cockpit", args=[own.pk]) + query)


@require_safe
@login_required
def cockpit(request: Request, pk: UUID) -> HttpResponse:
    unit, today = unit_of(request, pk), timezone.localdate()
    form, as_of = _asked(request)
    found = queries.cockpit(unit, as_of, today=today, code=form.code_chosen, months=form.months_chosen)
    context: dict[str, Any] = {"unit": unit, "form": form, "found": found, "when": day_words(as_of, today)}
    if found:
        if file := file_of(request, cockpit_extract(found, context["when"])):
            return file
        kept = _kept(as_of)
        context |= {
            "query": f"?{kept}" if kept else "",
            "tiles": shown_tiles(found, set(_reachable(request, found)), kept),
            "chart": trend_chart(found, known_on=as_of.known_on),
            "shades": SHADES,
            "above": queries.units(request.user).filter(children=unit).first(),
        }
    context["may_define"] = access.can_anywhere(request.user, DEFINE)
    template = "insights/wall.html" if request.GET.get("wall") else "insights/cockpit.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _asked(request: Request) -> tuple[AsOfForm, AsOf]:
    indicators = Indicator.objects.visible_to(request.user)
    form = AsOfForm(request.GET or None, indicators=indicators, today=timezone.localdate())
    return form, form.as_of


def _days_asked(request: Request) -> AsOf:
    """Of which day a page behind the cockpit speaks; a day that nobody can know leads to no page."""
    form, as_of = _asked(request)
    if form.errors:
        raise Http404
    return as_of


def _kept(as_of: AsOf) -> str:
    """The days that links carry on."""
    return urlencode({name: day.isoformat() for name, day in as_of._asdict().items() if day})


def _reachable(request: Request, found: queries.Cockpit) -> list[UUID]:
    """Units shown that still hang where the reader may look; one that has moved away has no page for her."""
    return list(
        queries.units(request.user).filter(pk__in=[tile.unit.pk for tile in found.tiles]).values_list("pk", flat=True)
    )


@require_safe
@login_required
def drill(request: Request, pk: UUID, code: str) -> HttpResponse:
    """One indicator of one unit: by the units below, by every declared dimension, and the way to the names."""
    unit, indicator, today = unit_of(request, pk), indicator_of(request, code), timezone.localdate()
    as_of = _days_asked(request)
    definition = indicator.definition
    areas = queries.below(unit, as_of.on or today, as_of.known_on)
    found = readings.shares([unit.pk, *(area.pk for area in areas)], [definition], as_of)
    rows = [(area, found[area.pk, definition]) for area in areas]
    splits = queries.splits(unit.pk, definition, as_of)
    share, when = found[unit.pk, definition], day_words(as_of, today)
    if file := file_of(request, drill_extract(unit, indicator, share, rows, splits, when)):
        return file
    subject, kept = definition.numerator.subject, _kept(as_of)
    address = reverse("insights:names", args=[pk, code]) if subject in NAMES else ""
    context = {
        "unit": unit,
        "indicator": indicator,
        "share": share,
        "told": told(share, indicator.unit),
        "all": row_of(unit.short_name, share, indicator, href="", names=address, query=kept),
        "areas": _area_rows(request, rows, indicator, kept),
        "splits": [
            (SUBJECTS[subject].columns[split.column].label, _split_rows(split, indicator, address, kept))
            for split in splits
        ],
        "when": when,
        "words": telling.definition(definition),
        "query": f"?{kept}" if kept else "",
    }
    return render(request, "insights/drill.html", context)


def _area_rows(
    request: Request, rows: list[tuple[queries.Below, Share]], indicator: Indicator, kept: str
) -> list[ShownRow]:
    """A unit that has moved away has no page for the reader of the unit above it then."""
    within = queries.units(request.user).filter(pk__in=[area.pk for area, _share in rows])
    open_to = set(within.values_list("pk", flat=True))
    found = []
    for area, share in rows:
        address = reverse("insights:drill", args=[area.pk, indicator.code]) if area.pk in open_to else ""
        href = f"{address}?{kept}" if address and kept else address
        names = f"{address}names/" if address and indicator.definition.numerator.subject in NAMES else ""
        found.append(row_of(area.name, share, indicator, href=href, names=names, query=kept))
    return found


def _split_rows(split: queries.Split, indicator: Indicator, names: str, kept: str) -> list[ShownRow]:
    subject = indicator.definition.numerator.subject
    return [
        row_of(
            telling.value_name(subject, split.column, value), share, indicator, href="", names=names,
            query="&".join(part for part in (urlencode({split.column: value}), kept) if part),
        )
        for value, share in split.rows
    ]  # fmt: skip


def _names_table(request: Request, subject: str, rows: Any, *, missing: bool, as_of: AsOf, code: str) -> NamesTable:
    """Employers that have no union today can be given to an officer by who manages employers."""
    if missing and subject == "employer" and as_of == readings.NOW and access.can_anywhere(request.user, MANAGE):
        return MissingEmployers(request, rows, id="names", indicator=code)
    return NAMES[subject](request, rows, id="names")


@require_safe
@login_required
def names(request: Request, pk: UUID, code: str) -> HttpResponse:
    """Who is counted, or who is missing; of one value of a dimension if one is named."""
    unit, indicator, today = unit_of(request, pk), indicator_of(request, code), timezone.localdate()
    as_of = _days_asked(request)
    missing = request.GET.get("side") == "without"
    asked = behind.asked(indicator.definition, request.GET, missing=missing)
    if asked is None:
        raise Http404
    found = behind.behind(unit, asked, missing=missing, actor=request.user, as_of=as_of, today=today)
    table = _names_table(request, asked.numerator.subject, found.rows, missing=missing, as_of=as_of, code=code)
    heading = _("%(unit)s: %(name)s, missing") if missing else _("%(unit)s: %(name)s, counted")
    title = heading % {"unit": unit.short_name, "name": indicator.name}
    notes = [indicator.measure, day_words(as_of, today)]
    if request.GET.get("format") == "docx" and (file := file_of(request, table.extract(title, notes))):
        return file
    context = {
        "unit": unit,
        "indicator": indicator,
        "missing": missing,
        "title": title,
        "count": found.count,
        "seen": found.rows.count(),
        "only": behind.only(asked, indicator.definition),
        "when": notes[1],
        "kept": _kept(as_of),
    }
    return table.respond("insights/names.html", context)
