"""Planning a programme: what, for whom, how many, when, and what has arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from niangjia.audiences.models import Audience
from niangjia.audit import services as audit
from niangjia.benefits.models import Gift, MoneySource, Occasion, Programme, ProgrammeStatus
from niangjia.benefits.permissions import PLAN
from niangjia.bookings import services as bookings
from niangjia.bookings.models import Offer
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.ledgers import services as ledgers
from niangjia.ledgers.models import StockEntry
from niangjia.org.models import Organization
from niangjia.vouchers.models import ServicePoint

TIMES = ("opens_at", "closes_at", "cancel_until", "collect_from", "collect_until")
WORDS = ("name", "purpose", "rules_text", "contact_phone")
PLANNED = ("code", "occasion", "year", "one_per_person", "opens_at", "collect_from")
CHANGEABLE = frozenset({*WORDS, *TIMES, *PLANNED})
STEMS = {Occasion.SUMMER_HEAT: "cool", Occasion.ZODIAC_YEAR: "zodiac"}


class PlanFixed(DomainError):
    """What people have been told is no longer changed."""

    code = "plan-fixed"


@dataclass(frozen=True, kw_only=True)
class GiftPlan:
    """One kind of pack, as it is planned; prices in fen."""

    name: str
    contents: str
    unit_price: int
    quantity_online: int = 0
    quantity_offline: int = 0
    protected: int = 0
    money_source: str = MoneySource.OWN
    unit: str = "份"


@whole
def create_programme(
    *,
    organization: Organization,
    name: str,
    purpose: str,
    occasion: str,
    year: int,
    code: str = "",
    actor: Actor | None,
    **fields: Any,
) -> Programme:
    """Begin a draft. Without a ``code`` a free one is made from occasion and year."""
    access.require(actor, PLAN, organization)
    code = code or free_code(occasion, year)
    _check_code(code)
    programme = Programme(
        organization=organization,
        organization_path=organization.path,
        code=code,
        name=name,
        purpose=purpose,
        occasion=occasion,
        year=year,
        **{key: value for key, value in fields.items() if key in CHANGEABLE},
    )
    check_times(programme)
    programme.save(force_insert=True)
    audit.record(actor, "benefits.programme.create", programme, code=code)
    return programme


def free_code(occasion: str, year: int) -> str:
    """``warm-2026``, or ``warm-2026-2`` when that is taken."""
    stem = f"{STEMS.get(Occasion(occasion), 'warm')}-{year}"
    taken = set(Programme.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for code in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if code not in taken)


def _check_code(code: str, programme: Programme | None = None) -> None:
    others = Programme.objects.exclude(pk=programme.pk) if programme else Programme.objects.all()
    if others.filter(code=code).exists():
        raise InvalidInput(
            _("The code %(code)s is in use.") % {"code": code}, field="code", remedy=_("Choose another one.")
        )


def check_times(programme: Programme) -> None:
    """The order in which things happen; what is not yet known is not asked for."""
    rules = (
        ("opens_at", "closes_at", _("Booking must close after it opens.")),
        ("collect_from", "collect_until", _("Collection must end after it begins.")),
        ("opens_at", "collect_until", _("Collection must end after booking opens.")),
        ("cancel_until", "collect_until", _("Cancelling must end before collection does.")),
    )
    for first, then, message in rules:
        earlier, later = getattr(programme, first), getattr(programme, then)
        if earlier and later and (later < earlier or (later == earlier and first != "cancel_until")):
            raise InvalidInput(message, field=then)
    if bool(programme.opens_at) != bool(programme.closes_at):
        missing = "closes_at" if programme.opens_at else "opens_at"
        raise InvalidInput(_("Opening and closing belong together."), field=missing)


@whole
def change_programme(programme: Programme, *, actor: Actor | None, at: datetime, **changes: Any) -> Programme:
    """Change a draft freely; once it is published, only the words, and times to the advantage of the members."""
    programme = locked(programme, actor)
    changed = {key: value for key, value in changes.items() if getattr(programme, key) != value}
    if unknown := set(changed) - CHANGEABLE:
        raise TypeError(f"A programme has no {', '.join(sorted(unknown))} to change.")
    if programme.status != ProgrammeStatus.DRAFT:
        _require_harmless(programme, changed, at)
    if "code" in changed:
        _check_code(changed["code"], programme)
    before = {key: getattr(programme, key) for key in changed}
    for key, value in changed.items():
        setattr(programme, key, value)
    check_times(programme)
    programme.save(update_fields=list(changed))
    audit.record(actor, "benefits.programme.change", programme, before=before, after=changed)
    _tell_offer(programme, changed, actor)
    return programme


def _require_harmless(programme: Programme, changed: dict[str, Any], at: datetime) -> None:
    """What was announced stays: nobody may be shut out by a change."""
    if not programme.is_running:
        raise PlanFixed(_("This programme is over; it is no longer changed."))
    for key, value in changed.items():
        if key in WORDS:
            continue
        if key in PLANNED or value is None:
            raise PlanFixed(
                _("This was announced and stays as it is."),
                remedy=_("Words, and later deadlines, can still be changed."),
            )
        if value < getattr(programme, key):
            raise InvalidInput(_("A deadline that was announced can only be put off."), field=key)
        if getattr(programme, key) <= at and key == "closes_at":
            raise InvalidInput(_("Booking has closed already."), field=key)


def _tell_offer(programme: Programme, changed: dict[str, Any], actor: Actor | None) -> None:
    known = {key: value for key, value in changed.items() if key in TIMES}
    if "name" in changed:
        known["title"] = changed["name"]
    if known and (offer := Offer.objects.filter(pk=programme.pk).first()):
        bookings.change_offer(offer, actor=actor, **known)


@whole
def set_times(
    programme: Programme,
    *,
    points: Iterable[ServicePoint],
    actor: Actor | None,
    at: datetime,
    **moments: datetime | None,
) -> Programme:
    """Say when can be booked, cancelled and collected, and where: all of it or nothing."""
    programme = change_programme(programme, actor=actor, at=at, **moments)
    return choose_points(programme, points, actor=actor)


@whole
def choose_points(programme: Programme, points: Iterable[ServicePoint], *, actor: Actor | None) -> Programme:
    """Say where the gifts can be collected; one may be added while the programme runs, none taken away."""
    programme = locked(programme, actor)
    chosen, before = list(points), set(programme.points.all())
    if programme.status != ProgrammeStatus.DRAFT and before - set(chosen):
        raise PlanFixed(_("A place that was announced stays."), remedy=_("You may add further places."))
    programme.points.set(chosen)
    names = sorted(point.name for point in chosen)
    audit.record(actor, "benefits.programme.choose_points", programme, points=names)
    offer = Offer.objects.filter(pk=programme.pk).first()
    if offer:
        bookings.change_offer(offer, actor=actor, points=chosen)
    return programme


@whole
def choose_audience(programme: Programme, audience: Audience | None, *, actor: Actor | None) -> Programme:
    """Say who is eligible: an audience of the programme's own unit or of one above it."""
    programme = locked(programme, actor)
    require_draft(programme)
    if audience and not programme.organization_path.startswith(audience.organization_path):
        raise InvalidInput(
            _("This audience belongs to another unit."), field="audience", remedy=_("Choose one of your own unit.")
        )
    programme.audience = audience
    programme.save(update_fields=["audience"])
    audit.record(actor, "benefits.programme.choose_audience", programme, audience=str(audience.pk) if audience else "")
    return programme


