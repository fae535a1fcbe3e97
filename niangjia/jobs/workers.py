"""Work of the house itself: chaining the history, and bringing back what a dead worker left."""

from niangjia.audit import services as audit
from niangjia.jobs.queue import rescue_stalled, worker


@worker("jobs.seal_history", attempts=1, cron="* * * * * */5")
def seal_history() -> None:
    audit.seal()


@worker("jobs.rescue", attempts=1, cron="* * * * * */30")
def rescue() -> None:
    rescue_stalled()
