"""An offer from its draft to its end: what is set aside, who may change what when, and what flows where."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from niangjia.audiences.models import Audience
from niangjia.audit import services as audit
from niangjia.bookings.models import OFFER_TRANSITIONS, Allocation, Draw, Offer, OfferStatus, OfferStock, Share
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.queries import now
from niangjia.bookings.services.allocation import fix_terms
from niangjia.bookings.services.bookings import expire_bookings, release_uncollected
from niangjia.bookings.services.draws import tend_draws
from niangjia.bookings.services.entries import call_next, end_entries, lapse_entries
from niangjia.bookings.services.pools import locked_stock, write
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.models import Item
from niangjia.org.models import Organization
from niangjia.vouchers.models import ServicePoint

MOMENTS = ("opens_at", "closes_at", "cancel_until", "collect_from", "collect_until", "protected_until")
ALWAYS = {"title", "capacity", *MOMENTS}
IN_DRAFT = {*ALWAYS, "item", "audience", "protected"}


class OfferRefused(DomainError):
    """The offer is not in a state, or not complete enough, for this."""

    code = "offer-refused"


@whole
def create_offer(
    *,
    key: UUID,
    organization: Organization,
    title: str,
    item: Item,
    capacity: int,
    opens_at: datetime,
    closes_at: datetime,
    actor: Actor | None,
    audience: Audience | None = None,
    protected: int = 0,
    points: Iterable[ServicePoint] = (),
    **moments: datetime | None,
) -> Offer:
    """Draft the offer of a programme, under the programme's own key. ``moments`` are the deadlines of ``Offer``."""
    access.require(actor, MANAGE, organization)
    offer = Offer(
        pk=key,
        organization=organization,
        organization_path=organization.path,
        title=title,
        item=item,
        audience=audience,
        capacity=capacity,
        protected=protected,
        opens_at=opens_at,
        closes_at=closes_at,
        **moments,
    )
    _require_sound(offer)
    offer.save(force_insert=True)
    offer.points.set(points)
    OfferStock.objects.create(offer=offer)
    audit.record(actor, "bookings.offer.create", offer, capacity=capacity, protected=protected, item=str(item.pk))
    return offer


@whole
def change_offer(
    offer: Offer, *, actor: Actor | None, points: Iterable[ServicePoint] | None = None, **changes: Any
) -> Offer:
    """Change a draft freely; once published, the title, the moments, the points and the number of pieces."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = locked_stock(offer.pk)
    allowed = {OfferStatus.DRAFT: IN_DRAFT, OfferStatus.PUBLISHED: ALWAYS}.get(OfferStatus(offer.status), set())
    changed = {name: value for name, value in changes.items() if getattr(offer, name) != value}
    for name in changed:
        if name not in allowed:
            raise OfferRefused(
                _("This can no longer be changed."),
                remedy=_("Close this offer and make another."),
                context={"field": name},
            )
    more = changed.get("capacity", offer.capacity) - offer.capacity
    for name, value in changed.items():
        setattr(offer, name, value)
    _require_sound(offer)
    if "closes_at" in changed:
        _require_secret_until_closed(offer)
    if more and offer.status == OfferStatus.PUBLISHED:
        _resize(offer, stock, more)
    offer.save(update_fields=list(changed))
    if more:
        call_next(stock, offer, at=now())
    if points is not None:
        offer.points.set(points)
    told = {name: value.pk if hasattr(value, "pk") else value for name, value in changed.items()}
    audit.record(actor, "bookings.offer.change", offer, changes=told)
    return offer


def _require_secret_until_closed(offer: Offer) -> None:
    """Entries for a draw close before its public value is known, and once only."""
    draw = Draw.objects.filter(offer=offer).first()
    if draw is None:
        return
    if draw.closed_at:
        raise OfferRefused(_("The list for the draw is closed and published."), code="list-closed")
    if offer.closes_at > draw.value_due_at:
        raise InvalidInput(_("The public value must become known only after entries have closed."), field="closes_at")


def _resize(offer: Offer, stock: OfferStock, more: int) -> None:
    if stock.remaining + more < 0:
        raise InvalidInput(
            _("%(count)s pieces are booked or protected already.")
            % {"count": offer.capacity - more - stock.remaining},
            field="capacity",
        )
    if more > 0:
        ledgers.require_allotted(offer.item, purpose_id=offer.pk, quantity=more)
    stock.remaining += more
    write(stock)


@whole
def publish_offer(offer: Offer, *, actor: Actor | None, at: datetime | None = None) -> Offer:
    """Set the pieces aside and open the offer at its moment. They must be allotted to the programme before."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = locked_stock(offer.pk)
    if offer.audience is None or not offer.audience.is_frozen:
        raise OfferRefused(
            _("The list of who may book is not frozen yet."),
            remedy=_("Freeze the audience first, then publish."),
            code="audience-not-frozen",
        )
    advance(offer, OfferStatus.PUBLISHED, OFFER_TRANSITIONS)
    ledgers.require_allotted(offer.item, purpose_id=offer.pk, quantity=offer.capacity)
    stock.protected_remaining = offer.protected
    fix_terms(offer, stock, at=at or now())
    stock.remaining = offer.capacity - offer.protected - sum(stock.shares)
    write(stock)
    offer.save(update_fields=["status", "method", "by_terms"])
    audit.record(
        actor,
        "bookings.offer.publish",
        offer,
        capacity=offer.capacity,
        protected=offer.protected,
        method=offer.method,
        shares=stock.shares,
    )
    return offer


