"""Template tags of the house: the components that pages are made of. Examples of each: docs/ui.md."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from niangjia.core import money
from niangjia.ui import formats, navigation
from niangjia.ui.charts import Chart
from niangjia.ui.tables import Table

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "icons"
SHAPES = {
    "draft": ("still", '<circle cx="6" cy="6" r="4.5" stroke-dasharray="2 2.2"/>'),
    "waiting": ("note", '<circle cx="6" cy="6" r="4.5"/>'),
    "active": ("note", '<circle cx="6" cy="6" r="4.5"/><path class="solid" d="M6 1.5a4.5 4.5 0 0 1 0 9z"/>'),
    "done": ("good", '<path d="M1.5 6.5l3 3 6-7"/>'),
    "warning": ("warn", '<path d="M6 1.5l5 9H1z"/>'),
    "refused": ("bad", '<path d="M2 2l8 8M10 2l-8 8"/>'),
    "closed": ("still", '<rect class="solid" x="2" y="2" width="8" height="8" rx="1"/>'),
}
CALLOUTS = {"note": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-x"}


# Small things ---------------------------------------------------------------------------------------------------
@cache
def _icon(name: str) -> str:
    file = ICONS / f"{name}.svg"
    if not file.is_file():
        raise template.TemplateSyntaxError(
            f"There is no icon “{name}”: copy it with `node icons.mjs {name}` in niangjia/ui/assets."
        )
    body = file.read_text(encoding="utf-8").strip()
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{body}</svg>'


@register.simple_tag
def icon(name: str) -> SafeString:
    return _mark(name)


@register.simple_tag
def button(label: str, kind: str = "main", name: str = "", value: str = "", icon: str = "") -> SafeString:
    """A submit button; ``main`` is the one action of the page, ``quiet`` the others, ``danger`` what destroys."""
    attributes = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button class="{}"{}>{}{}</button>', _button_class(kind), attributes, _mark(icon), label)


@register.simple_tag
def linkbutton(label: str, href: str, kind: str = "quiet", icon: str = "") -> SafeString:
    return format_html('<a class="{}" href="{}">{}{}</a>', _button_class(kind), href, _mark(icon), label)


def _mark(name: str) -> SafeString:
    return mark_safe(_icon(name) if name else "")  # noqa: S308 (our own checked-in files)


def _button_class(kind: str) -> str:
    return {"main": "btn btn-primary main", "quiet": "btn quiet", "danger": "btn danger", "plain": "btn plain"}[kind]


@register.simple_tag
def badge(state: str, label: str) -> SafeString:
    """A state as colour, word and shape; ``state`` is one of ``SHAPES``."""
    colour, shape = SHAPES[state]
    drawing = mark_safe(f'<svg viewBox="0 0 12 12" aria-hidden="true">{shape}</svg>')  # noqa: S308
    return format_html('<span class="badge {}">{}{}</span>', colour, drawing, label)


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    return format_html('<a href="{}">{}</a>', href, label) if href else format_html("<span>{}</span>", label)


@register.simple_tag
def said(message: Message) -> str:
    """One of Django's messages, in the region that is read aloud when it comes."""
    kind = {"success": "good", "warning": "warn", "error": "bad"}.get(message.level_tag, "note")
    return callout(str(message), kind)


# Boxes ----------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def card(content: str, title: str = "", level: int = 2, id: str = "") -> str:  # noqa: A002 (the attribute's name)
    return render_to_string("ui/card.html", {"content": content, "title": title, "level": level, "id": id})


@register.simple_tag
def figure(
    label: str, value: object, unit: str = "", measure: str = "", href: str = "", link: str = ""
) -> str:  # a figure never stands without its measure where it can be misread
    """A figure: large number, small unit, one line of measure and date, and the way to the names."""
    shown = figures(value) if isinstance(value, int) else value
    context = {"label": label, "value": shown, "unit": unit, "measure": measure, "href": href}
    return render_to_string("ui/figure.html", context | {"link": link or _("See the names")})


@register.simple_block_tag(name="callout")
def callout(content: str, kind: str = "note", title: str = "", level: int = 2, role: str = "") -> str:
    context = {"content": content, "kind": kind, "title": title, "level": level, "role": role}
    return render_to_string("ui/callout.html", context | {"shape": CALLOUTS[kind]})


@register.simple_tag
def refusal(what: str, why: str = "", now: str = "", whom: str = "") -> str:
    return render_to_string("ui/refusal_box.html", {"what": what, "why": why, "now": now, "whom": whom})


@register.simple_tag
def empty(sentence: str, action: str = "", href: str = "") -> str:
    return render_to_string("ui/empty.html", {"sentence": sentence, "action": action, "href": href})


@register.simple_tag
def progress(
    doing: str,
    done: int = 0,
    total: int = 0,
    *,
    poll: str = "",
    finished: bool = False,
    id: str = "progress",  # noqa: A002 (the attribute's name)
) -> str:
    """A line of waiting; ``poll`` is this page's own address, asked every two seconds until ``finished``."""
    context = {"doing": doing, "done": done, "total": total, "poll": poll, "finished": finished, "id": id}
    return render_to_string("ui/progress.html", context)


