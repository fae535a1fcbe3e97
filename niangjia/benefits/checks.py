"""What lower apps ask of us: whether the ledger agrees with our hand-outs, and what speaks against a hand-over."""

from collections.abc import Iterator

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from niangjia.benefits.models import Gift, Handout
from niangjia.bookings.models import Booking, BookingStatus
from niangjia.core.errors import DomainError
from niangjia.ledgers.checks import Difference
from niangjia.ledgers.models import Account, StockEntry


def served_offline(booking: Booking) -> None:
    """One gift of a programme for each person: who was handed a pack meanwhile does not get the booked one, too."""
    handed = Handout.objects.handed_out().filter(
        programme=booking.offer_id, programme__one_per_person=True, member=booking.member_id
    )
    if found := handed.select_related("split").first():
        raise DomainError(
            _("A pack of this programme was handed to this person already, at “%(split)s”.") % {"split": found.split},
            remedy=_("Cancel the booking; or let who is in charge allow it with a reason."),
            code="already-served",
        )


def differences() -> Iterator[Difference]:
    """Gifts for which the hand-overs in the ledger differ from the people who have one."""
    handed = dict(Handout.objects.handed_out().order_by().values_list("split__gift").annotate(total=Sum("quantity")))
    collected = dict(
        Booking.objects.filter(status=BookingStatus.COLLECTED)
        .order_by()
        .values_list("offer_id")
        .annotate(n=Sum("quantity"))
    )
    ledger = _handed_out_in_ledger()
    for gift in Gift.objects.select_related("item", "programme"):
        people = handed.get(gift.pk, 0) + (collected.get(gift.programme_id, 0) if gift.quantity_online else 0)
        found = ledger.get(gift.item_id, 0)
        if people != found:
            yield Difference(
                subject=str(gift.pk),
                message=_("%(gift)s of “%(programme)s”: people who have it, and hand-overs in the ledger.")
                % {"gift": gift, "programme": gift.programme},
                expected=people,
                found=found,
                organization_path=gift.organization_path,
                purpose_id=gift.programme_id,
            )


def _handed_out_in_ledger() -> dict[object, int]:
    """By item, for the programme it was bought for."""
    totals: dict[object, int] = {}
    sides = ((1, "destination", "purpose_id"), (-1, "origin", "origin_purpose_id"))
    for sign, account, purpose in sides:
        rows = StockEntry.objects.filter(
            **{account: Account.HANDED_OUT, purpose: F("item__gift__programme_id")}
        ).order_by()
        for item, total in rows.values_list("item_id").annotate(total=Sum("quantity")):
            totals[item] = totals.get(item, 0) + sign * total
    return totals
