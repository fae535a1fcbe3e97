"""Work of the programmes that nobody waits for: opening by the clock, and telling people in time."""

from django.utils import timezone

from niangjia.benefits import services
from niangjia.jobs.queue import worker


@worker("benefits.open_due", attempts=1, cron="* * * * *")
def open_due() -> None:
    services.open_due(at=timezone.now())
