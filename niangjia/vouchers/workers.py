"""Housekeeping of the guard against guessed codes."""

from django.utils import timezone

from niangjia.jobs.queue import worker
from niangjia.vouchers.services import forget_misses


@worker("vouchers.forget_misses", attempts=1, cron="5 * * * *")
def forget() -> None:
    forget_misses(at=timezone.now())
