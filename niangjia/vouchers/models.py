"""A right to be handed something, shown as a code; and every hand-over, added and never changed."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.models import Row
from niangjia.ledgers.models import Item
from niangjia.members.models import Member
from niangjia.org.models import Owned
from niangjia.vouchers.permissions import MANAGE, REDEEM, VIEW

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class ServicePointQuerySet(models.QuerySet["ServicePoint"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Those of the subtrees where one looks after vouchers, hands out, or looks after the places."""
        mine = access.scope(actor, VIEW) | access.scope(actor, REDEEM) | access.scope(actor, MANAGE)
        return self.filter(mine)

    def redeemable_by(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, REDEEM))

    def manageable_by(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, MANAGE))

    def open(self) -> Self:
        return self.filter(is_open=True)


class ServicePoint(Owned):
    """A place where gifts are handed over."""

    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200)
    hours = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    is_open = models.BooleanField(default=True)

    objects: ClassVar[Any] = ServicePointQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class VoucherStatus(models.TextChoices):
    VALID = "valid", _("Valid")
    REDEEMED = "redeemed", _("Handed over")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


VOUCHER_TRANSITIONS: dict[VoucherStatus, frozenset[VoucherStatus]] = {
    VoucherStatus.VALID: frozenset({VoucherStatus.REDEEMED, VoucherStatus.CANCELLED, VoucherStatus.EXPIRED}),
    VoucherStatus.REDEEMED: frozenset({VoucherStatus.VALID}),
    VoucherStatus.CANCELLED: frozenset(),
    VoucherStatus.EXPIRED: frozenset(),
}


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def visible_to(self, actor: "Actor") -> Self:
        """One's own, and those of the subtrees where one looks after or hands out gifts."""
        return self.filter(
            access.scope(actor, VIEW) | access.scope(actor, REDEEM) | models.Q(member__user_id=actor.pk)
        )

    def redeemable_by(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, REDEEM))


class Voucher(Owned):
    """Its key is that of the booking or hand-out it stands for. Written when somebody first looks at it."""

    kind = models.CharField(max_length=30)
    purpose_id = models.UUIDField()
    title = models.CharField(max_length=200)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, related_name="vouchers")
    code = models.CharField(max_length=8, unique=True)
    status = models.CharField(max_length=10, choices=VoucherStatus.choices, default=VoucherStatus.VALID)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = VoucherQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="voucher_stands_for_at_least_one", condition=models.Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.item}"

    @property
    def grouped_code(self) -> str:
        """As printed: ``K7QF 2M9X``."""
        return f"{self.code[:4]} {self.code[4:]}"


class RedemptionKind(models.TextChoices):
    HANDED_OVER = "handed_over", _("Handed over")
    UNDONE = "undone", _("Undone")


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW) | access.scope(actor, REDEEM))


class Redemption(Owned):
    """One hand-over, or the undoing of one. A ``turn`` is a hand-over and, perhaps, its undoing; the next turn
    begins only after that. ``counter`` numbers what one device has done."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="redemptions")
    kind = models.CharField(max_length=12, choices=RedemptionKind.choices)
    turn = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=100)
    point = models.ForeignKey(ServicePoint, on_delete=models.PROTECT, null=True, related_name="redemptions")
    device = models.CharField(max_length=60, blank=True)
    counter = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = RedemptionQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["voucher", "turn", "kind"], name="redemption_hands_over_once_and_undoes_once_per_turn"
            ),
            models.CheckConstraint(
                name="redemption_undone_has_a_reason",
                condition=~models.Q(kind=RedemptionKind.UNDONE) | ~models.Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher} · {self.get_kind_display()}"


class MissedCode(Row):
    """A typed or scanned code that led nowhere, kept for an hour so that codes cannot be tried out."""

    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["user", "at"], name="missed_code_by_user")]
