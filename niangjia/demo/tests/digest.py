"""What the demo says, without what differs from load to load: keys, paths, moments, sealed bytes."""

import hashlib
from collections.abc import Iterator

from niangjia.coverage.models import Employer
from niangjia.identity.models import Assignment
from niangjia.members.models import Member
from niangjia.org.models import Organization


def _lines() -> Iterator[tuple[object, ...]]:
    yield from Organization.objects.order_by("code").values_list("code", "parent__code", "name", "kind", "level")
    yield from Employer.objects.order_by("credit_code").values_list(
        "credit_code", "name", "organization__code", "ownership", "industry", "workers"
    )
    yield from Assignment.objects.order_by("user__username").values_list(
        "user__username", "role__code", "organization__code"
    )
    for member in Member.objects.select_related("organization", "employer", "occupation", "household"):
        household = member.household.address if member.household else ""
        yield (
            member.id_number, member.name, member.phone, member.organization.code, str(member.employer),
            str(member.occupation), member.joined_on, member.on_duty_festival, member.state, household,
        )  # fmt: skip


def digest() -> str:
    """Equal for two loads of the same seed and size."""
    return hashlib.sha256("\n".join(sorted(map(repr, _lines()))).encode()).hexdigest()
