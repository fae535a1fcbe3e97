"""How often one address may have files of draws recomputed: it costs a second of the machine for a large one."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from niangjia.identity.limits import Limit

CHECKS_PER_ADDRESS = Limit("draw-checks", 60, timedelta(hours=1))


def take_check(request: HttpRequest) -> None:
    CHECKS_PER_ADDRESS.take(_address(request), at=timezone.now())


def _address(request: HttpRequest) -> str:
    """Who comes over a socket without an address shares one count with all who do."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
