"""What the demo says, without what differs from load to load: keys, paths, moments, codes, sealed bytes."""

import hashlib
from collections.abc import Iterator

from niangjia.benefits.models import Handout, Programme
from niangjia.bookings.models import Booking, RefusalCount
from niangjia.coverage.models import Employer
from niangjia.identity.models import Assignment
from niangjia.insights.models import Figure
from niangjia.ledgers.models import StockEntry
from niangjia.members.models import Member
from niangjia.org.models import Organization

Line = tuple[object, ...]


def _registers() -> Iterator[Line]:
    yield from Organization.objects.values_list("code", "parent__code", "name", "kind", "level")
    yield from Employer.objects.values_list(
        "credit_code", "name", "organization__code", "ownership", "industry", "workers"
    )
    yield from Assignment.objects.values_list("user__username", "role__code", "organization__code")
    for member in Member.objects.select_related("organization", "employer", "occupation", "household"):
        household = member.household.address if member.household else ""
        yield (
            member.id_number, member.name, member.phone, member.organization.code, str(member.employer),
            str(member.occupation), member.joined_on, member.on_duty_festival, member.state, household,
        )  # fmt: skip


def _programmes() -> Iterator[Line]:
    numbers = {member.pk: member.id_number for member in Member.objects.all()}
    yield from Programme.objects.values_list("code", "name", "status", "organization__code")
    for title, number, status, channel, member in Booking.objects.values_list(
        "offer__title", "number", "status", "channel", "member_id"
    ):
        yield title, number, status, channel, numbers[member]
    for name, number, status, signed_by, member in Handout.objects.values_list(
        "split__name", "number", "status", "signed_by", "member_id"
    ):
        yield name, number, status, signed_by, numbers[member]
    yield from RefusalCount.objects.values_list("offer__title", "reason", "count")
    yield from StockEntry.objects.values_list("item__name", "origin", "destination", "quantity")
    yield from Figure.objects.values_list("code", "computation", "subject", "is_public")


def digest() -> str:
    """Equal for two loads of the same seed and size."""
    lines = sorted(map(repr, [*_registers(), *_programmes()]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
