"""Mobile numbers of the mainland, as they are kept: eleven digits."""

import re

from niangjia.core.cleaning import compact

MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
PREFIX = re.compile(r"^(?:\+86|0086|86(?=1[3-9]\d{9}$))")
SIGNS = re.compile(r"[-–—()./]")


def normal(text: str) -> str:
    """The digits of ``text`` without country code, dashes, brackets and spaces; not yet judged."""
    return PREFIX.sub("", SIGNS.sub("", compact(text)))


def is_mobile(text: str) -> bool:
    """Whether ``text``, in normal form, has the shape of a mobile number."""
    return MOBILE.fullmatch(text) is not None
