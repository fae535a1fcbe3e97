"""What officers fill in about figures, indicators, targets and reports."""

from niangjia.insights.forms.figures import FigureForm, WordingForm
from niangjia.insights.forms.indicators import ConfirmingForm, CountedForm, IndicatorForm
from niangjia.insights.forms.reports import AsOfForm, PeriodForm, ReasonForm, TargetsForm, YearForm

__all__ = [
    "AsOfForm",
    "ConfirmingForm",
    "CountedForm",
    "FigureForm",
    "IndicatorForm",
    "PeriodForm",
    "ReasonForm",
    "TargetsForm",
    "WordingForm",
    "YearForm",
]