@whole
def free_protected_share(offer: Offer, *, actor: Actor | None) -> Offer:
    """What is left of the protected share joins the pieces that anyone may book."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = locked_stock(offer.pk)
    if offer.status != OfferStatus.PUBLISHED:
        raise OfferRefused(_("The offer is not open."))
    moment, count = now(), stock.protected_remaining
    stock.remaining, stock.protected_remaining = stock.remaining + count, 0
    write(stock)
    offer.protected_until = min(until for until in (offer.protected_until, moment) if until)
    offer.save(update_fields=["protected_until"])
    audit.record(actor, "bookings.offer.free_protected", offer, count=count)
    call_next(stock, offer, at=moment)
    return offer


@whole
def free_share(share: Share, *, actor: Actor | None, at: datetime) -> Offer:
    """What is left of a share joins the pieces that anyone may book; later returns do, too."""
    stock, offer = locked_stock(share.allocation_id)
    access.require(actor, MANAGE, offer.organization)
    share = Share.objects.get(pk=share.pk)
    if offer.status != OfferStatus.PUBLISHED or share.flowed_at:
        raise OfferRefused(_("The offer is not open, or this share has joined the rest already."))
    count = stock.shares[share.position - 1]
    stock.remaining, stock.shares[share.position - 1] = stock.remaining + count, 0
    write(stock)
    share.flowed_at = at
    share.save(update_fields=["flowed_at"])
    audit.record(actor, "bookings.offer.free_share", offer, share=share.name, count=count)
    call_next(stock, offer, at=at)
    return offer


@whole
def close_offer(offer: Offer, *, actor: Actor | None, at: datetime | None = None) -> Offer:
    """End it. What is left, protected or not, goes back to the programme's allotment to be handed out offline."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = locked_stock(offer.pk)
    advance(offer, OfferStatus.CLOSED, OFFER_TRANSITIONS)
    unsold, unused = stock.remaining + sum(stock.shares), stock.protected_remaining
    stock.unsold += unsold + unused
    stock.remaining, stock.protected_remaining, stock.shares = 0, 0, [0] * len(stock.shares)
    write(stock)
    end_entries(stock, offer, at=at or now())
    offer.save(update_fields=["status"])
    audit.record(actor, "bookings.offer.close", offer, unsold=unsold, protected=unused)
    return offer


def tend_offers(*, at: datetime) -> None:
    """What becomes due by itself: shares flow on, places lapse, an offer closes, what was not collected goes on."""
    running = Offer.objects.published()
    for offer in running.filter(protected_until__lte=at, stock__protected_remaining__gt=0):
        free_protected_share(offer, actor=None)
    for share in Share.objects.filter(flows_at__lte=at, flowed_at=None, allocation__in=running.values("pk")):
        free_share(share, actor=None, at=at)
    lapse_entries(at=at)
    released = Allocation.objects.filter(release_at__lte=at).values("pk")
    for offer in running.filter(pk__in=released).exclude(collect_until__lte=at):
        release_uncollected(offer, actor=None, at=at)
    tend_draws(at=at)
    for offer in running.filter(closes_at__lte=at):
        if not _still_serves(offer, at):
            close_offer(offer, actor=None, at=at)
    for offer in Offer.objects.exclude(status=OfferStatus.DRAFT).filter(collect_until__lte=at, lapsed_at=None):
        expire_bookings(offer, actor=None, at=at)


def _still_serves(offer: Offer, at: datetime) -> bool:
    """Booking is over, but those who wait may still get a piece until collection ends."""
    over = offer.collect_until is not None and offer.collect_until <= at
    return not over and offer.entries.standing().exists()


def _require_sound(offer: Offer) -> None:
    if offer.capacity < 1:
        raise InvalidInput(_("Enter a whole number of at least one."), field="capacity")
    if not 0 <= offer.protected <= offer.capacity:
        raise InvalidInput(_("The protected share is part of the pieces."), field="protected")
    if offer.closes_at <= offer.opens_at:
        raise InvalidInput(_("Booking ends after it begins."), field="closes_at")
    if offer.collect_from and offer.collect_until and offer.collect_until <= offer.collect_from:
        raise InvalidInput(_("Collection ends after it begins."), field="collect_until")
    if offer.collect_until and offer.collect_until <= offer.opens_at:
        raise InvalidInput(_("Collection ends after booking begins."), field="collect_until")
