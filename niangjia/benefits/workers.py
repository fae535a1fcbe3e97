"""Work of the programmes that nobody waits for: opening by the clock, and telling people in time."""

from django.utils import timezone

from niangjia.benefits import services
from niangjia.jobs.queue import worker


@worker("benefits.open_due", attempts=1, cron="* * * * *")
def open_due() -> None:
    services.open_due(at=timezone.now())


@worker("benefits.tell_booked", attempts=1, cron="* * * * * */10")
def tell_booked() -> None:
    services.tell_booked()


@worker("benefits.remind_collectors", attempts=1, cron="*/10 * * * *")
def remind_collectors() -> None:
    services.remind_collectors(at=timezone.now())
