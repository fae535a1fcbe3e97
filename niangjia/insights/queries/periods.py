"""Reports of a day: what was locked, what the same day comes to as it was known then, and as corrected since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.insights.models import Indicator, Period, PeriodState, PeriodValue
from niangjia.insights.permissions import APPROVE
from niangjia.insights.queries.readings import AsOf, shares
from niangjia.insights.rates import Share
from niangjia.ui.inbox import InboxItem


@dataclass(frozen=True)
class Reported:
    """One figure of a report. ``kept`` was read when it was submitted; ``then`` is the same, read again by what was
    known on that day; ``since`` by what is known now; ``before`` is that of the report it corrects."""

    name: str
    unit: str
    measure: str
    kept: Share | None
    since: Share
    then: Share | None = None
    before: Share | None = None

    @property
    def differs(self) -> bool:
        """Whether the record has been corrected since."""
        return self.kept is not None and self.kept != self.since

    @property
    def difference(self) -> str:
        """By how much the records now say something else than the report; empty where they say the same."""
        if self.kept is None or not self.differs:
            return ""
        counted = f"{self.since.counted - self.kept.counted:+,}"
        if self.kept.over is None or self.since.over is None:
            return _("difference %(counted)s") % {"counted": counted}
        over = f"{self.since.over - self.kept.over:+,}"
        return _("difference %(counted)s of %(over)s") % {"counted": counted, "over": over}


def reported(period: Period) -> list[Reported]:
    """The figures of a report, or of one in preparation what it would say now."""
    if period.state == PeriodState.OPEN:
        return _foreseen(period, list(Indicator.objects.all()))
    values = list(period.values.select_related("indicator"))
    wanted, unit = [value.definition for value in values], period.organization_id
    since = shares([unit], wanted, AsOf(period.ends_on))
    known_on = timezone.localdate(period.known_at)  # a submitted report has its moment: a constraint
    then = shares([unit], wanted, AsOf(period.ends_on, known_on))
    before = _before(period)
    return [
        Reported(
            name=value.name,
            unit=value.unit,
            measure=value.measure,
            kept=_kept(value),
            since=since[unit, value.definition],
            then=then[unit, value.definition],
            before=before.get(value.indicator_id),
        )
        for value in values
    ]


def _foreseen(period: Period, indicators: Sequence[Indicator]) -> list[Reported]:
    unit = period.organization_id
    found = shares([unit], [one.definition for one in indicators], AsOf(period.ends_on))
    before = _before(period)
    return [
        Reported(
            name=one.name, unit=one.unit, measure=one.measure, kept=None, since=found[unit, one.definition],
            before=before.get(one.pk),
        )
        for one in indicators
    ]  # fmt: skip


def _before(period: Period) -> dict[object, Share]:
    """What the report said that this one corrects."""
    rows = PeriodValue.objects.filter(period=period.supersedes_id) if period.supersedes_id else ()
    return {value.indicator_id: _kept(value) for value in rows}


def _kept(value: PeriodValue) -> Share:
    return Share(value.counted, value.over)


def approvable(actor: Actor) -> QuerySet[Period]:
    """Reports that wait for ``actor``'s approval: of units below hers, and at the root of a colleague's."""
    above = access.scope(actor, APPROVE, field="organization__parent__path")
    at_root = Q(organization__parent=None) & access.scope(actor, APPROVE, field="organization__path")
    waiting = Period.objects.filter(state=PeriodState.SUBMITTED).filter(above | at_root)
    return waiting.exclude(submitted_by=actor.pk)


def may_approve(actor: Actor, period: Period) -> bool:
    return approvable(actor).filter(pk=period.pk).exists()


def waiting(actor: Actor) -> list[InboxItem]:
    """One line of the inbox for all reports that wait."""
    if not access.can_anywhere(actor, APPROVE):
        return []
    count = approvable(actor).count()
    if not count:
        return []
    title = ngettext("%(n)s report of figures waits for approval", "%(n)s reports of figures wait for approval", count)
    address = f"{reverse('insights:period-list')}?state={PeriodState.SUBMITTED.value}"
    return [InboxItem(title % {"n": count}, address, count=count, icon="chart-column")]
