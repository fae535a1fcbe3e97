"""Reads for the pages of vouchers and hand-overs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from niangjia.vouchers.models import Redemption, RedemptionKind, Voucher


def last_hand_over(voucher: Voucher) -> Redemption | None:
    """When, where and by whom it was handed over, if it is."""
    rows = voucher.redemptions.filter(kind=RedemptionKind.HANDED_OVER).select_related("point")
    found: Redemption | None = rows.last()
    return found


@dataclass(frozen=True)
class HandOver:
    """One hand-over of somebody's, and whether it has been undone since."""

    redemption: Redemption
    undone: bool


def handed_over_by(actor: Any, *, since: datetime, limit: int = 10) -> list[HandOver]:
    """What somebody handed over lately, newest first."""
    undone = Redemption.objects.filter(voucher=OuterRef("voucher"), turn=OuterRef("turn"), kind=RedemptionKind.UNDONE)
    rows = Redemption.objects.filter(by_id=actor.pk, at__gte=since, kind=RedemptionKind.HANDED_OVER)
    newest = rows.annotate(undone=Exists(undone)).order_by("-at", "-id")
    found: Any = newest.select_related("voucher__member", "voucher__item", "point")[:limit]
    return [HandOver(row, row.undone) for row in found]
