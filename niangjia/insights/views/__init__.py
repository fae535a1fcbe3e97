"""The public pages of figures, and the staff's, from which one reaches the names."""

from niangjia.insights.views.cockpit import cockpit, cockpit_home, drill, names
from niangjia.insights.views.figures import (
    figure_change,
    figure_create,
    figure_detail,
    figure_list,
    figure_public,
    figure_publish,
)
from niangjia.insights.views.indicators import (
    indicator_change,
    indicator_confirm,
    indicator_create,
    indicator_detail,
    indicator_list,
    indicator_public,
    indicator_publish,
)
from niangjia.insights.views.reports import (
    period_approve,
    period_correct,
    period_create,
    period_detail,
    period_list,
    period_return,
    period_submit,
    target_list,
)

__all__ = [
    "cockpit",
    "cockpit_home",
    "drill",
    "figure_change",
    "figure_create",
    "figure_detail",
    "figure_list",
    "figure_public",
    "figure_publish",
    "indicator_change",
    "indicator_confirm",
    "indicator_create",
    "indicator_detail",
    "indicator_list",
    "indicator_public",
    "indicator_publish",
    "names",
    "period_approve",
    "period_correct",
    "period_create",
    "period_detail",
    "period_list",
    "period_return",
    "period_submit",
    "target_list",
]
