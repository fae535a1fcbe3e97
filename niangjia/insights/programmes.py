"""Figures of the gift programmes: their own totals, by the programme's code."""

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from niangjia.benefits.models import Handout, Programme, ProgrammeStatus
from niangjia.benefits.queries import Totals, totals_of
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.core.access import Actor
from niangjia.insights.registry import Computation, Subject, Words, register

ONLINE, OFFLINE, ALL = "benefits.online", "benefits.offline", "benefits.all"


def _read(codes: Sequence[str]) -> Mapping[str, tuple[Subject, Totals]]:
    """Three queries, however many programmes there are."""
    programmes = list(Programme.objects.filter(code__in=codes))
    totals = totals_of(programme.pk for programme in programmes)
    return {programme.code: (_subject(programme), totals[programme.pk]) for programme in programmes}


def _subject(programme: Programme) -> Subject:
    return Subject(
        code=programme.code,
        name=programme.name,
        organization_path=programme.organization_path,
        public_url=_public_url(programme),
        staff_url=reverse_lazy("benefits:programme", args=[programme.pk]),
    )


def _public_url(programme: Programme) -> Words:
    if not programme.is_public:
        return ""
    over = programme.status in {ProgrammeStatus.CLOSED, ProgrammeStatus.REPORTED}
    return reverse_lazy("benefits:result" if over else "benefits:public", args=[programme.pk])


def _online(code: str) -> Q:
    programme = Programme.objects.filter(code=code).values("pk")
    collected = Booking.objects.filter(status=BookingStatus.COLLECTED, offer__in=programme)
    return Q(pk__in=collected.order_by().values("member"))


def _offline(code: str) -> Q:
    return Q(pk__in=Handout.objects.handed_out().filter(programme__code=code).order_by().values("member"))


def _all(code: str) -> Q:
    return _online(code) | _offline(code)


def _subjects(actor: Actor) -> list[Subject]:
    return [_subject(programme) for programme in Programme.objects.kept_by(actor).public()]


ROWS = (
    Computation(
        name=ONLINE,
        label=_("Gifts booked online"),
        unit=_("gifts"),
        measure=_(
            "Booked online and collected, those booked for somebody at a desk included; without cancelled, "
            "uncollected and returned ones"
        ),
        read=_read,
        count=lambda totals: totals.online_collected,
        people=_online,
        subjects=_subjects,
    ),
    Computation(
        name=OFFLINE,
        label=_("Packs handed out offline"),
        unit=pgettext("unit", "packs"),
        measure=_("Handed out against a signature by the lists of the programme's groups; without undone ones"),
        read=_read,
        count=lambda totals: totals.offline_handed_out,
        people=_offline,
        subjects=_subjects,
    ),
    Computation(
        name=ALL,
        label=_("Gifts in all"),
        unit=_("gifts"),
        measure=_("Collected online and handed out offline, added up"),
        read=_read,
        count=lambda totals: totals.handed_out,
        people=_all,
        subjects=_subjects,
    ),
)


def register_all() -> None:
    for row in ROWS:
        register(row)
