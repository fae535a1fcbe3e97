"""What officers fill in about units."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.org import positions
from niangjia.org.models import Kind, Level, Organization
from niangjia.org.positions import Position

PLAIN = {"autocomplete": "off"}
CODE = RegexValidator(r"^[\w.-]+\Z", _("Letters, digits, and . - _ only."))


def _written(position: Position) -> str:
    return f"{position.level}:{position.kind}"


class UnitForm(forms.Form):
    """What is said of a unit; of kinds, only those that may hang under ``above``."""

    name = forms.CharField(
        label=pgettext_lazy("unit", "Full name"), max_length=120, widget=forms.TextInput(attrs=PLAIN)
    )
    short_name = forms.CharField(
        label=_("Short name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("As lists show it. Empty: the full name."),
    )
    position = forms.ChoiceField(label=_("Level and kind"))
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"} | PLAIN)
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False, widget=forms.TextInput(attrs=PLAIN))
    opened_on = forms.DateField(label=_("Founded on"), required=False)

    def __init__(self, *args: Any, above: Organization | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = positions.below(positions.of(above)) if above else positions.POSITIONS
        field = cast("forms.ChoiceField", self.fields["position"])
        field.choices = [("", _("Choose a level and a kind"))]
        field.choices += [(_written(one), f"{one.level.label} · {one.kind.label}") for one in found]

    def clean(self) -> dict[str, Any]:
        """The chosen position as the two fields that it stands for."""
        data = super().clean() or {}
        if chosen := data.pop("position", ""):
            level, _colon, kind = chosen.partition(":")
            data |= {"level": Level(level), "kind": Kind(kind)}
        return data

    @staticmethod
    def shown(unit: Organization) -> dict[str, Any]:
        names = ("name", "short_name", "phone", "address", "opened_on")
        return {name: getattr(unit, name) for name in names} | {"position": _written(positions.of(unit))}


class NewUnitForm(UnitForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        validators=[CODE],
        widget=forms.TextInput(attrs=PLAIN | {"autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("It never changes: rules, rosters and programs call the unit by it, and lists are in its order."),
    )
    field_order = ("name", "short_name", "position", "code", "phone", "address", "opened_on")

    def __init__(self, *args: Any, above: Organization, **kwargs: Any) -> None:
        super().__init__(*args, above=above, **kwargs)
        self.fields["code"].initial = f"{above.code}-"


class ClosingForm(forms.Form):
    on = forms.DateField(label=_("Closed on"), help_text=_("The day on which the union was dissolved."))
