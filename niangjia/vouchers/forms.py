"""What the helper types, and what a service point is."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.org.models import Organization
from niangjia.vouchers.models import ServicePoint


class CodeForm(forms.Form):
    """A short code as typed, or what the camera read; and where the helper stands."""

    point = forms.ModelChoiceField(ServicePoint.objects.none(), label=_("Where you hand out"), required=False)
    code = forms.CharField(
        label=pgettext_lazy("voucher", "Code"),
        max_length=400,
        help_text=_("The eight characters below the QR code. Capitals, spaces and O for 0 do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, points: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[ServicePoint]", self.fields["point"])
        field.queryset = points
        field.empty_label = _("Choose the place")
        field.required = points.exists()


class ReasonForm(forms.Form):
    """Why a hand-over is undone."""

    reason = forms.CharField(label=_("Why it is undone"), max_length=300)


class PointForm(forms.ModelForm):  # type: ignore[type-arg]  # it cannot be subscripted at run time
    """A service point."""

    class Meta:
        model = ServicePoint
        fields = ["name", "address", "hours", "phone", "is_open"]
        labels = {
            "name": _("Name of the place"),
            "address": _("Address"),
            "hours": _("Opening hours"),
            "phone": _("Phone"),
            "is_open": _("Gifts are handed over here"),
        }


class NewPointForm(PointForm):
    """A place, and the unit it belongs to."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("Unit"), empty_label=_("choose one"))
    field_order = ["organization", "name", "address", "hours", "phone"]

    class Meta(PointForm.Meta):
        fields = ["name", "address", "hours", "phone"]

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Organization]", self.fields["organization"])
        field.queryset = units
