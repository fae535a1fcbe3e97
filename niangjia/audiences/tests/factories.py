"""Rules and audiences for tests."""

from itertools import count
from typing import Any

from django.utils import timezone

from niangjia.audiences import services
from niangjia.audiences.models import Audience, RuleVersion
from niangjia.org.models import Organization

_numbers = count(1)


def make_rule(organization: Organization, source: str = "true", **fields: Any) -> RuleVersion:
    known: dict[str, Any] = {"name": f"规则{next(_numbers)}", "source": source, "actor": None}
    return services.save_rule(organization=organization, **(known | fields))


def make_audience(organization: Organization, source: str = "true", *, frozen: bool = False) -> Audience:
    audience = services.create_audience(
        organization=organization,
        name=f"名单{next(_numbers)}",
        rule_version=make_rule(organization, source),
        actor=None,
    )
    return freeze(audience) if frozen else audience


def freeze(audience: Audience) -> Audience:
    services.start_freezing(audience, actor=None)
    return services.freeze_audience(audience.pk, at=timezone.now())
