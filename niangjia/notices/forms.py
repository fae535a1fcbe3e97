"""What people write to the union, and what officers write to everybody."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.notices.models import FeedbackKind
from niangjia.org.models import Organization, OrganizationQuerySet


class NoticeForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)
    body = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("An empty line begins a new paragraph."),
    )
    until = forms.DateField(label=_("Last day"), required=False, help_text=_("Empty: until it is withdrawn."))


class NewNoticeForm(NoticeForm):
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("In the name of"), empty_label=None)
    field_order = ("organization", "title", "body", "until")

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["organization"]).queryset = units


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is it?"), choices=FeedbackKind.choices, widget=forms.RadioSelect)
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("To which union?"), help_text=_("If you are not sure, leave it as it is.")
    )
    text = forms.CharField(
        label=_("What happened, or what do you suggest?"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    name = forms.CharField(label=_("Your name"), max_length=60, required=False)
    contact = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=100,
        required=False,
        help_text=_("Only if we may contact you. It is stored encrypted."),
    )

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Organization]", self.fields["organization"])
        field.queryset, field.empty_label = units, None


class AnswerForm(forms.Form):
    reply = forms.CharField(
        label=_("Answer"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("The writer reads it as you write it here."),
    )
