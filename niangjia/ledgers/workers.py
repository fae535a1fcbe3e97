"""The watch over the stock."""

from django.utils import timezone

from niangjia.jobs.queue import worker
from niangjia.ledgers.services import verify_stock


@worker("ledgers.verify_stock", attempts=1, cron="* * * * *")
def verify() -> None:
    verify_stock(at=timezone.now())