@register.simple_tag
def chart(data: Chart, id: str) -> str:  # noqa: A002 (the attribute's name)
    return render_to_string("ui/chart.html", {"chart": data, "id": id})


@register.simple_tag
def chart_scripts() -> str:
    """For the ``scripts`` block of a page with charts."""
    names = ("vendor/echarts/echarts.min.js", "ui/charts.js")
    return format_html_join("\n", '<script src="{}" defer></script>', ((static(name),) for name in names))


@register.simple_tag(takes_context=True)
def table(context: RequestContext, data: Table) -> str:
    return render_to_string("ui/table.html", {"table": data}, context["request"])


@register.simple_tag(takes_context=True)
def pager(context: RequestContext, page: Any) -> str:
    return render_to_string("ui/pager.html", {"page": page}, context["request"])


# Lists ----------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def steps(content: str) -> SafeString:
    return format_html('<ol class="steps">{}</ol>', content)


@register.simple_tag
def step(label: str, state: str = "") -> SafeString:
    """``state`` is ``done``, ``now`` or nothing for what is still to come."""
    current = mark_safe(' aria-current="step"') if state == "now" else ""
    mark = _mark("check" if state == "done" else "")
    return format_html('<li class="{}"{}><span class="step-mark">{}</span>{}</li>', state, current, mark, label)


@register.simple_block_tag
def tabs(content: str, label: str = "") -> SafeString:
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label or _("Parts of this page"), content)


@register.simple_tag(takes_context=True)
def tab(context: RequestContext, label: str, href: str, count: int | None = None) -> SafeString:
    """A tab is a page of its own; the one whose address is this page's is current."""
    request = context["request"]
    here = mark_safe(' aria-current="page"') if href in (request.path, request.get_full_path()) else ""
    number = format_html(' <span class="quiet numeral">{}</span>', figures(count)) if count is not None else ""
    return format_html('<a href="{}"{}>{}{}</a>', href, here, label, number)


@register.simple_block_tag
def facts(content: str) -> SafeString:
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_tag
def fact(label: str, value: object, source: str = "") -> SafeString:
    """A line of a definition list: what, its value, and whence it is known."""
    told = format_html('<span class="source">{}</span>', source) if source else ""
    shown = formats.EMPTY if value in (None, "") else value
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", label, shown, told)


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_tag
def event(at: datetime | date, what: str, who: str = "", why: str = "") -> SafeString:
    when = formats.moment(at) if isinstance(at, datetime) else formats.day(at)
    line = format_html('<span class="when">{}</span>{}', when, f" · {who}" if who else "")
    reason = format_html('<span class="why">{}</span>', why) if why else ""
    return format_html('<li><span class="told">{}</span>{}{}</li>', line, what, reason)


# Frames ---------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True, name="navigation")
def navigation_tag(context: RequestContext, area: navigation.Area) -> dict[str, Any]:
    """The entries of an area for this person, how much waits in all, and the unit worked for."""
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return {"links": [], "waiting": 0, "scope": ""}
    links = navigation.links(request, area)
    scope = navigation.scope_of(request) if area == "staff" else ""
    return {"links": links, "waiting": sum(link.count for link in links), "scope": scope}


@register.filter
def html_lang(code: str) -> str:
    """``zh-hans`` as browsers and screen readers know it."""
    return "zh-Hans" if code == "zh-hans" else code


# Filters --------------------------------------------------------------------------------------------------------
@register.filter
def figures(value: object) -> str:
    """``1200`` as ``1,200``, in every language of the house."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}"


@register.filter
def yuan(fen: int | None) -> str:
    return formats.EMPTY if fen is None else money.yuan(fen)


@register.filter
def capitals(fen: int) -> str:
    return money.capitals(fen)


@register.simple_tag
def rate(numerator: int, denominator: int, unit: str = "") -> str:
    return formats.rate(numerator, denominator, unit)


@register.simple_tag
def period(start: datetime | date | None, end: datetime | date | None) -> SafeString:
    return format_html('<span class="when">{}</span>', formats.period(start, end))


@register.filter
def day(value: date | None) -> SafeString:
    return _time(value, formats.day(value))


@register.filter
def short_day(value: date | None) -> SafeString:
    return _time(value, formats.short_day(value))


@register.filter
def moment(value: datetime | None) -> SafeString:
    return _time(value, formats.moment(value))


def _time(value: date | None, words: str) -> SafeString:
    """The words of a day or moment, which a line may break only between its parts."""
    said = value.isoformat() if value else ""
    return format_html('<time class="when" datetime="{}">{}</time>', said, words) if said else format_html("{}", words)


for name in ("grouped", "masked_name", "masked_phone", "masked_id", "masked_tail"):
    register.filter(name, getattr(formats, name))
