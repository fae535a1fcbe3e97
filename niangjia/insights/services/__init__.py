"""Every write about figures: what is shown, what is counted, what is aimed at, what was reported."""

from niangjia.insights.services.figures import change_figure, define_figure, publish_figure
from niangjia.insights.services.indicators import (
    change_indicator,
    confirm_indicator,
    define_indicator,
    ensure_indicators,
    publish_indicator,
)
from niangjia.insights.services.periods import (
    approve_period,
    correct_period,
    open_period,
    require_approver,
    return_period,
    submit_period,
)
from niangjia.insights.services.targets import set_targets

__all__ = [
    "approve_period",
    "change_figure",
    "change_indicator",
    "confirm_indicator",
    "correct_period",
    "define_figure",
    "define_indicator",
    "ensure_indicators",
    "open_period",
    "publish_figure",
    "publish_indicator",
    "require_approver",
    "return_period",
    "set_targets",
    "submit_period",
]
