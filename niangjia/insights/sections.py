"""The part of the public home page that is ours."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from niangjia.insights import queries
from niangjia.insights.models import Figure

SHOWN = 3


def public_figures(request: HttpRequest) -> dict[str, Any] | None:
    """The first public figures, or nothing when there are none."""
    shown = queries.computed(Figure.objects.public()[:SHOWN], timezone.now())
    return {"shown": shown} if shown else None
