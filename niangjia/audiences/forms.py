"""What officers fill in about rules and audiences; the conditions themselves stand in the builder."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import Audience, Rule, YearStart, ZodiacRule
from niangjia.org.models import Level, Organization
from niangjia.ui.choices import choose_from


class RuleForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the rule"),
        max_length=Rule._meta.get_field("name").max_length,
        help_text=_("What you will find it by, for example: Sending warmth 2026, online."),
    )


class UnitForm(forms.Form):
    """Of which unit the members are considered."""

    unit = forms.ModelChoiceField(
        label=_("For the members of"), queryset=Organization.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, units: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "unit", broad(units))


class AudienceForm(UnitForm):
    name = forms.CharField(label=_("Name of the audience"), max_length=Audience._meta.get_field("name").max_length)
    rule = forms.ModelChoiceField(label=_("Rule"), queryset=Rule.objects.none(), empty_label=_("choose one"))
    field_order = ("name", "rule", "unit")

    def __init__(self, *args: Any, rules: QuerySet[Rule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "rule", rules)


class ZodiacForm(forms.Form):
    year_start = forms.ChoiceField(
        label=_("The year of an animal begins with"), choices=YearStart.choices, widget=forms.RadioSelect
    )
    valid_from = forms.DateField(label=_("From this day on"), widget=forms.DateInput)
    source = forms.CharField(label=_("By which decision"), max_length=ZodiacRule._meta.get_field("source").max_length)


def broad(units: QuerySet[Organization]) -> QuerySet[Organization]:
    """Units that stand for others too; a primary union is chosen only by its own officer, who has nothing broader."""
    above = units.exclude(level__in=[Level.PRIMARY, Level.PART])
    return above if above.exists() else units
