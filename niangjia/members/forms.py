"""What is said of a person on paper, as fields."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.coverage.models import Employer
from niangjia.members.models import MEMBER_TRANSITIONS, Member, MemberState, Occupation
from niangjia.org.models import Organization, OrganizationQuerySet

DUTY = [("", _("not known")), ("True", _("yes")), ("False", _("no"))]


class MemberForm(forms.Form):
    """The particulars of a person. On changing, the ID number stays as it is when its field is left empty."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60, help_text=_("As on the ID card."))
    id_number = forms.CharField(label=_("ID number"), max_length=30)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=30, required=False, help_text=_("With it the member logs in.")
    )
    joined_on = forms.DateField(label=_("Joined on"), required=False)
    employer = forms.ModelChoiceField(
        Employer.objects.none(), label=_("Employer"), required=False, empty_label=_("none")
    )
    occupation = forms.ModelChoiceField(
        Occupation.objects.none(), label=_("Occupation"), required=False, empty_label=_("none")
    )
    on_duty_festival = forms.TypedChoiceField(
        label=_("On duty over the Spring Festival"),
        choices=DUTY,
        required=False,
        coerce=lambda text: text == "True",
        empty_value=None,
    )
    home_address = forms.CharField(label=_("Home address"), max_length=200, required=False)

    def __init__(self, *args: Any, employers: Any, occupations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Employer]", self.fields["employer"]).queryset = employers
        cast("forms.ModelChoiceField[Occupation]", self.fields["occupation"]).queryset = occupations


class NewMemberForm(MemberForm):
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("Union"), empty_label=None)
    field_order = ("organization", "name", "id_number", "phone")

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["organization"]).queryset = units


class ChangeForm(MemberForm):
    """Sealed fields are not shown for changing: an empty one stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("id_number", "phone", "home_address"):
            self.fields[name].required = False
            self.fields[name].help_text = _("Leave it empty and it stays as it is.")

    @property
    def changes(self) -> dict[str, Any]:
        """The values to be written: of the sealed fields only what was filled in."""
        sealed = {"id_number", "phone", "home_address"}
        return {name: value for name, value in self.cleaned_data.items() if value or name not in sealed}


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(Organization.objects.none(), label=_("To which union"), empty_label=_("choose"))
    on = forms.DateField(label=_("From which day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["to"]).queryset = units


class StateForm(forms.Form):
    to = forms.ChoiceField(label=_("New state"))
    on = forms.DateField(label=_("From which day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = MEMBER_TRANSITIONS[MemberState(member.state)]
        choices = [(state.value, state.label) for state in MemberState if state in after]
        cast("forms.ChoiceField", self.fields["to"]).choices = choices


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("What do you need it for?"), max_length=200, help_text=_("The member can read this sentence.")
    )


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=_("What is wrong, and how should it read?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only your union reads it. It is stored encrypted."),
    )


class DecisionForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer to the member"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when the data stay as they are."),
    )
