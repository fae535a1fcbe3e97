"""Work of terms that nobody waits for."""

from django.utils import timezone

from niangjia.formation import services
from niangjia.jobs.queue import worker


@worker("formation.remind", attempts=1, cron="40 7 * * *")
def remind() -> None:
    services.remind_terms(on=timezone.localdate())
