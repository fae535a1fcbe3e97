"""Figures, indicators, targets and reports for programs."""

from niangjia.insights.api.figures import public, router
from niangjia.insights.api.indicators import indicators, periods, public_indicators, rates, targets

__all__ = ["indicators", "periods", "public", "public_indicators", "rates", "router", "targets"]
