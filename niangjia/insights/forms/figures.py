"""The words of a figure, and of what it is made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.core.access import Actor
from niangjia.insights.registry import Subject, computations
from niangjia.ui.choices import choose_from


class WordingForm(forms.Form):
    """How a figure is told."""

    title = forms.CharField(label=_("Title"), max_length=120)
    unit = forms.CharField(label=_("Counted in"), max_length=20)
    measure = forms.CharField(label=_("Measure"), max_length=300, widget=forms.Textarea({"rows": 3}))
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999)


class FigureForm(forms.Form):
    """A new figure: computed how, of what, and told how. Empty words follow the computation's."""

    computation = forms.ChoiceField(label=_("What is counted"))
    subject = forms.ChoiceField(label=_("Of which programme"))
    title = forms.CharField(
        label=_("Title"), max_length=120, required=False, help_text=_("Left empty, the usual words are taken.")
    )
    measure = forms.CharField(label=_("Measure"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects: dict[str, Subject] = {
            subject.code: subject for known in computations.values() for subject in known.subjects(actor)
        }
        choose_from(self, "computation", [(row.name, row.label) for row in computations.values()])
        choose_from(self, "subject", [(row.code, row.name) for row in self.subjects.values()])

    @property
    def chosen(self) -> Subject:
        return self.subjects[self.cleaned_data["subject"]]
