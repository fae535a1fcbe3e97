"""What both doors for letters keep."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone

from niangjia.identity.limits import Limit

PER_ADDRESS = Limit("letters", 20, timedelta(hours=1))


def count_letter(request: HttpRequest) -> None:
    """So many letters an hour from one address, whichever door they come by; raises ``TooOften``."""
    PER_ADDRESS.take(str(get_adapter().get_client_ip(request)), at=timezone.now())
