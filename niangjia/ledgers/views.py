"""What the stock brings to the first page of an officer."""

from typing import Any

from niangjia.identity.http import UserRequest
from niangjia.ledgers.models import StockFinding

SHOWN = 5


def alarm(request: UserRequest) -> dict[str, Any] | None:
    """What did not agree at the last verification, in the units whose stock one sees."""
    rows = StockFinding.objects.visible_to(request.user).unsettled()
    shown = list(rows[: SHOWN + 1])
    return {"findings": shown[:SHOWN], "more": len(shown) > SHOWN} if shown else None
