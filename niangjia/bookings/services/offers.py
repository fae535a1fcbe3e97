"""An offer from its draft to its end: what is set aside, who may change what when, and what flows where."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from niangjia.audiences.models import Audience
from niangjia.audit import services as audit
from niangjia.bookings.models import OFFER_TRANSITIONS, Offer, OfferStatus, OfferStock
from niangjia.bookings.permissions import MANAGE
from niangjia.bookings.queries import now
from niangjia.bookings.services.bookings import expire_bookings
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
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


@transaction.atomic
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


@transaction.atomic
def change_offer(
    offer: Offer, *, actor: Actor | None, points: Iterable[ServicePoint] | None = None, **changes: Any
) -> Offer:
    """Change a draft freely; once published, the title, the moments, the points and the number of pieces."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = _locked(offer)
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
    if more and offer.status == OfferStatus.PUBLISHED:
        _resize(offer, stock, more)
    offer.save(update_fields=list(changed))
    if points is not None:
        offer.points.set(points)
    told = {name: value.pk if hasattr(value, "pk") else value for name, value in changed.items()}
    audit.record(actor, "bookings.offer.change", offer, changes=told)
    return offer


def _resize(offer: Offer, stock: OfferStock, more: int) -> None:
    if stock.remaining + more < 0:
        raise InvalidInput(
            _("%(count)s pieces are booked or protected already.")
            % {"count": offer.capacity - more - stock.remaining},
            field="capacity",
        )
    if more > 0:
        ledgers.require_allotted(offer.item, purpose_id=offer.pk, quantity=more)
    _write(stock, remaining=stock.remaining + more)


@transaction.atomic
def publish_offer(offer: Offer, *, actor: Actor | None) -> Offer:
    """Set the pieces aside and open the offer at its moment. They must be allotted to the programme before."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = _locked(offer)
    if offer.audience is None or not offer.audience.is_frozen:
        raise OfferRefused(
            _("The list of who may book is not frozen yet."),
            remedy=_("Freeze the audience first, then publish."),
            code="audience-not-frozen",
        )
    advance(offer, OfferStatus.PUBLISHED, OFFER_TRANSITIONS)
    ledgers.require_allotted(offer.item, purpose_id=offer.pk, quantity=offer.capacity)
    _write(stock, remaining=offer.capacity - offer.protected, protected_remaining=offer.protected)
    offer.save(update_fields=["status"])
    audit.record(actor, "bookings.offer.publish", offer, capacity=offer.capacity, protected=offer.protected)
    return offer


@transaction.atomic
def free_protected_share(offer: Offer, *, actor: Actor | None) -> Offer:
    """What is left of the protected share joins the pieces that anyone may book."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = _locked(offer)
    if offer.status != OfferStatus.PUBLISHED:
        raise OfferRefused(_("The offer is not open."))
    count = stock.protected_remaining
    _write(stock, remaining=stock.remaining + count, protected_remaining=0)
    offer.protected_until = min(moment for moment in (offer.protected_until, now()) if moment)
    offer.save(update_fields=["protected_until"])
    audit.record(actor, "bookings.offer.free_protected", offer, count=count)
    return offer


@transaction.atomic
def close_offer(offer: Offer, *, actor: Actor | None) -> Offer:
    """End it. What is left, protected or not, goes back to the programme's allotment to be handed out offline."""
    access.require(actor, MANAGE, offer.organization)
    stock, offer = _locked(offer)
    advance(offer, OfferStatus.CLOSED, OFFER_TRANSITIONS)
    unsold, unused = stock.remaining, stock.protected_remaining
    _write(stock, remaining=0, protected_remaining=0, unsold=stock.unsold + unsold + unused)
    offer.save(update_fields=["status"])
    audit.record(actor, "bookings.offer.close", offer, unsold=unsold, protected=unused)
    return offer


def tend_offers(*, at: datetime) -> None:
    """What becomes due by itself: the protected share flows on, an offer closes, what was not collected lapses."""
    for offer in Offer.objects.published().filter(protected_until__lte=at, stock__protected_remaining__gt=0):
        free_protected_share(offer, actor=None)
    for offer in Offer.objects.published().filter(closes_at__lte=at):
        close_offer(offer, actor=None)
    for offer in Offer.objects.exclude(status=OfferStatus.DRAFT).filter(collect_until__lte=at, lapsed_at=None):
        expire_bookings(offer, actor=None, at=at)


def _locked(offer: Offer) -> tuple[OfferStock, Offer]:
    """The stock row first, as the lane does; then the offer as it is now."""
    stock = OfferStock.objects.select_for_update(of=["self"]).get(offer=offer)
    return stock, Offer.objects.select_related("organization", "item", "audience").get(pk=offer.pk)


def _write(stock: OfferStock, **fields: int) -> None:
    for name, value in fields.items():
        setattr(stock, name, value)
    stock.version += 1
    stock.save(update_fields=[*fields, "version"])


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
