"""The officer's page of a draw: what is next, the public value, the draw itself, the line with masked names."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from niangjia.bookings import services
from niangjia.bookings.forms import ValueForm
from niangjia.bookings.models import Draw, Entry, EntryState
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.bookings.published import share_names
from niangjia.bookings.views.draws import find_draw, shown
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import formats, pages
from niangjia.ui.tables import Choice, Column, Table
from niangjia.ui.templatetags.ui import badge

BADGES = {
    EntryState.ENTERED: "draft",
    EntryState.WAITING: "waiting",
    EntryState.OFFERED: "active",
    EntryState.TAKEN: "done",
    EntryState.DECLINED: "closed",
    EntryState.LAPSED: "warning",
    EntryState.LEFT: "closed",
    EntryState.ENDED: "closed",
}


def _masked(row: Entry) -> str:
    return formats.masked_name(row.member.name)


class LineTable(Table):
    columns = (
        Column("person", gettext_lazy("Full name"), value=_masked, whole=True),
        Column("position", pgettext_lazy("draw", "Place"), sort="position", whole=True),
        Column("unit", gettext_lazy("Union"), value=lambda row: row.member.organization.short_name),
        Column("ticket", gettext_lazy("Ticket"), show=lambda row: row.ticket[:8], whole=True),
        Column("quantity", gettext_lazy("Pieces"), end=True),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda row: row.get_state_display(),
            show=lambda row: badge(BADGES[EntryState(row.state)], row.get_state_display()),
        ),
        Column("answer_until", gettext_lazy("To be answered by"), show=lambda row: formats.moment(row.answer_until)
               if row.state == EntryState.OFFERED else ""),
    )  # fmt: skip
    filters = (Choice("state", gettext_lazy("State"), EntryState.choices, gettext_lazy("any state")),)
    sentence = gettext_lazy("Entries in {state}")
    empty = gettext_lazy("Those who have entered stand here.")
    file_name = gettext_lazy("Result of the draw")


def _kept(request: UserRequest, pk: UUID, permission: str = "") -> Draw:
    """Of a programme that the reader looks after; to all others it is not there."""
    found = find_draw(request, pk)
    where = found.offer.organization
    if not (access.can(request.user, VIEW, where) or access.can(request.user, MANAGE, where)):
        raise Http404
    if permission:
        access.require(request.user, permission, where)
    return found


@require_safe
@login_required
def desk(request: UserRequest, pk: UUID) -> HttpResponse:
    found = _kept(request, pk)
    rows = Entry.objects.visible_to(request.user).filter(offer=pk).select_related("member__organization")
    table = LineTable(request, rows.order_by("position", "entered_at", "id"))
    if table.wants_export:
        services.note_export(found, actor=request.user)
    context = shown(found) | {
        "table": table,
        "may_run": access.can(request.user, MANAGE, found.offer.organization),
        "known": timezone.now() >= found.value_due_at,
        "shares": share_names(found),
    }
    return table.respond("bookings/draw_desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def value(request: UserRequest, pk: UUID) -> HttpResponse:
    found = _kept(request, pk, MANAGE)
    form = ValueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_value(found, **form.cleaned_data, actor=request.user, at=timezone.now())
        except DomainError as refused:
            pages.refuse(form, refused)
        else:
            messages.success(request, _("The public value is entered. Now it can be drawn."))
            return redirect("bookings:draw-desk", pk)
    return pages.confirm(
        request,
        heading=_("Enter the public value: %(name)s") % {"name": found.value_name},
        verb=_("Enter the public value for good"),
        back=reverse("bookings:draw-desk", args=[pk]),
        consequences=[
            _("It stands on the public page at once, with its source."),
            _("It stays: nobody can change it, not even to mend a slip of the pen. Compare it digit by digit."),
        ],
        form=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def run(request: UserRequest, pk: UUID) -> HttpResponse:
    found = _kept(request, pk, MANAGE)
    if request.method == "POST":
        try:
            services.run_draw(found, actor=request.user, at=timezone.now())
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("It is drawn. Everybody to whom a gift fell has got a message."))
        return redirect("bookings:draw-desk", pk)
    return pages.confirm(
        request,
        heading=_("Draw the gifts of “%(name)s”?") % {"name": found.offer},
        verb=_("Draw the gifts now"),
        back=reverse("bookings:draw-desk", args=[pk]),
        consequences=[
            _("The order of all entries follows from what has been published; there is one draw and no second."),
            _("The seed and the result are public at once."),
            _("Everybody to whom a gift falls gets a message and has the announced time to accept."),
        ],
    )
