"""What is typed about how the gifts of a programme find their people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.audiences import queries as audiences
from niangjia.audiences.models import Rule
from niangjia.benefits.forms.programmes import MOST
from niangjia.benefits.models import Programme
from niangjia.benefits.services import ShareTemplate, kinds
from niangjia.benefits.services.allocating import MONTHS
from niangjia.bookings.models import Allocation, Limit, Method, Pack, Share, Who
from niangjia.bookings.services import AllocationPlan, SharePlan
from niangjia.members.models import Group
from niangjia.org.models import Organization
from niangjia.ui.choices import choose_from


class LimitsForm(forms.Form):
    """All that there is to choose where nothing can be booked."""

    limits = forms.ModelMultipleChoiceField(
        label=_("Limits"),
        queryset=Limit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each counts over all programmes that name it."),
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "limits", limits_above(programme))

    @staticmethod
    def shown(found: Allocation) -> dict[str, Any]:
        return {"limits": list(found.limits.all())}

    def plan(self, shares: list[SharePlan]) -> AllocationPlan:
        return AllocationPlan(method="", waiting_list=False, shares=shares, limits=self.cleaned_data["limits"])


class AllocationForm(LimitsForm):
    method = forms.ChoiceField(
        label=_("How are the gifts allocated?"),
        choices=[(Method.DRAW, Method.DRAW.label), (Method.FIRST_COME, Method.FIRST_COME.label)],
        widget=forms.RadioSelect,
    )
    value_name = forms.CharField(
        label=_("For a draw: the public value that is mixed in"),
        max_length=200,
        required=False,
        help_text=_("Something that nobody knows before entries close: the result of an official lottery, say."),
    )
    value_due_at = forms.DateTimeField(label=_("For a draw: when it becomes known"), required=False)
    waiting_list = forms.BooleanField(
        label=_("Keep a waiting list when everything is booked"), required=False, initial=True
    )
    answer_hours = forms.IntegerField(
        label=_("Hours to accept, for who is drawn or whose turn has come"), min_value=1, max_value=240, initial=24
    )
    release_at = forms.DateTimeField(
        label=_("What is not collected goes to the next from"),
        required=False,
        help_text=_("Empty: it is kept until collection ends."),
    )
    pack = forms.ChoiceField(
        label=_("One booking is for"), choices=Pack.choices, widget=forms.RadioSelect, initial=Pack.ONE
    )
    pack_most = forms.IntegerField(
        label=_("For a household: gifts at most"), min_value=1, max_value=20, initial=4, required=False
    )

    @staticmethod
    def shown(found: Allocation) -> dict[str, Any]:
        names = ("method", "value_name", "value_due_at", "waiting_list", "answer_hours", "release_at", "pack",
                 "pack_most")  # fmt: skip
        return LimitsForm.shown(found) | {name: getattr(found, name) for name in names}

    def plan(self, shares: list[SharePlan]) -> AllocationPlan:
        chosen = dict(self.cleaned_data)
        most = chosen.pop("pack_most") if chosen["pack"] == Pack.HOUSEHOLD else 1
        return AllocationPlan(**(chosen | {"pack_most": most or 1, "shares": shares}))


def limits_above(programme: Programme) -> Any:
    """The limits of the programme's own unit and of those above it."""
    labels = programme.organization_path.rstrip(".").split(".")
    above = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    return Limit.objects.filter(organization_path__in=above)


class ShareForm(forms.Form):
    name = forms.CharField(label=_("For whom, in a few words"), max_length=60)
    rule = forms.ModelChoiceField(label=_("By which rule"), queryset=Rule.objects.none(), empty_label=_("choose one"))
    quantity = forms.IntegerField(label=_("Number of gifts"), min_value=1, max_value=MOST)
    flows_at = forms.DateTimeField(
        label=_("Unused ones are for everybody from"), required=False, help_text=_("Empty: when booking closes.")
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = Rule.objects.filter(organization=programme.organization_id).order_by("name")
        choose_from(self, "rule", rules)

    @staticmethod
    def shown(share: Share) -> dict[str, Any]:
        return {"name": share.name, "rule": share.rule_version.rule_id, "quantity": share.quantity,
                "flows_at": share.flows_at}  # fmt: skip

    def plan(self) -> SharePlan:
        chosen = dict(self.cleaned_data)
        return SharePlan(rule_version=audiences.latest(chosen.pop("rule")), **chosen)


class ShareTemplateForm(forms.Form):
    kind = forms.ChoiceField(label=_("A further share, for"), choices=())
    unit = forms.ModelChoiceField(
        label=_("Union"), queryset=Organization.objects.none(), required=False, empty_label=_("choose one")
    )
    group = forms.ChoiceField(
        label=_("Front-line group"), choices=[("", _("choose one")), *Group.choices], required=False
    )
    months = forms.IntegerField(
        label=_("Months without a gift"), min_value=1, max_value=120, initial=12, required=False
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "kind", [(kind.value, kind.label) for kind in kinds()])
        below = Organization.objects.live().filter(path__startswith=programme.organization_path).order_by("path")
        choose_from(self, "unit", below.exclude(pk=programme.organization_id))

    def template(self) -> ShareTemplate:
        chosen = self.cleaned_data
        return ShareTemplate(**(chosen | {"months": chosen["months"] or MONTHS}))


class CountForm(forms.Form):
    """A limit of what people are given, counted in pieces."""

    name = forms.CharField(label=_("Name of the limit"), max_length=80, help_text=_("As people will read it."))
    who = forms.ChoiceField(label=_("Counted for"), choices=Who.choices)
    most = forms.IntegerField(label=_("Gifts at most"), min_value=1, max_value=1_000, initial=1)
