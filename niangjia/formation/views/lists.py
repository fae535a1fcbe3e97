"""Cases under way with what is due next, and terms by the day on which their re-election is due."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from niangjia.core import access
from niangjia.formation import queries
from niangjia.formation.models import Case, CaseStatus, Founding, Renewal, Term
from niangjia.formation.permissions import MANAGE, VIEW
from niangjia.formation.views.cases import STATE_BADGES
from niangjia.identity.http import UserRequest
from niangjia.ui import formats
from niangjia.ui.filters import Choice, Options, Search
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

SOON = timedelta(days=180)


def _next(case: Case) -> str:
    step = queries.next_step(case)
    return str(step.label) if step else ""


STATE = Column(
    "status",
    gettext_lazy("State"),
    value=lambda case: case.get_status_display(),
    show=lambda case: badge(STATE_BADGES[CaseStatus(case.status)], case.get_status_display()),
    sort="status",
)
NEXT = Column("next", gettext_lazy("Due next"), value=_next)
BY = Column("by", gettext_lazy("By whom"), value=queries.next_by)
RENEWAL_STATES = [(key, label) for key, label in CaseStatus.choices if key not in {"talks", "registered"}]


class FoundingTable(Table):
    columns = (
        Column("name", gettext_lazy("Union to be founded"), sort="name"),
        Column("organization", gettext_lazy("Under"), value=lambda case: case.organization.short_name),
        Column("kind", gettext_lazy("Kind of unit"), value=lambda case: case.get_kind_display()),
        Column("workers", gettext_lazy("Number of workers"), sort="workers", end=True),
        STATE,
        NEXT,
        BY,
    )
    filters = (
        Choice("status", gettext_lazy("State"), CaseStatus.choices, gettext_lazy("of any state")),
        Search("q", gettext_lazy("Name or code"), fields=("name", "code")),
    )
    sentence = gettext_lazy("Foundings {status} whose name or code contains {q}")
    caption = gettext_lazy("Foundings")
    empty = gettext_lazy("Unions that are to be founded will be listed here, with what is due next.")
    empty_action = gettext_lazy("Begin a founding")
    file_name = gettext_lazy("Foundings")

    def empty_href(self) -> str:
        return reverse("formation:founding-new")

    def row_href(self, row: Founding) -> str:
        return reverse("formation:founding", args=[row.pk])


class RenewalTable(Table):
    columns = (
        Column("organization", gettext_lazy("The union"), value=lambda case: case.organization.name),
        Column("until", gettext_lazy("Term ends"), value=lambda case: case.term.until,
               show=lambda case: formats.short_day(case.term.until), sort="term__until", whole=True),
        Column("planned_on", gettext_lazy("Election intended"), show=lambda case: formats.short_day(case.planned_on),
               sort="planned_on", whole=True),
        STATE,
        NEXT,
        BY,
    )  # fmt: skip
    filters = (
        Choice("status", gettext_lazy("State"), RENEWAL_STATES, gettext_lazy("of any state")),
        Search("q", gettext_lazy("Name or code"), fields=("organization__name", "organization__code")),
    )
    sentence = gettext_lazy("Re-elections {status} in unions whose name or code contains {q}")
    caption = gettext_lazy("Re-elections")
    empty = gettext_lazy("Re-elections will be listed here; they begin on the page of a union with its term.")
    file_name = gettext_lazy("Re-elections")

    def row_href(self, row: Renewal) -> str:
        return reverse("formation:renewal", args=[row.pk])


def _when(_request: HttpRequest) -> Options:
    return [("overdue", _("overdue")), ("soon", _("due within half a year"))]


def _within(rows: object, when: str) -> object:
    today = timezone.localdate()
    last = today if when == "overdue" else today + SOON
    return rows.filter(due_on__lte=last)  # type: ignore[attr-defined]  # the table's rows are a QuerySet of terms


def _late(term: Term, on: date) -> int:
    return max(0, (on - term.due_on).days)


def _state(term: Term) -> tuple[str, str]:
    """Whether somebody is at it, or should be."""
    under_way = next((case for case in term.renewals.all() if not case.is_over), None)
    if under_way:
        return STATE_BADGES[CaseStatus(under_way.status)], under_way.get_status_display()
    if term.is_overdue(timezone.localdate()):
        return "warning", _("overdue, nothing under way")
    return "draft", str(pgettext_lazy("term", "running"))


class TermTable(Table):
    columns = (
        Column("organization", gettext_lazy("The union"), value=lambda term: term.organization.name),
        Column("above", gettext_lazy("Under"), value=lambda term: str(term.organization.parent or "")),
        Column("due_on", gettext_lazy("Re-election due"), show=lambda term: formats.short_day(term.due_on),
               sort="due_on", whole=True),
        Column("late", gettext_lazy("Days overdue"), value=lambda term: _late(term, timezone.localdate()), end=True),
        Column("deadline_on", gettext_lazy("Day set by the union above"), sort="deadline_on", whole=True,
               show=lambda term: formats.short_day(term.deadline_on)),
        Column("state", gettext_lazy("State"), value=lambda term: _state(term)[1],
               show=lambda term: badge(*_state(term))),
    )  # fmt: skip
    filters = (
        Choice("when", gettext_lazy("Due"), _when, gettext_lazy("due at any time"), apply=_within),
        Search("q", gettext_lazy("Name or code"), fields=("organization__name", "organization__code")),
    )
    sentence = gettext_lazy("Re-elections {when} in unions whose name or code contains {q}")
    caption = gettext_lazy("Terms by the day of their re-election")
    empty = gettext_lazy("Terms of unions will be listed here, the longest overdue first.")
    file_name = gettext_lazy("Terms and re-elections due")

    def row_href(self, row: Term) -> str:
        return reverse("formation:unit", args=[row.organization_id])


@login_required
def founding_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = Founding.objects.visible_to(request.user)
    context = {"total": rows.under_way().count(), "may_manage": access.can_anywhere(request.user, MANAGE)}
    return FoundingTable(request, rows.select_related("organization")).respond("formation/founding_list.html", context)


@login_required
def renewal_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = Renewal.objects.visible_to(request.user)
    context = {"total": rows.under_way().count()}
    table = RenewalTable(request, rows.select_related("organization__parent", "term"))
    return table.respond("formation/renewal_list.html", context)


@login_required
def term_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = Term.objects.visible_to(request.user)
    table = TermTable(request, queries.by_due_day(rows))
    return table.respond("formation/term_list.html", {"total": rows.overdue(timezone.localdate()).count()})
