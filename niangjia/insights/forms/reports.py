"""Of which day a page speaks; what a unit aims at; what it reports."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.insights.models import Indicator
from niangjia.insights.queries.readings import AsOf
from niangjia.org.models import Organization, OrganizationQuerySet
from niangjia.ui.choices import choose_from

MONTHS = [("12", _("12 months")), ("60", _("5 years"))]


class AsOfForm(forms.Form):
    """The questions one puts to the cockpit; whatever is left empty means now."""

    code = forms.ChoiceField(label=_("Indicator"), required=False)
    on = forms.DateField(label=_("On the day"), required=False, widget=forms.DateInput)
    known_on = forms.DateField(label=_("As known on"), required=False, widget=forms.DateInput)
    months = forms.ChoiceField(label=_("Trend"), choices=MONTHS, required=False)

    def __init__(self, *args: Any, indicators: Iterable[Indicator], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        choose_from(self, "code", [(one.code, one.name) for one in indicators])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        on, known_on = found.get("on"), found.get("known_on")
        for name, day in (("on", on), ("known_on", known_on)):
            if day and day > self.today:
                self.add_error(name, _("This day is still to come."))
        if on and known_on and on > known_on:
            self.add_error("known_on", _("Nobody could know then what was so on a later day."))
        return found

    @property
    def as_of(self) -> AsOf:
        """Today's figures where a wrong or no day is named."""
        if not self.is_valid():
            return AsOf()
        on, known_on = self.cleaned_data["on"], self.cleaned_data["known_on"]
        return AsOf(None if on == self.today else on, None if known_on == self.today else known_on)

    @property
    def code_chosen(self) -> str:
        return self.cleaned_data.get("code", "") if self.is_bound and not self.errors.get("code") else ""

    @property
    def months_chosen(self) -> int:
        return int(self.cleaned_data.get("months") or 12) if self.is_bound and not self.errors else 12


class YearForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


class TargetsForm(forms.Form):
    """One percentage for each rate; what is left empty has no target."""

    def __init__(
        self, *args: Any, indicators: Iterable[Indicator], given: Mapping[Any, Decimal], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for one in indicators:
            self.fields[one.code] = forms.DecimalField(
                label=one.name, min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False,
                initial=given.get(one.pk), help_text=_("in percent"),
            )  # fmt: skip


class PeriodForm(forms.Form):
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("Unit"), empty_label=None)
    ends_on = forms.DateField(label=_("Figures of the day"), widget=forms.DateInput)

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["organization"]).queryset = units


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
