"""Making vouchers, handing over once, undoing, and the places where it happens.

Locks are taken in one order everywhere: the source's row (a booking, a hand-out), then the voucher, then the stock.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, rows
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.org.models import Organization
from niangjia.vouchers import codes, sources
from niangjia.vouchers.models import (
    VOUCHER_TRANSITIONS,
    MissedCode,
    Redemption,
    RedemptionKind,
    ServicePoint,
    Voucher,
    VoucherStatus,
)
from niangjia.vouchers.permissions import MANAGE, REDEEM
from niangjia.vouchers.signals import redeemed, redemption_undone

UNDO_WINDOW = timedelta(minutes=30)
MISS_WINDOW = timedelta(minutes=10)
MISSES = 20
CODE_ATTEMPTS = 20
SYSTEM = "system"


class AlreadyRedeemed(DomainError):
    """The gift has been handed over; the message says when, where and by whom."""

    code = "already-redeemed"


class VoucherRefused(DomainError):
    """The voucher does not entitle to anything now: cancelled, expired, or too early."""

    code = "voucher-refused"


class UnknownCode(DomainError):
    """No voucher that the helper may hand out has this code."""

    code = "unknown-code"
    status = 404


class TooManyMisses(DomainError):
    """Somebody tries out codes, or a camera is broken."""

    code = "too-many-attempts"
    status = 429


# Places ----------------------------------------------------------------------------------------------------------
@whole
def create_point(
    *, organization: Organization, name: str, address: str, hours: str = "", phone: str = "", actor: Actor | None
) -> ServicePoint:
    access.require(actor, MANAGE, organization)
    point = ServicePoint.objects.create(
        organization=organization,
        organization_path=organization.path,
        name=name,
        address=address,
        hours=hours,
        phone=phone,
    )
    audit.record(actor, "vouchers.point.create", point, address=address)
    return point


@whole
def change_point(point: ServicePoint, *, actor: Actor | None, **changes: str | bool) -> ServicePoint:
    """Change name, address, hours, phone, or whether it is open."""
    access.require(actor, MANAGE, point.organization)
    point = ServicePoint.objects.select_for_update(of=["self"]).get(pk=point.pk)
    changed = {name: value for name, value in changes.items() if getattr(point, name) != value}
    for name, value in changed.items():
        setattr(point, name, value)
    point.save(update_fields=list(changed))
    audit.record(actor, "vouchers.point.change", point, changes=changed)
    return point


# Making ----------------------------------------------------------------------------------------------------------
@whole
def ensure_voucher(key: UUID) -> Voucher | None:
    """The voucher of a booking or hand-out, made now if nobody has looked at it before; nothing if there is neither.

    It reveals nothing: who may see it is the business of the caller, by ``visible_to``.
    """
    known: Voucher | None = _known(key)
    if known is not None:
        return known
    source = sources.find(key, lock=True)
    if source is None:
        return None
    for _attempt in range(CODE_ATTEMPTS):
        fresh = _fresh(key, *source)
        if rows.insert_new(fresh):
            return fresh
        known = _known(key)  # somebody else was quicker, or the code is taken and another is drawn
        if known is not None:
            return known
    raise RuntimeError(f"{CODE_ATTEMPTS} short codes in a row are taken.")


def _known(key: UUID) -> Voucher | None:
    found: Voucher | None = Voucher.objects.filter(pk=key).first()
    return found


def _fresh(key: UUID, kind: str, found: sources.Entitlement) -> Voucher:
    return Voucher(
        pk=key,
        organization_id=found.organization_id,
        organization_path=found.organization_path,
        kind=kind,
        purpose_id=found.purpose_id,
        title=found.title,
        item=found.item,
        quantity=found.quantity,
        member_id=found.member_id,
        code=codes.new_code(),
        status=VoucherStatus.VALID if found.live else VoucherStatus.CANCELLED,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
    )


def withdraw_vouchers(keys: Collection[UUID], *, to: VoucherStatus = VoucherStatus.CANCELLED) -> None:
    """The source's service, which holds its rows, has cancelled the entitlements or let them lapse."""
    Voucher.objects.filter(pk__in=keys, status=VoucherStatus.VALID).update(status=to)


