"""What a rehearsal of an opening has shown. It never touches an offer; only its figures are kept."""

import math
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.bookings.models.allocation import Allocation, Pack
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.core import access
from niangjia.jobs.models import Job
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class RehearsalStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Did not come to an end")


REHEARSAL_TRANSITIONS: dict[RehearsalStatus, frozenset[RehearsalStatus]] = {
    RehearsalStatus.WAITING: frozenset({RehearsalStatus.RUNNING, RehearsalStatus.FAILED}),
    RehearsalStatus.RUNNING: frozenset({RehearsalStatus.DONE, RehearsalStatus.FAILED}),
    RehearsalStatus.DONE: frozenset(),
    RehearsalStatus.FAILED: frozenset(),
}
UNDER_WAY = (RehearsalStatus.WAITING, RehearsalStatus.RUNNING)


class Check(models.TextChoices):
    """What is counted afterwards, in the tables themselves."""

    STOCK = "stock", _("bookings, against the pieces taken from the stock")
    OVERSOLD = "oversold", _("bookings beyond the pieces there were")
    MEMBERS = "members", _("different people among the bookings")
    NUMBERS = "numbers", _("different running numbers")
    LAST = "last", _("the last running number")
    LEDGER = "ledger", _("pieces booked in the stock ledger")
    ACKNOWLEDGED = "acknowledged", _("bookings that their member was told of")
    MISSING = "missing", _("bookings told of, but not in the table")
    EARLY = "early", _("bookings before the opening")
    UNANSWERED = "unanswered", _("people who got no answer")


class RehearsalQuerySet(models.QuerySet["Rehearsal"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW) | access.scope(actor, MANAGE))

    def under_way(self) -> Self:
        return self.filter(status__in=UNDER_WAY)


class Rehearsal(Owned):
    """One replayed opening: what was asked, on what machine, and what came out.

    ``programme_id`` is the key of the programme, which may still be a draft without an offer. Waits are in
    milliseconds from the moment of opening, at which all come: ``settled_ms`` is also the
    longest. ``answers`` counts the last answer of each person by its name.
    ``steps`` are the rates that were tried: ``[{"rate", "p99_ms", "refused", "held"}]``. ``faults`` are the checks
    that found something else than expected: ``[{"check", "expected", "found"}]``, the names those of ``Check``.
    """

    programme_id = models.UUIDField()
    title = models.CharField(max_length=200)
    capacity = models.PositiveIntegerField()
    protected = models.PositiveIntegerField(default=0)
    members = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=RehearsalStatus.choices, default=RehearsalStatus.WAITING)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    started_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=300, blank=True)
    cores = models.PositiveSmallIntegerField(null=True)
    processes = models.PositiveSmallIntegerField(null=True)
    connections = models.PositiveSmallIntegerField(null=True)
    safe_rate = models.PositiveIntegerField(null=True)
    limit_ms = models.PositiveIntegerField(null=True)
    gone_ms = models.PositiveIntegerField(null=True)
    settled_ms = models.PositiveIntegerField(null=True)
    wait_p50_ms = models.PositiveIntegerField(null=True)
    wait_p99_ms = models.PositiveIntegerField(null=True)
    booked = models.PositiveIntegerField(null=True)
    turned_away = models.PositiveIntegerField(null=True)
    answers = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    faults = models.JSONField(default=list)

    objects: ClassVar[Any] = RehearsalQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["programme_id"], name="rehearsal_by_programme")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(status__in=UNDER_WAY), name="rehearsal_one_at_a_time"
            ),
            models.CheckConstraint(
                name="rehearsal_done_has_its_figures",
                condition=~models.Q(status=RehearsalStatus.DONE)
                | models.Q(
                    finished_at__isnull=False,
                    cores__isnull=False,
                    settled_ms__isnull=False,
                    booked__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="rehearsal_has_people_and_pieces",
                condition=models.Q(members__gt=0, capacity__gt=models.F("protected")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def pieces(self) -> int:
        """What the crowd may book: the protected share is for the counter."""
        return self.capacity - self.protected

    @property
    def is_running(self) -> bool:
        return self.status == RehearsalStatus.RUNNING

    @property
    def is_over(self) -> bool:
        return self.status not in UNDER_WAY

    @property
    def is_done(self) -> bool:
        return self.status == RehearsalStatus.DONE

    # In words; durations to a tenth of a second, upwards -----------------------------------------------------------
    @property
    def gone(self) -> str:
        return seconds(self.gone_ms)

    @property
    def settled(self) -> str:
        return seconds(self.settled_ms)

    @property
    def p99(self) -> str:
        return seconds(self.wait_p99_ms)

    @property
    def limit(self) -> str:
        return seconds(self.limit_ms)

    def sentences(self) -> list[str]:
        """What came out: what the machine bears, how long people wait, and whether the count agrees."""
        if not self.is_done:
            return [self.message] if self.message else []
        values = {
            "rate": f"{self.safe_rate or 0:,}",
            "limit": self.limit,
            "pieces": f"{self.pieces:,}",
            "gone": self.gone,
            "members": f"{self.members:,}",
            "settled": self.settled,
        }
        rate = (
            gettext("This machine serves about %(rate)s people a second; 99 of 100 have their answer in %(limit)s s.")
            if self.safe_rate
            else gettext("No rate was found at which 99 of 100 have their answer in %(limit)s s.")
        )
        gone = gettext("%(pieces)s pieces are booked in about %(gone)s s.") if self.gone else ""
        crowd = gettext(
            "When %(members)s people come at once, all have their answer after about %(settled)s s: "
            "that is the longest wait."
        )
        agreed = gettext("Counted afterwards: nobody booked twice, nothing was oversold, no booking was lost.")
        return [text % values for text in (rate, gone, crowd, "" if self.faults else agreed) if text]

    def not_replayed(self) -> str:
        """What of the programme's choice the synthetic people did not meet."""
        found = Allocation.objects.filter(pk=self.programme_id).first()
        if found is None:
            return ""
        parts = [
            (gettext("shares"), found.shares.exists()),
            (gettext("limits"), found.limits.exists()),
            (gettext("packs for a household"), found.pack != Pack.ONE),
            (gettext("the waiting list"), found.waiting_list),
        ]
        named = gettext(", ").join(name for name, there in parts if there)
        text = gettext("Not replayed: %(parts)s. Each makes the work of the database a little more.")
        return text % {"parts": named} if named else ""

    def faults_in_words(self) -> list[str]:
        return [said(fault) for fault in self.faults]

    def remark(self) -> str:
        """What the figures do not say."""
        text = gettext(
            "Measured on %(cores)s cores, with %(processes)s lane processes. The people were played on this same"
            " machine, through %(connections)s open connections; network and encryption were no part of it."
        )
        return text % {"cores": self.cores, "processes": self.processes, "connections": self.connections}


def seconds(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{math.ceil(milliseconds / 100) / 10:.1f}"


def said(fault: dict[str, Any]) -> str:
    """One fault in words, with what was expected and what was found."""
    words = {"check": Check(fault["check"]).label, "expected": fault["expected"], "found": fault["found"]}
    return gettext("Does not agree: %(check)s (%(expected)s expected, %(found)s found).") % words
