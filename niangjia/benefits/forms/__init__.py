"""What is typed about programmes, and how their gifts find their people."""

from niangjia.benefits.forms.allocation import (
    AllocationForm,
    CountForm,
    LimitsForm,
    ShareForm,
    ShareTemplateForm,
)
from niangjia.benefits.forms.programmes import (
    AudienceForm,
    BasicsForm,
    DeskForm,
    GiftForm,
    GoodsForm,
    LimitForm,
    PersonForm,
    ReasonForm,
    RehearsalForm,
    SheetForm,
    SignedForm,
    SplitForm,
    TimesForm,
)

__all__ = [
    "AllocationForm",
    "AudienceForm",
    "BasicsForm",
    "CountForm",
    "DeskForm",
    "GiftForm",
    "GoodsForm",
    "LimitForm",
    "LimitsForm",
    "PersonForm",
    "ReasonForm",
    "RehearsalForm",
    "ShareForm",
    "ShareTemplateForm",
    "SheetForm",
    "SignedForm",
    "SplitForm",
    "TimesForm",
]
