"""What the routers of a programme share: finding it, and what belongs to it."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone

from niangjia.benefits.models import Gift, Programme, Split
from niangjia.benefits.queries import planning, programme_totals
from niangjia.benefits.shapes import ProgrammeOut
from niangjia.core.request import Request


def kept(request: Request, key: UUID) -> Programme:
    """A programme that the asker looks after or hands out for."""
    rows = Programme.objects.visible_to(request.user).kept_by(request.user)
    programme: Programme = get_object_or_404(rows.select_related("organization", "audience__rule_version"), pk=key)
    return programme


def detail(request: Request, key: UUID) -> dict[str, Any]:
    """The programme with its plan, and what it lacks while it is a draft."""
    programme = kept(request, key)
    draft = programme.published_at is None
    lacking = planning.missing(programme, timezone.now()) if draft else []
    return shared(programme) | {
        "audience_id": programme.audience_id,
        "missing": [asdict(each) for each in lacking],
        "warnings": planning.warnings(programme, timezone.localdate()),
    }


def shared(programme: Programme) -> dict[str, Any]:
    """What the staff's detail and the public's have in common."""
    return {
        **{name: getattr(programme, name) for name in ProgrammeOut.model_fields},
        "gifts": planning.gifts_of(programme),
        "points": list(programme.points.all()),
        "totals": programme_totals(programme),
    }


def gift_of(programme: Programme, key: UUID) -> Gift:
    return get_object_or_404(programme.gifts.select_related("item", "programme__organization", "organization"), pk=key)


def split_of(programme: Programme, key: UUID) -> Split:
    related = ("gift__item", "audience__rule_version", "organization", "programme__organization")
    return get_object_or_404(programme.splits.select_related(*related), pk=key)
