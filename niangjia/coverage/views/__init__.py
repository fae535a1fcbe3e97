"""Doors of the register: employers, what becomes of them, and workplaces."""

from niangjia.coverage.views.acting import (
    employer_change,
    employer_close,
    employer_cover,
    employer_place,
    employer_reopen,
    employer_uncover,
)
from niangjia.coverage.views.employers import employer_detail, employer_list, employer_new
from niangjia.coverage.views.workplaces import (
    workplace_close,
    workplace_detail,
    workplace_list,
    workplace_new,
    workplace_reach,
    workplace_unreach,
)

__all__ = [
    "employer_change",
    "employer_close",
    "employer_cover",
    "employer_detail",
    "employer_list",
    "employer_new",
    "employer_place",
    "employer_reopen",
    "employer_uncover",
    "workplace_close",
    "workplace_detail",
    "workplace_list",
    "workplace_new",
    "workplace_reach",
    "workplace_unreach",
]
