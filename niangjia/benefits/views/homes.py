"""What the programmes bring to the home pages of member, staff and public, and to the officers' inbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.benefits.models import Programme, ProgrammeStatus
from niangjia.benefits.permissions import HAND_OUT, REPORT, VIEW
from niangjia.benefits.queries import with_totals
from niangjia.benefits.queries.members import Standing, programmes_for, standings
from niangjia.bookings.queries import to_collect
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.identity.http import UserRequest
from niangjia.members.models import Member
from niangjia.ui import formats
from niangjia.ui.inbox import InboxItem

SHOWN = 5
PAST = {Standing.COLLECTED, Standing.HANDED_OUT, Standing.MISSED}
QUIET = {Standing.NOT_ELIGIBLE, Standing.OFFLINE_ONLY, Standing.CLOSED} | PAST
BADGES = {
    Standing.BOOKED: "active",
    Standing.LISTED: "active",
    Standing.KEPT: "warning",
    Standing.ENTERED: "active",
    Standing.WAITING: "active",
    Standing.OPEN: "waiting",
    Standing.MAY_ENTER: "waiting",
    Standing.NOT_YET_OPEN: "waiting",
    Standing.SOLD_OUT: "closed",
    Standing.LIMIT: "closed",
    Standing.LAPSED: "closed",
    Standing.NOT_REACHED: "closed",
}


@dataclass(frozen=True)
class ForHer:
    """One line on a member's home: the programme, what she can do with it, and until when."""

    programme: Programme
    standing: Standing

    @property
    def badge(self) -> str:
        return BADGES[self.standing]

    @property
    def word(self) -> str:
        return {
            Standing.BOOKED: _("booked"),
            Standing.LISTED: _("set aside for you"),
            Standing.KEPT: _("your answer is awaited"),
            Standing.ENTERED: _("entered for the draw"),
            Standing.WAITING: _("on the waiting list"),
            Standing.OPEN: _("can be booked"),
            Standing.MAY_ENTER: _("enter for the draw"),
            Standing.NOT_YET_OPEN: _("opens soon"),
            Standing.SOLD_OUT: _("all booked"),
            Standing.LIMIT: _("limit reached"),
            Standing.LAPSED: _("not answered in time"),
            Standing.NOT_REACHED: _("not reached"),
        }[self.standing]

    @property
    def hint(self) -> str:
        programme = self.programme
        if self.standing == Standing.NOT_YET_OPEN:
            return _("Booking from %(moment)s") % {"moment": formats.moment(programme.opens_at)}
        if self.standing in {Standing.MAY_ENTER, Standing.ENTERED}:
            return _("Enter until %(moment)s") % {"moment": formats.moment(programme.closes_at)}
        if self.standing in {Standing.OPEN, Standing.SOLD_OUT}:
            return _("Booking until %(moment)s") % {"moment": formats.moment(programme.closes_at)}
        if self.standing == Standing.BOOKED:
            return _("Collection until %(moment)s") % {"moment": formats.moment(programme.collect_until)}
        return str(programme.organization.name)


def for_member(request: UserRequest) -> dict[str, Any] | None:
    """What is there for her now; what is not hers, is over, or stands above to be collected, is not said here."""
    member = Member.objects.visible_to(request.user).filter(user=request.user).select_related("organization").first()
    if member is None:
        return None
    now = timezone.now()
    above = {booking.offer_id for booking in to_collect(request.user, now)}
    programmes = [programme for programme in programmes_for(member) if programme.pk not in above]
    found = standings(programmes[:SHOWN], member, now)
    shown = [ForHer(programme, standing) for programme, standing in found if standing not in QUIET]
    return {"places": shown} if shown else None


def for_public(request: HttpRequest) -> dict[str, Any] | None:
    rows = Programme.objects.visible_to(request.user).running().select_related("organization")
    shown = list(rows.order_by("opens_at", "id")[:SHOWN])
    return {"programmes": shown, "now": timezone.now()} if shown else None


def for_staff(request: UserRequest) -> dict[str, Any] | None:
    rows = Programme.objects.visible_to(request.user).kept_by(request.user).running().select_related("organization")
    shown = list(with_totals(rows)[:SHOWN])
    return {"programmes": shown} if shown else None


def waiting(actor: Actor) -> Iterator[InboxItem]:
    """Programmes whose collection is over and are not closed, and closed ones without a report."""
    if not any(access.can_anywhere(actor, permission) for permission in (VIEW, HAND_OUT)):
        return
    rows = Programme.objects.visible_to(actor).kept_by(actor)
    for programme in rows.running().filter(collect_until__lte=timezone.now())[:SHOWN]:
        yield InboxItem(
            title=_("“%(name)s”: collection is over, the programme can be closed") % {"name": programme},
            href=reverse("benefits:live", args=[programme.pk]),
            due_on=timezone.localdate(programme.collect_until),
            icon="gift",
        )
    for programme in rows.filter(status=ProgrammeStatus.CLOSED)[:SHOWN]:
        if access.can(actor, REPORT, programme.organization_path):
            yield InboxItem(
                title=_("“%(name)s” is closed: sign off its report") % {"name": programme},
                href=reverse("benefits:report", args=[programme.pk]),
                icon="file-text",
            )
