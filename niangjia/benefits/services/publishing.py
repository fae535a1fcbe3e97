"""Publishing: from here on others rely on what is said, so that all of it must be there first."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.benefits.models import PROGRAMME_TRANSITIONS, Gift, Programme, ProgrammeStatus
from niangjia.benefits.permissions import PLAN, PUBLISH
from niangjia.benefits.queries.planning import Missing, missing
from niangjia.benefits.services.planning import locked
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Allocation, Method
from niangjia.bookings.services import AllocationPlan
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.ledgers import services as ledgers


class NotReady(DomainError):
    """The plan lacks something; ``missing`` says what, and on which step."""

    code = "not-ready"

    def __init__(self, lacking: Sequence[Missing]) -> None:
        super().__init__(_("This programme is not ready to be published."), remedy=" ".join(m.text for m in lacking))
        self.missing = list(lacking)


@whole
def publish_programme(programme: Programme, *, actor: Actor | None, at: datetime) -> Programme:
    """Make the notice public, set the stock aside, and put the online gift on offer at its moment.

    Raises ``NotReady`` with everything that is missing.
    """
    programme = locked(programme, actor, PUBLISH)
    advance(programme, ProgrammeStatus.PUBLISHED, PROGRAMME_TRANSITIONS)
    lacking = missing(programme, at)
    if lacking:
        raise NotReady(lacking)
    programme.published_at = at
    gifts = list(programme.gifts.select_related("item"))
    for gift in gifts:
        ledgers.allot(gift.item, purpose_id=programme.pk, quantity=gift.quantity, actor=actor, reference=gift)
    online = next((gift for gift in gifts if gift.quantity_online), None)
    if online and programme.opens_at and programme.closes_at:
        _settle_allocation(programme, actor)
        _put_on_offer(programme, online, programme.opens_at, programme.closes_at, actor)
    if not online or (programme.opens_at and programme.opens_at <= at):
        advance(programme, ProgrammeStatus.OPEN, PROGRAMME_TRANSITIONS)
    programme.save(update_fields=["status", "published_at"])
    audit.record(actor, "benefits.programme.publish", programme, gifts=[str(gift.pk) for gift in gifts])
    return programme


def _settle_allocation(programme: Programme, actor: Actor | None) -> None:
    """Where there is one for everybody nobody need choose: first come, first served."""
    found = Allocation.objects.filter(pk=programme.pk).first()
    if found is None or not found.method:
        limits = list(found.limits.all()) if found else []
        plan = AllocationPlan(method=Method.FIRST_COME, limits=limits)
        bookings.plan_allocation(key=programme.pk, organization=programme.organization, plan=plan, actor=actor)


def _put_on_offer(
    programme: Programme, gift: Gift, opens_at: datetime, closes_at: datetime, actor: Actor | None
) -> None:
    offer = bookings.create_offer(
        key=programme.pk,
        organization=programme.organization,
        title=programme.name,
        item=gift.item,
        audience=programme.audience,
        capacity=gift.quantity_online,
        protected=gift.protected,
        opens_at=opens_at,
        closes_at=closes_at,
        cancel_until=programme.cancel_until,
        collect_from=programme.collect_from,
        collect_until=programme.collect_until,
        points=list(programme.points.all()),
        actor=actor,
    )
    bookings.publish_offer(offer, actor=actor)


@whole
def abandon_programme(programme: Programme, *, reason: str, actor: Actor | None) -> Programme:
    """Give up a draft; what has arrived for it stays in the stock."""
    programme = locked(programme, actor, PLAN)
    advance(programme, ProgrammeStatus.ABANDONED, PROGRAMME_TRANSITIONS)
    programme.save(update_fields=["status"])
    audit.record(actor, "benefits.programme.abandon", programme, reason=reason)
    return programme


@whole
def open_due(*, at: datetime) -> int:
    """Show as under way what has opened by the clock; bookings themselves do not wait for this."""
    due = Programme.objects.select_for_update(of=["self"]).filter(status=ProgrammeStatus.PUBLISHED, opens_at__lte=at)
    opened = 0
    for programme in due:
        advance(programme, ProgrammeStatus.OPEN, PROGRAMME_TRANSITIONS)
        programme.save(update_fields=["status"])
        audit.record(None, "benefits.programme.open", programme)
        opened += 1
    return opened