# Gifts ------------------------------------------------------------------------------------------------------------
@whole
def add_gift(programme: Programme, plan: GiftPlan, *, actor: Actor | None) -> Gift:
    """Plan one more kind of pack; it becomes an item of the stock."""
    programme = locked(programme, actor)
    require_draft(programme)
    _check_plan(plan, programme)
    item = ledgers.create_item(
        organization=programme.organization,
        name=plan.name,
        unit=plan.unit,
        contents="、".join(part.strip() for part in plan.contents.splitlines() if part.strip()),
        unit_price=plan.unit_price,
        actor=actor,
    )
    gift = Gift.objects.create(
        organization=programme.organization,
        organization_path=programme.organization_path,
        programme=programme,
        item=item,
        **_numbers(plan),
    )
    audit.record(actor, "benefits.gift.add", gift, **_numbers(plan))
    return gift


def _numbers(plan: GiftPlan) -> dict[str, Any]:
    return {
        "contents": plan.contents,
        "unit_price": plan.unit_price,
        "quantity_online": plan.quantity_online,
        "quantity_offline": plan.quantity_offline,
        "protected": plan.protected,
        "money_source": plan.money_source,
    }


def _check_plan(plan: GiftPlan, programme: Programme, gift: Gift | None = None) -> None:
    if not plan.quantity_online and not plan.quantity_offline:
        raise InvalidInput(_("Plan at least one, online or offline."), field="quantity_online")
    if plan.protected > plan.quantity_online:
        raise InvalidInput(
            _("Of %(online)s online ones, %(protected)s cannot be kept back.")
            % {"online": plan.quantity_online, "protected": plan.protected},
            field="protected",
        )
    others = programme.gifts.exclude(pk=gift.pk) if gift else programme.gifts.all()
    if plan.quantity_online and others.filter(quantity_online__gt=0).exists():
        raise InvalidInput(
            _("Another gift of this programme is already booked online."),
            field="quantity_online",
            remedy=_("Plan this one for offline, or make a second programme for it."),
        )


