"""Rehearsals of an opening: when one may begin, and what is kept of it. They run in ``niangjia.ops.rehearsal``."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.bookings.models import Booking, Offer
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.rehearsed import REHEARSAL_TRANSITIONS, Rehearsal, RehearsalStatus
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.jobs import services as jobs
from niangjia.org.models import Organization
from niangjia.ui import formats

AHEAD = timedelta(minutes=30)  # the longest rehearsal takes ten, and somebody may have to look into what it found
QUIET = timedelta(minutes=10)  # the crowd of an opening has gone after minutes; later visitors come one by one
MEMBERS = range(1, 200_001)
SECONDS = range(2, 121)


class RehearsalRefused(DomainError):
    """A rehearsal would disturb people who are booking; ``possible_at`` says when to ask again."""

    code = "rehearsal-refused"


class RehearsalUnderWay(RehearsalRefused):
    """There is room for one at a time: two would measure each other."""

    code = "rehearsal-under-way"

    def __init__(self) -> None:
        super().__init__(
            _("Another rehearsal is under way on this installation."), remedy=_("Try again in a few minutes.")
        )


@whole
def plan_rehearsal(
    *,
    programme_id: UUID,
    organization: Organization,
    title: str,
    capacity: int,
    protected: int = 0,
    members: int,
    seconds: int,
    actor: Actor | None,
    at: datetime,
) -> Rehearsal:
    """Take down what is to be rehearsed. Raises ``RehearsalRefused`` when people are booking or soon will."""
    access.require(actor, MANAGE, organization)
    require_size(members=members, seconds=seconds)
    require_quiet(at=at)
    rehearsal = Rehearsal(
        organization=organization,
        organization_path=organization.path,
        programme_id=programme_id,
        title=title,
        capacity=capacity,
        protected=protected,
        members=members,
        seconds=seconds,
        started_by_id=actor.pk if actor else None,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            rehearsal.save(force_insert=True)
    except IntegrityError as error:
        if "rehearsal_one_at_a_time" not in str(error):
            raise
        raise RehearsalUnderWay from error
    audit.record(actor, "bookings.rehearsal.start", rehearsal, members=members, seconds=seconds)
    return rehearsal


@whole
def start_rehearsal(*, result_url: str, actor: Actor, **plan: Any) -> Rehearsal:
    """Plan it, and let a job run it whose progress its starter can watch."""
    rehearsal = plan_rehearsal(**plan, actor=actor)
    rehearsal.job = jobs.start(
        "ops.rehearse",
        label=_("Rehearsal of “%(name)s”") % {"name": rehearsal},
        result_url=result_url,
        actor=actor,
        rehearsal=str(rehearsal.pk),
    )
    rehearsal.save(update_fields=["job"])
    return rehearsal


def require_size(*, members: int, seconds: int = SECONDS.start) -> None:
    if members not in MEMBERS:
        raise InvalidInput(_("Rehearse with 1 to 200,000 people."), field="members")
    if seconds not in SECONDS:
        raise InvalidInput(_("Search the safe rate for 2 to 120 seconds."), field="seconds")


def require_quiet(*, at: datetime) -> None:
    """Raise ``RehearsalRefused`` when a real opening is near, or people are booking: anywhere, it is one machine."""
    last = Booking.objects.filter(offer=OuterRef("pk")).order_by("-number").values("booked_at")[:1]
    offers = Offer.objects.published().filter(opens_at__lte=at + AHEAD, closes_at__gt=at)
    rows = offers.annotate(last=Subquery(last)).values_list("title", "opens_at", "last")
    busy = [(max(opens_at, booked_at or opens_at) + QUIET, title, opens_at) for title, opens_at, booked_at in rows]
    possible_at, title, opens_at = max(busy, default=(at, "", at))
    if possible_at <= at:
        return
    said = _("“%(name)s” opens %(moment)s.") if opens_at > at else _("People are booking in “%(name)s” now.")
    raise RehearsalRefused(
        said % {"name": title, "moment": formats.moment(opens_at)},
        remedy=_("A rehearsal is possible from %(moment)s on, if nobody is booking then.")
        % {"moment": formats.moment(possible_at)},
        context={"possible_at": possible_at.isoformat()},
    )


@whole
def begin_rehearsal(rehearsal: Rehearsal) -> Rehearsal:
    """From here on it runs; it is never begun twice."""
    rehearsal = _locked(rehearsal)
    advance(rehearsal, RehearsalStatus.RUNNING, REHEARSAL_TRANSITIONS)
    rehearsal.save(update_fields=["status"])
    return rehearsal


@whole
def finish_rehearsal(rehearsal: Rehearsal, *, at: datetime, **figures: Any) -> Rehearsal:
    """Keep what came out. ``figures`` are columns of ``Rehearsal``."""
    rehearsal = _locked(rehearsal)
    advance(rehearsal, RehearsalStatus.DONE, REHEARSAL_TRANSITIONS)
    for name, value in figures.items():
        setattr(rehearsal, name, value)
    rehearsal.finished_at = at
    rehearsal.save(update_fields=["status", "finished_at", *figures])
    actor, kept = rehearsal.started_by, rehearsal
    audit.record(
        actor,
        "bookings.rehearsal.finish",
        kept,
        safe_rate=kept.safe_rate,
        settled_ms=kept.settled_ms,
        faults=kept.faults,
    )
    return rehearsal


@whole
def break_off_rehearsal(rehearsal: Rehearsal, *, at: datetime, reason: str = "") -> Rehearsal:
    """Keep that it did not come to an end, and why."""
    rehearsal = _locked(rehearsal)
    advance(rehearsal, RehearsalStatus.FAILED, REHEARSAL_TRANSITIONS)
    rehearsal.finished_at, rehearsal.message = at, (reason or _("It was interrupted."))[:300]
    rehearsal.save(update_fields=["status", "finished_at", "message"])
    audit.record(rehearsal.started_by, "bookings.rehearsal.break_off", rehearsal, reason=rehearsal.message)
    return rehearsal


def give_up_lost(*, at: datetime) -> int:
    """Rehearsals that run no more, or never began: for a caller who knows that none is running."""
    lost = [one for one in Rehearsal.objects.under_way() if one.is_running or one.asked_at < at - AHEAD]
    for rehearsal in lost:
        break_off_rehearsal(rehearsal, at=at)
    return len(lost)


def _locked(rehearsal: Rehearsal) -> Rehearsal:
    found: Rehearsal = (
        Rehearsal.objects.select_for_update(of=["self"]).select_related("started_by").get(pk=rehearsal.pk)
    )
    return found