def token(voucher: Voucher) -> bytes:
    """What the QR code carries."""
    return codes.sign(
        voucher.pk,
        purpose_id=voucher.purpose_id,
        quantity=voucher.quantity,
        issued=voucher.created_at,
        valid_from=voucher.valid_from,
        until=voucher.valid_until,
    )


def known_of(voucher: Voucher) -> sources.Entitlement | None:
    """What the voucher's source knows of it now."""
    resolve = sources.registered.get(voucher.kind)
    return resolve(voucher.pk, False) if resolve else None


# Finding ---------------------------------------------------------------------------------------------------------
def find_voucher(typed: str, *, actor: Any, at: datetime) -> Voucher:
    """The voucher that a scanned token or a typed short code names, if ``actor`` may hand it out.

    Not atomic: a miss is counted although it is refused.
    """
    recent = MissedCode.objects.filter(user_id=actor.pk, at__gt=at - MISS_WINDOW).count()
    if recent >= MISSES:
        raise TooManyMisses(
            _("Too many unknown codes within ten minutes."),
            remedy=_("Wait a few minutes, then scan the code instead of typing it."),
        )
    voucher = _named(typed, actor)
    if voucher is None:
        MissedCode.objects.create(user_id=actor.pk, at=at)
        raise UnknownCode(
            _("There is no voucher with this code that you may hand out."),
            remedy=_("Compare it with the member's phone character by character, or look the person up in the list."),
        )
    return voucher


def _named(typed: str, actor: Any) -> Voucher | None:
    allowed = Voucher.objects.redeemable_by(actor).select_related("item", "member", "organization")
    code = codes.read_code(typed)
    if code:
        typed_voucher: Voucher | None = allowed.filter(code=code).first()
        return typed_voucher
    scanned = codes.from_base45(typed.strip())
    key = codes.opened(scanned) if scanned else None
    if key is None or ensure_voucher(key) is None:
        return None
    scanned_voucher: Voucher | None = allowed.filter(pk=key).first()
    return scanned_voucher


def forget_misses(*, at: datetime) -> None:
    MissedCode.objects.filter(at__lt=at - timedelta(hours=1)).delete()


# Handing over ----------------------------------------------------------------------------------------------------
@whole
def redeem(
    voucher: Voucher,
    *,
    actor: Any,
    point: ServicePoint | None,
    at: datetime,
    device: str = "",
    counter: int | None = None,
) -> Redemption:
    """Hand over once. Raises ``AlreadyRedeemed`` with when, where and by whom, or ``VoucherRefused``."""
    access.require(actor, REDEEM, voucher.organization_path)
    if point is not None:
        access.require(actor, REDEEM, point.organization_path)
    voucher, held = _locked(voucher)
    _require_valid(voucher, at)
    advance(voucher, VoucherStatus.REDEEMED, VOUCHER_TRANSITIONS)
    voucher.save(update_fields=["status"])
    # Counted by what was undone, not by what was handed over: a second hand-over then meets the constraint.
    undone = voucher.redemptions.filter(kind=RedemptionKind.UNDONE).count()
    redemption = Redemption(
        organization_id=voucher.organization_id,
        organization_path=voucher.organization_path,
        voucher=voucher,
        kind=RedemptionKind.HANDED_OVER,
        turn=undone + 1,
        at=at,
        by_id=actor.pk if actor else None,
        by_name=str(actor)[:100] if actor else SYSTEM,
        point=point,
        device=device,
        counter=counter,
    )
    rows.insert(redemption)
    audit.record(actor, "vouchers.voucher.redeem", voucher, point=str(point or ""), turn=redemption.turn)
    redeemed.send(Voucher, voucher=voucher, redemption=redemption, held=held, actor=actor)
    return redemption


def refusal_now(voucher: Voucher, known: sources.Entitlement | None, *, at: datetime) -> DomainError | None:
    """Why this cannot be handed over at this moment, for who is about to; the hand-over itself asks again."""
    if voucher.status == VoucherStatus.VALID and known is not None and not known.live:
        voucher.status = VoucherStatus.CANCELLED
    try:
        _require_valid(voucher, at)
    except DomainError as refusal:
        return refusal
    return None


