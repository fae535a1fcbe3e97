"""Housekeeping of the programs' door."""

from django.utils import timezone

from niangjia.api import services
from niangjia.jobs.queue import worker


@worker("api.forget_answers", attempts=1, cron="17 3 * * *")
def forget_answers() -> None:
    services.forget_answers(at=timezone.now())
