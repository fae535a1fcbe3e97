"""What officers fill in about employers and workplaces."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.coverage.models import (
    Employer,
    Ownership,
    PlaceKind,
    ReachedHow,
    Source,
    Status,
    Workplace,
)
from niangjia.coverage.worklist import Mood, Side, TaskState
from niangjia.identity.models import User
from niangjia.org.models import Organization, OrganizationQuerySet
from niangjia.ui.choices import choose_from

UNKNOWN = ("", _("not known"))
TODAY = _("Empty: today.")


def _choose(form: forms.Form, name: str, rows: "QuerySet[Any]") -> None:
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


class Facts(forms.Form):
    """What is said of an employer that enters and one that changes alike."""

    name = forms.CharField(label=_("Name of the employer"), max_length=120)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=30, required=False)
    ownership = forms.ChoiceField(label=_("Ownership"), choices=[UNKNOWN, *Ownership.choices], required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    workers = forms.IntegerField(label=_("Number of workers"), min_value=0, required=False)


class EmployerForm(Facts):
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("In the area of"),
        empty_label=None,
        help_text=_("A primary union covers whoever is entered at it; at a federation, nobody is covered yet."),
    )
    field_order = ("organization",)

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "organization", units)


class ChangeForm(Facts):
    """Everything that may change, and since when."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("In the area of"), empty_label=None)
    industry = forms.CharField(label=_("Industry"), max_length=2, required=False)
    workers_on = forms.DateField(label=_("Counted on"), required=False)
    workers_source = forms.ChoiceField(
        label=_("Source of the number"), choices=[UNKNOWN, *Source.choices], required=False
    )
    dispatched = forms.IntegerField(label=_("Of these, dispatched workers"), min_value=0, required=False)
    new_employment = forms.IntegerField(label=_("Of these, new-employment-form workers"), min_value=0, required=False)
    party_organization = forms.CharField(label=_("Party organisation"), max_length=120, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Phone of the contact"), max_length=30, required=False)
    on = forms.DateField(label=pgettext_lazy("validity", "Since"), required=False, help_text=TODAY)
    field_order = (
        "on", "name", "organization", "credit_code", "ownership", "industry", "workers", "workers_on",
        "workers_source", "dispatched", "new_employment", "address",
    )  # fmt: skip

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "organization", units)

    @classmethod
    def shown(cls, employer: Employer) -> dict[str, Any]:
        return {name: getattr(employer, name) for name in cls.base_fields if name != "on"}


class DayForm(forms.Form):
    on = forms.DateField(label=pgettext_lazy("validity", "Since"), required=False, help_text=TODAY)


class OnlyDayForm(forms.Form):
    on = forms.DateField(label=pgettext_lazy("validity", "Since"))


class EndForm(OnlyDayForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class CloseForm(OnlyDayForm):
    status = forms.ChoiceField(label=_("What it is now"), choices=[(Status.CLOSED, Status.CLOSED.label),
                                                                  (Status.SHELL, Status.SHELL.label)])  # fmt: skip


class CoverForm(DayForm):
    by = forms.ModelChoiceField(Organization.objects.none(), label=_("Covering union"), empty_label=_("choose"))
    field_order = ("by", "on")

    def __init__(self, *args: Any, unions: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "by", unions)


class PlaceForm(DayForm):
    inside = forms.ModelChoiceField(
        Workplace.objects.none(), label=_("Workplace"), empty_label=_("in none"), required=False
    )
    field_order = ("inside", "on")

    def __init__(self, *args: Any, places: "QuerySet[Workplace]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "inside", places)


class WorkplaceForm(DayForm):
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("In the area of"), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind of workplace"), choices=PlaceKind.choices)
    name = forms.CharField(label=_("Name of the workplace"), max_length=120)
    code = forms.CharField(label=_("Code of the workplace"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    field_order = ("kind", "name", "organization", "code", "address", "on")

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "organization", units)


class ReachForm(DayForm):
    by = forms.ModelChoiceField(Organization.objects.none(), label=_("Covering union"), empty_label=_("choose"))
    how = forms.ChoiceField(label=_("How it is reached"), choices=ReachedHow.choices)
    field_order = ("by", "how", "on")

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "by", units)


class MomentForm(forms.Form):
    """Of which day, and as known on which day."""

    on = forms.DateField(label=_("On the day"), required=False)
    known_on = forms.DateField(label=_("As known on"), required=False)


# The work list ------------------------------------------------------------------------------------------------------
class TaskForm(forms.Form):
    indicator = forms.ChoiceField(label=_("For which rate"))
    officer = forms.ModelChoiceField(User.objects.none(), label=_("Officer"), empty_label=None)
    due_on = forms.DateField(label=_("Until"), widget=forms.DateInput)

    def __init__(self, *args: Any, purposes: Any, officers: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "officer", officers)
        choose_from(self, "indicator", list(purposes.items()))


class TalkForm(forms.Form):
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices, widget=forms.RadioSelect)
    on = forms.DateField(label=_("Day of the talk"), widget=forms.DateInput)
    who = forms.CharField(label=_("With whom"), max_length=60, help_text=_("Their post is enough."))
    mood = forms.ChoiceField(label=_("They are"), choices=Mood.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What was said"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class EndTaskForm(forms.Form):
    state = forms.ChoiceField(
        label=_("What came of it"),
        choices=[choice for choice in TaskState.choices if choice[0] != TaskState.OPEN],
        widget=forms.RadioSelect,
    )
    outcome = forms.CharField(
        label=_("In a few words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
