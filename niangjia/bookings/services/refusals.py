"""What may be said to somebody who cannot book, or cannot cancel."""

from niangjia.core.errors import DomainError


class SoldOut(DomainError):
    """Nothing is left."""

    code = "sold-out"


class NotEligible(DomainError):
    """The person is not on the offer's list."""

    code = "not-eligible"
    status = 403


class NotOpen(DomainError):
    """The offer has not opened yet, or has closed."""

    code = "not-open"


class AlreadyBooked(DomainError):
    """The person has a live booking, named in ``context``."""

    code = "already-booked"


class CancelRefused(DomainError):
    """It is too late to cancel, or there is nothing to cancel."""

    code = "cancel-refused"


class LimitReached(DomainError):
    """A limit for the person, the household or the union would be passed."""

    code = "limit"
