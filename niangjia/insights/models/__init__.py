"""What is shown, what is counted by which definition, what is aimed at, and what was reported and locked."""

from niangjia.insights.models.figures import Figure
from niangjia.insights.models.indicators import Indicator, IndicatorVersion, Target
from niangjia.insights.models.periods import PERIOD_TRANSITIONS, Lock, Period, PeriodState, PeriodValue

__all__ = [
    "PERIOD_TRANSITIONS",
    "Figure",
    "Indicator",
    "IndicatorVersion",
    "Lock",
    "Period",
    "PeriodState",
    "PeriodValue",
    "Target",
]
