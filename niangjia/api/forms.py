"""The shape of a new token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.core.access import Actor
from niangjia.identity.permissions import registered
from niangjia.ui.choices import choose_from


class TokenForm(forms.Form):
    """What a program may do in one's name, and until when."""

    name = forms.CharField(
        label=_("What is it for"), max_length=80, help_text=_("For example: nightly copy to the data warehouse.")
    )
    permissions = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    expires_on = forms.DateField(label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(name, label) for name, label in sorted(registered.items()) if actor.paths(name)]
        choose_from(self, "permissions", held)
        self.fields["expires_on"].initial = timezone.localdate() + timedelta(days=90)
