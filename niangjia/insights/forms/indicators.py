"""An indicator by choices: first what is counted over what, then which of them. Nobody types a definition."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.core.errors import Text
from niangjia.insights.definitions import NUMBER, OF, SUBJECTS, Column
from niangjia.insights.models import Indicator

SIDES: dict[str, Text] = {
    "numerator": pgettext_lazy("rate", "Counted"),
    "denominator": pgettext_lazy("rate", "Out of"),
}


class CountedForm(forms.Form):
    """What is counted, and over what."""

    counted = forms.ChoiceField(
        label=_("What is counted?"), choices=[(name, one.label) for name, one in SUBJECTS.items()]
    )
    over = forms.ChoiceField(
        label=_("Out of what?"),
        choices=[("", _("nothing: a plain number")), *((name, one.label) for name, one in SUBJECTS.items())],
        required=False,
    )


class IndicatorForm(forms.Form):
    """The words of an indicator, and for each side of the fraction which of them count."""

    name = forms.CharField(label=_("Name of the indicator"), max_length=60)
    code = forms.SlugField(
        label=pgettext_lazy("indicator", "Code"),
        max_length=40,
        help_text=_("Programs call it by this; it never changes."),
    )
    unit = forms.CharField(label=_("Counted in"), max_length=20)
    measure = forms.CharField(label=_("Measure"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    source = forms.CharField(
        label=_("Source of the denominator"),
        max_length=200,
        required=False,
        help_text=_("For example: social insurance, by the end of the year before."),
    )
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, initial=0)
    least_shown = forms.IntegerField(
        label=_("In public, hide numbers smaller than"), min_value=1, max_value=100, initial=3
    )

    def __init__(self, *args: Any, counted: str, over: str, indicator: Indicator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = {"numerator": counted} | ({"denominator": over} if over else {})
        for side, subject in self.subjects.items():
            for name, field in _fields(side, subject):
                self.fields[name] = field
        if not over or over == counted:
            self.fields["dimensions"] = _boxes(_("May be broken down by"), _dimensions(counted), str)
        if indicator:
            del self.fields["code"]
            self.initial = _shown(indicator)

    @property
    def words(self) -> dict[str, Any]:
        """What is told of the indicator, by the names that the services know."""
        plain = ("name", "unit", "measure", "source", "position", "least_shown")
        found = {name: self.cleaned_data[name] for name in plain}
        sides = {side: self._side(side, subject) for side, subject in self.subjects.items()}
        return {
            **found,
            "denominator": None,
            **sides,
            "dimensions": self.cleaned_data.get("dimensions", []),
        }

    def _side(self, side: str, subject: str) -> dict[str, Any]:
        chosen = {name: self.cleaned_data[f"{side}-{name}"] for name in SUBJECTS[subject].columns}
        where = {name: values for name, values in chosen.items() if values}
        return {"subject": subject, "of": self.cleaned_data.get(f"{side}-of") or NUMBER, "where": where}


def _fields(side: str, subject: str) -> Iterator[tuple[str, forms.Field]]:
    known = SUBJECTS[subject]
    names = {"side": SIDES[side], "subject": known.label}
    if len(known.of) > 1:
        label = _("%(side)s: of the %(subject)s") % names
        yield f"{side}-of", forms.ChoiceField(label=label, choices=[(of, OF[of]) for of in known.of])
    for name, column in known.columns.items():
        label = _("%(side)s: %(column)s of the %(subject)s") % {**names, "column": column.label}
        coerce = type(next(iter(column.choices)))
        yield f"{side}-{name}", _boxes(label, column, coerce, help_text=_("None chosen: all of them count."))


def _boxes(label: Any, column: Column, coerce: Any, **options: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, choices=list(column.choices.items()), coerce=coerce, empty_value=[], required=False,
        widget=forms.CheckboxSelectMultiple, **options,
    )  # fmt: skip


def _dimensions(subject: str) -> Column:
    known = SUBJECTS[subject]
    return Column("", {name: known.columns[name].label for name in known.dimensions})


def _shown(indicator: Indicator) -> dict[str, Any]:
    """The form as it was last filled in."""
    plain = ("name", "unit", "measure", "source", "position", "least_shown", "dimensions")
    found = {name: getattr(indicator, name) for name in plain}
    for side in SIDES:
        if data := getattr(indicator, side):
            found[f"{side}-of"] = data["of"]
            found |= {f"{side}-{name}": values for name, values in data["where"].items()}
    return found


class ConfirmingForm(forms.Form):
    by = forms.CharField(label=pgettext_lazy("measure", "Confirmed by"), max_length=100)
    on = forms.DateField(label=pgettext_lazy("measure", "Confirmed on"), widget=forms.DateInput)
