"""The line of a programme as its officer sees it, and what she can set free."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from niangjia.benefits.queries.live import live
from niangjia.benefits.views.common import kept, may
from niangjia.benefits.views.programmes import form_page
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Entry, EntryState, Offer
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.queries.line import shares_of
from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.ui import formats, pages
from niangjia.ui.filters import Choice
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

STATES = {
    EntryState.ENTERED: "active",
    EntryState.WAITING: "waiting",
    EntryState.OFFERED: "warning",
    EntryState.TAKEN: "done",
    EntryState.DECLINED: "closed",
    EntryState.LAPSED: "closed",
    EntryState.LEFT: "closed",
    EntryState.ENDED: "closed",
}


class LineTable(Table):
    """Nobody's full name stands here: the line is often looked at together."""

    columns = (
        Column("name", pgettext_lazy("person", "Name"), value=lambda row: formats.masked_name(row.member.name)),
        Column("position", gettext_lazy("Place in line"), sort="position"),
        Column("unit", gettext_lazy("Union"), value=lambda row: row.member.organization.short_name),
        Column("quantity", gettext_lazy("Pieces"), value=lambda row: row.quantity, end=True),
        Column("channel", gettext_lazy("Channel"), value=lambda row: row.get_channel_display()),
        Column("entered", gettext_lazy("Since"), value=lambda row: formats.moment(row.entered_at), sort="entered_at"),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda row: row.get_state_display(),
            show=lambda row: badge(STATES[EntryState(row.state)], row.get_state_display()),
        ),
        Column("until", gettext_lazy("Answer by"), value=lambda row: formats.moment(row.answer_until)),
    )
    filters: ClassVar = (Choice("state", gettext_lazy("State"), EntryState.choices, gettext_lazy("any state")),)
    sentence = gettext_lazy("People in line: {state}")
    empty = gettext_lazy("Who waits for a gift will be listed here.")
    file_name = gettext_lazy("Line")


@require_safe
@login_required
def line(request: UserRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    rows = Entry.objects.visible_to(request.user).filter(offer=pk).select_related("member__organization")
    table = LineTable(request, rows)
    context: dict[str, Any] = {"programme": found, "live": live(found), "may": may(request, found), "online": True}
    return table.respond("benefits/line_of.html", context)


@form_page
@login_required
def share_free(request: UserRequest, pk: UUID, share: UUID) -> HttpResponse:
    """Let everybody have what is left of a share, before its time."""
    found = kept(request, pk)
    access.require(request.user, MANAGE, found.organization)
    offer = get_object_or_404(Offer.objects.visible_to(request.user), pk=pk)
    freed = get_object_or_404(shares_of(offer), pk=share)
    if request.method == "POST":
        try:
            bookings.free_share(freed, actor=request.user, at=timezone.now())
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("What was left of “%(share)s” is now for everybody.") % {"share": freed})
        return redirect("benefits:live", pk)
    return pages.confirm(
        request,
        heading=_("Let everybody have what is left of “%(share)s”?") % {"share": freed},
        verb=_("Free the share"),
        back=reverse("benefits:live", args=[pk]),
        consequences=[
            _("Who waits is asked at once, in the order of the line."),
            _("What comes back later of this share is for everybody, too. The notice named another moment."),
        ],
    )
