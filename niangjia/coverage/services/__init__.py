"""Every write of the register."""

from niangjia.coverage.services.covering import cover, place_employer, uncover
from niangjia.coverage.services.employers import (
    NewEmployer,
    change_employer,
    close_employer,
    create_employer,
    enter_employers,
    get_or_create_employers,
    known_employers,
    reopen_employer,
)
from niangjia.coverage.services.naming import NAME_LENGTH, checked_credit_code, employer_name
from niangjia.coverage.services.workplaces import close_workplace, create_workplace, reach, unreach

__all__ = [
    "NAME_LENGTH",
    "NewEmployer",
    "change_employer",
    "checked_credit_code",
    "close_employer",
    "close_workplace",
    "cover",
    "create_employer",
    "create_workplace",
    "employer_name",
    "enter_employers",
    "get_or_create_employers",
    "known_employers",
    "place_employer",
    "reach",
    "reopen_employer",
    "uncover",
    "unreach",
]
