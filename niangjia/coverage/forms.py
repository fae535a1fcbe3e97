"""What is said of an employer."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.coverage.models import Ownership
from niangjia.org.models import Organization, OrganizationQuerySet


class EmployerForm(forms.Form):
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Union that covers it"), empty_label=None
    )
    name = forms.CharField(label=_("Name of the employer"), max_length=120)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=30, required=False)
    ownership = forms.ChoiceField(
        label=_("Ownership"), choices=[("", _("not known")), *Ownership.choices], required=False
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    workers = forms.IntegerField(label=_("Number of workers"), min_value=0, required=False)

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["organization"]).queryset = units
