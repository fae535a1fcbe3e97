"""People, offers and passes for the measurements of booking: as many as wanted, by the services and by COPY-like SQL.

The people are mere keys, which is all that the lane knows of them; eligibility, numbers, the stock ledger and the
constraints are the product's own.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID


class Crowd:
    """One unit with ``count`` people on one frozen list."""

    def __init__(self, count: int) -> None:
        from niangjia.core.ids import uuid7
        from niangjia.org.tests.factories import make_tree

        self.tree = make_tree()
        self.unit = self.tree.unit
        self.people = [uuid7() for _ in range(count)]
        self.audience = self._audience()

    def _audience(self) -> Any:
        from django.db import connection
        from django.utils import timezone

        from niangjia.audiences.models import Audience, AudienceStatus, Rule, RuleVersion

        place = {"organization": self.unit, "organization_path": self.unit.path}
        version = RuleVersion.objects.create(rule=Rule.objects.create(**place, name="全体"), number=1, source="true")
        audience = Audience.objects.create(
            **place, rule_version=version, name="全体", status=AudienceStatus.FROZEN, frozen_at=timezone.now(),
            considered=len(self.people), eligible=len(self.people),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audiences_audienceentry (audience_id, member_id, organization_path, eligible, findings)"
                ' SELECT %s, m, %s, true, \'[{"met": true, "found": "ok"}]\' FROM unnest(%s::uuid[]) m',
                [audience.pk, self.unit.path, self.people],
            )
        return audience

    def offer(self, capacity: int) -> Any:
        """A new open offer for all the people, its pieces bought and allotted."""
        from django.utils import timezone

        from niangjia.bookings import services
        from niangjia.core.ids import uuid7
        from niangjia.ledgers import services as ledgers

        now = timezone.now()
        item = ledgers.create_item(organization=self.unit, name="干果礼盒", unit="盒", actor=None)
        key = uuid7()
        ledgers.buy(item, quantity=capacity, purpose_id=key, actor=None)
        ledgers.allot(item, purpose_id=key, quantity=capacity, actor=None)
        offer = services.create_offer(
            key=key, organization=self.unit, title="送温暖", item=item, audience=self.audience, capacity=capacity,
            opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1), actor=None,
        )  # fmt: skip
        return services.publish_offer(offer, actor=None)

    def passes(self, offers: list[Any], folder: Path, *, until: datetime | None = None) -> Path:
        """A file of ``offer pass`` lines, a pass for each person, the offers by turns."""
        from django.utils import timezone

        from niangjia.bookings import passes

        expires = int((until or timezone.now() + timedelta(hours=1)).timestamp())
        path = folder / f"passes-{offers[0].pk}"
        with path.open("w") as file:
            for number, member in enumerate(self.people):
                key: UUID = offers[number % len(offers)].pk
                file.write(f"{key} {passes.sign(member, key, epoch=0, expires=expires)}\n")
        return path


def check(offer: Any) -> dict[str, int]:
    """What was sold twice, lost or repeated, counted in the tables: nought, or the measurement is worth nothing."""
    from django.db.models import Count, Max

    from niangjia.bookings.models import Booking, OfferStock

    found = Booking.objects.filter(offer=offer).aggregate(
        rows=Count("pk"), members=Count("member_id", distinct=True), numbers=Count("number", distinct=True),
        last=Max("number"),
    )  # fmt: skip
    taken = offer.capacity - OfferStock.objects.get(offer=offer).remaining
    return {
        "rows": found["rows"],
        "oversold": max(0, found["rows"] - offer.capacity) + abs(found["rows"] - taken),
        "duplicates": 2 * found["rows"] - found["members"] - found["numbers"],
        "gaps": (found["last"] or 0) - found["numbers"],
    }