def _locked(voucher: Voucher) -> tuple[Voucher, Any]:
    """Hold the source's row, then the voucher's, and let the voucher follow what its source has become. Both rows."""
    resolve = sources.registered.get(voucher.kind)
    found = resolve(voucher.pk, True) if resolve else None
    voucher = Voucher.objects.select_for_update(of=["self"]).select_related("item").get(pk=voucher.pk)
    if voucher.status == VoucherStatus.VALID and found is not None and not found.live:
        voucher.status = VoucherStatus.CANCELLED
    return voucher, found.held if found else None


def _require_valid(voucher: Voucher, at: datetime) -> None:
    if voucher.status == VoucherStatus.REDEEMED:
        raise AlreadyRedeemed(_already(voucher), remedy=_("Do not hand out another. Ask the officer if in doubt."))
    if voucher.status == VoucherStatus.CANCELLED:
        raise VoucherRefused(
            _("This booking has been cancelled."),
            remedy=_("The member may book again while there is something left."),
            code="voucher-cancelled",
        )
    if voucher.status == VoucherStatus.EXPIRED or (voucher.valid_until and at >= voucher.valid_until):
        raise VoucherRefused(
            _("This voucher expired on %(when)s.") % {"when": moment(voucher.valid_until)},
            remedy=_("Ask the officer of the programme whether something is left."),
            code="voucher-expired",
        )
    if voucher.valid_from and at < voucher.valid_from:
        raise VoucherRefused(
            _("Collection begins on %(when)s.") % {"when": moment(voucher.valid_from)},
            remedy=_("Ask the member to come back then."),
            code="voucher-too-early",
        )


def _already(voucher: Voucher) -> str:
    last = voucher.redemptions.filter(kind=RedemptionKind.HANDED_OVER).select_related("point").last()
    if last is None:
        return _("This has been handed over.")
    return _("This was handed over on %(when)s at %(where)s by %(who)s.") % {
        "when": moment(last.at),
        "where": last.point or last.organization,
        "who": last.by_name,
    }


def moment(at: datetime | None) -> str:
    """Date and minute as people read them."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""


def may_undo(redemption: Redemption, *, actor: Any, at: datetime) -> bool:
    """Whether whoever may hand out here may also take this hand-over back, as far as time goes."""
    return at <= redemption.at + UNDO_WINDOW or access.can(actor, MANAGE, redemption.organization_path)


@whole
def undo_redemption(voucher: Voucher, *, actor: Any, reason: str, at: datetime) -> Redemption:
    """Take back a mistaken hand-over: within half an hour by whoever may hand out, later only by who manages."""
    access.require(actor, REDEEM, voucher.organization_path)
    if not reason.strip():
        raise DomainError(_("Say why the hand-over is undone."), code="reason-missing")
    voucher, held = _locked(voucher)
    last = voucher.redemptions.filter(kind=RedemptionKind.HANDED_OVER).last()
    if voucher.status != VoucherStatus.REDEEMED or last is None:
        raise VoucherRefused(_("This has not been handed over."), code="not-redeemed")
    if not may_undo(last, actor=actor, at=at):
        access.require(actor, MANAGE, voucher.organization_path)
    advance(voucher, VoucherStatus.VALID, VOUCHER_TRANSITIONS)
    voucher.save(update_fields=["status"])
    Redemption.objects.create(
        organization_id=voucher.organization_id,
        organization_path=voucher.organization_path,
        voucher=voucher,
        kind=RedemptionKind.UNDONE,
        turn=last.turn,
        at=at,
        by_id=actor.pk if actor else None,
        by_name=str(actor)[:100] if actor else SYSTEM,
        point=last.point,
        reason=reason.strip(),
    )
    audit.record(actor, "vouchers.voucher.undo", voucher, reason=reason.strip(), turn=last.turn)
    told = {"redemption": last, "held": held, "reason": reason.strip()}
    redemption_undone.send(Voucher, voucher=voucher, actor=actor, **told)
    return last
