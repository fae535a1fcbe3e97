"""The history of the house: who did what to what, when."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from niangjia.audit import words
from niangjia.audit.models import Entry
from niangjia.audit.permissions import VIEW
from niangjia.core import access
from niangjia.core.request import Request
from niangjia.portal import services
from niangjia.ui import formats
from niangjia.ui.tables import Choice, Column, Search, Table

DETAILS = {
    "person": pgettext_lazy("history", "person"),
    "reason": pgettext_lazy("history", "reason"),
    "code": pgettext_lazy("history", "code"),
    "number": pgettext_lazy("history", "number"),
    "quantity": pgettext_lazy("history", "quantity"),
    "count": pgettext_lazy("history", "rows"),
    "on": pgettext_lazy("history", "on the day"),
    "at": pgettext_lazy("history", "at the time"),
    "address": pgettext_lazy("history", "from address"),
    "name": pgettext_lazy("history", "name"),
    "point": pgettext_lazy("history", "place"),
}
ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$")  # as DjangoJSONEncoder writes them
SPANS = [("1", gettext_lazy("today")), ("7", gettext_lazy("in 7 days")), ("30", gettext_lazy("in 30 days"))]


def _within(rows: Any, days: str) -> Any:
    first = timezone.localdate() - timedelta(days=int(days) - 1)
    return rows.filter(at__gte=timezone.make_aware(datetime.combine(first, time.min)))


def _details(entry: Entry) -> str:
    """What else was written down, as far as people read it: keys and lists are for programs."""
    found = [(DETAILS[name], _readable(value)) for name, value in entry.data.items() if name in DETAILS]
    text = _("; ").join(f"{label} {value}" for label, value in found if isinstance(value, str | int) and value != "")
    return text if len(text) <= 120 else f"{text[:119]}…"


def _readable(value: object) -> object:
    """Days and moments as people write them; the history keeps them as programs do."""
    if isinstance(value, str) and ISO.match(value):
        return (
            formats.moment(datetime.fromisoformat(value))
            if "T" in value
            else formats.short_day(date.fromisoformat(value))
        )
    return value


class HistoryTable(Table):
    columns = (
        Column("at", gettext_lazy("When")),
        Column(
            "actor_name", gettext_lazy("Who"), show=lambda row: row.actor_name if row.actor_id else _("the system")
        ),
        Column("action", gettext_lazy("What"), value=lambda row: words.said(row.action)),
        Column("target_name", gettext_lazy("About")),
        Column("data", gettext_lazy("Details"), value=_details),
    )
    filters = (
        Choice("when", gettext_lazy("When"), SPANS, gettext_lazy("at any time"), apply=_within),
        Search("who", gettext_lazy("Who"), fields=("actor_name",)),
        Choice("action", gettext_lazy("What"), lambda request: list(words.known().items()), gettext_lazy("anything")),
        Search("about", gettext_lazy("About"), fields=("target_name",)),
    )
    sentence = gettext_lazy("What happened {when}: {action}, by {who}, about {about}")
    caption = gettext_lazy("History")
    empty = gettext_lazy("Everything that is changed in your units will be listed here.")
    file_name = gettext_lazy("History")


@login_required
def history(request: Request) -> HttpResponse:
    """``?of=app.model:key`` narrows it to one thing; other pages link here with it."""
    access.require_anywhere(request.user, VIEW)
    entries = Entry.objects.visible_to(request.user).order_by("-id")
    kind, _colon, key = request.GET.get("of", "").partition(":")
    if key:
        entries = entries.filter(target_type=kind, target_id=key)
    table = HistoryTable(request, entries)
    if table.wants_export:
        services.note_export(actor=request.user, count=table.found.count())
    return table.respond("portal/history.html")
