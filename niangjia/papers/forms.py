"""What is typed about papers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.papers.kinds import Wording


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        required=False,
        help_text=_("As in your register, for example 〔2026〕 3; empty for none."),
    )


class WordingForm(forms.Form):
    letterhead = forms.CharField(
        label=_("Letterhead"), max_length=60, required=False, help_text=_("Set in red atop the paper.")
    )
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    addressee = forms.CharField(label=_("Addressed to"), max_length=120, required=False)
    opening = forms.CharField(label=_("Opening"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    closing = forms.CharField(label=_("Closing"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    signatory = forms.CharField(label=_("Signed by"), max_length=120, required=False)

    @classmethod
    def showing(cls, words: Wording, data: Any = None) -> "WordingForm":
        names = ("letterhead", "title", "addressee", "opening", "closing", "signatory")
        return cls(data, initial={name: str(getattr(words, name)) for name in names})

    def words(self) -> Wording:
        return Wording(**self.cleaned_data)
