"""What happens by the clock: offers close, shares flow on, bookings lapse and are sealed."""

from niangjia.bookings import queries, services
from niangjia.jobs.queue import worker


@worker("bookings.tend_offers", attempts=1, cron="* * * * * 30")
def tend_offers() -> None:
    services.tend_offers(at=queries.now())


@worker("bookings.seal_bookings", attempts=1, cron="* * * * * */5")
def seal_bookings() -> None:
    services.seal_bookings()
