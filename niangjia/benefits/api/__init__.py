"""Programmes for programs: planning and reporting, handing out, and what anybody may read."""

from niangjia.benefits.api.allocation import router as allocation
from niangjia.benefits.api.handing import router as handing
from niangjia.benefits.api.limits import router as limits
from niangjia.benefits.api.programmes import router as programmes
from niangjia.benefits.api.public import router as public

__all__ = ["allocation", "handing", "limits", "programmes", "public"]
