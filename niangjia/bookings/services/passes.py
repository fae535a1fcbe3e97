"""Passes: given out with the programme's page, revoked by a cancellation or a log-out."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from niangjia.bookings import passes
from niangjia.bookings.models import Offer, PassEpoch
from niangjia.bookings.queries import now
from niangjia.members.models import Member

LIFETIME = timedelta(hours=12)
EVERY_OFFER = UUID(int=0)


def issue_pass(offer: Offer, member: Member) -> str:
    """A pass for the lane. It says who asks, not that she may: that is asked when she does."""
    scopes = [offer.pk, EVERY_OFFER]
    found = PassEpoch.objects.filter(member_id=member.pk, scope_id__in=scopes).aggregate(total=Sum("epoch"))
    expires = int((now() + LIFETIME).timestamp())
    return passes.sign(member.pk, offer.pk, epoch=found["total"] or 0, expires=expires)


def revoke_passes(member_id: UUID, *, offer: Offer | None = None) -> None:
    """Make every pass of the member invalid that has been issued until now, for one offer or for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_passepoch (member_id, scope_id, epoch) VALUES (%s, %s, 1)"
            " ON CONFLICT (member_id, scope_id) DO UPDATE SET epoch = bookings_passepoch.epoch + 1",
            [member_id, offer.pk if offer else EVERY_OFFER],
        )
