"""Nightly tidying of the folder of files."""

from datetime import timedelta

from django.utils import timezone

from niangjia.files import services
from niangjia.jobs.queue import worker


@worker("files.tidy", cron="30 2 * * *")
def tidy() -> None:
    now = timezone.now()
    services.remove_expired(at=now, on=timezone.localdate(now))
    services.sweep_strays(before=now - timedelta(days=1))