@whole
def change_gift(gift: Gift, plan: GiftPlan, *, actor: Actor | None) -> Gift:
    """Plan a pack anew while the programme is a draft."""
    programme = locked(gift.programme, actor)
    require_draft(programme)
    _check_plan(plan, programme, gift)
    gift = Gift.objects.select_for_update(of=["self"]).select_related("item").get(pk=gift.pk)
    before = {key: getattr(gift, key) for key in _numbers(plan)}
    for key, value in _numbers(plan).items():
        setattr(gift, key, value)
    gift.save()
    item = gift.item
    item.name, item.unit, item.unit_price = plan.name, plan.unit, plan.unit_price
    item.contents = gift.contents_line
    item.save(update_fields=["name", "unit", "unit_price", "contents"])
    audit.record(actor, "benefits.gift.change", gift, before=before, after=_numbers(plan), name=plan.name)
    return gift


@whole
def remove_gift(gift: Gift, *, actor: Actor | None) -> None:
    """Drop a pack from the plan; refused once stock of it has arrived or a split counts on it."""
    programme = locked(gift.programme, actor)
    require_draft(programme)
    if StockEntry.objects.filter(item=gift.item_id).exists():
        raise PlanFixed(
            _("Stock of this gift has arrived."),
            remedy=_("Return it to the supplier in the stock ledger, or keep it."),
        )
    if gift.splits.exists():
        raise PlanFixed(_("A group counts on this gift."), remedy=_("Remove the group first."))
    audit.record(actor, "benefits.gift.remove", gift)
    gift.delete()


@whole
def receive_goods(
    gift: Gift,
    *,
    quantity: int,
    actor: Actor | None,
    unit_price: int | None = None,
    money_source: str = "",
    note: str = "",
) -> StockEntry:
    """Take in what the supplier has delivered for this programme, at the price on the invoice."""
    access.require(actor, PLAN, gift.organization)
    return ledgers.buy(
        gift.item,
        quantity=quantity,
        unit_price=gift.unit_price if unit_price is None else unit_price,
        money_source=money_source or gift.money_source,
        purpose_id=gift.programme_id,
        actor=actor,
        reason=note,
        reference=gift,
    )


def locked(programme: Programme, actor: Actor | None, permission: str = PLAN) -> Programme:
    """The programme, held until the end of the transaction, after the question whether the actor may."""
    access.require(actor, permission, programme.organization)
    held: Programme = (
        Programme.objects.select_for_update(of=["self"])
        .select_related("organization", "audience")
        .get(pk=programme.pk)
    )
    return held


def require_draft(programme: Programme) -> None:
    """What was announced stays."""
    if programme.status != ProgrammeStatus.DRAFT:
        raise PlanFixed(
            _("“%(name)s” is published; gifts and rules stay as announced.") % {"name": programme},
            remedy=_("Make another programme for what is to be different."),
        )
