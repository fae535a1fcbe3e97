"""The one page of this app is for machines."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from niangjia.ops import queries


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503. Nothing in it is secret: it names no version, no address and no person."""
    found = queries.health()
    return JsonResponse(
        {
            "status": "ok" if found.well else "fault",
            "database": "ok" if found.database else "fault",
            "migrations": "ok" if found.migrated else "fault",
            "jobs": {
                "status": "ok" if found.flowing else "fault",
                "oldest_waiting_seconds": None if found.waiting is None else round(found.waiting, 1),
                "workers": found.workers,
            },
        },
        status=200 if found.well else 503,
    )
