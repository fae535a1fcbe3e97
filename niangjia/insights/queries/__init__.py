"""Figures and indicators, with what they come to."""

from niangjia.insights.queries.figures import Shown, behind, computed

__all__ = ["Shown", "behind", "computed"]
