"""Work of the house itself: chaining the history, and bringing back what a dead worker left."""

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from niangjia.audit import services as audit
from niangjia.identity import limits
from niangjia.jobs.queue import forget_finished, rescue_stalled, worker


@worker("jobs.seal_history", attempts=1, cron="* * * * * */5")
def seal_history() -> None:
    audit.seal()


@worker("jobs.rescue", attempts=1, cron="* * * * * */30")
def rescue() -> None:
    rescue_stalled()


@worker("jobs.tidy", cron="10 3 * * *")
def tidy() -> None:
    """Delete sessions that have ended, limits nobody looks at, and what the queue finished long ago."""
    SessionStore.clear_expired()
    limits.forget_old(at=timezone.now())
    forget_finished()
