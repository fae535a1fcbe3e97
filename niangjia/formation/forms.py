"""What is typed about foundings, elections, terms and rules."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from niangjia.formation.models import (
    BANDED,
    FRACTIONS,
    Election,
    Founding,
    Outcome,
    PostKind,
    RuleName,
    RuleRow,
    Side,
    VoteBasis,
)
from niangjia.formation.models.cases import FOUNDABLE
from niangjia.formation.services import Band, ElectionPlan, PostPlan, Proposal, Stood
from niangjia.org.models import Level, Organization, OrganizationQuerySet

PLAIN = {"autocomplete": "off"}
CODE = RegexValidator(r"^[\w.-]+\Z", _("Letters, digits, and . - _ only."))
LARGEST = 2**31 - 1
ROWS = 6  # empty lines for candidates and posts; a button brings as many more
NUMBER = _("Document number")
NUMBER_HELP = _("As in your register, for example 〔2026〕 3; empty for none.")


def count(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=options.pop("min_value", 0), max_value=LARGEST, **options)


class Step(forms.Form):
    """A step without anything to fill in."""


class ProposalForm(forms.Form):
    """What is said of a union before it is there."""

    name = forms.CharField(label=_("Full name of the union"), max_length=120, widget=forms.TextInput(attrs=PLAIN))
    kind = forms.ChoiceField(label=_("Kind of unit"), choices=[(kind.value, kind.label) for kind in FOUNDABLE])
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, initial=Level.PRIMARY)
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        validators=[CODE],
        widget=forms.TextInput(attrs=PLAIN | {"autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("The unit will have it for good: rules, rosters and programs call it by it."),
    )
    employers = forms.CharField(
        label=_("Employers concerned"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("One on each line, with the full name."),
    )
    workers = count(_("Number of workers"))
    women = count(_("Women among them"), initial=0)
    willing = count(_("Willing to join"))
    contact = forms.CharField(
        label=_("Contact"), max_length=120, required=False, help_text=_("Name and phone of the preparatory group.")
    )

    def clean_employers(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["employers"].splitlines() if line.strip()]
        if any(len(name) > 120 for name in names):
            raise forms.ValidationError(_("The name of an employer has at most 120 characters."))
        return list(dict.fromkeys(names))

    def proposal(self) -> Proposal:
        names = Proposal.__dataclass_fields__
        return Proposal(**{name: value for name, value in self.cleaned_data.items() if name in names})

    @staticmethod
    def shown(founding: Founding) -> dict[str, Any]:
        told = {name: getattr(founding, name) for name in Proposal.__dataclass_fields__}
        return told | {"employers": "\n".join(founding.employers)}


class NewFoundingForm(ProposalForm):
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Union above, which decides"), empty_label=None
    )
    field_order = ("organization",)

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["organization"]).queryset = units


class TalkForm(forms.Form):
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices)
    on = forms.DateField(label=_("Day"))
    who = forms.CharField(label=_("Talked to"), max_length=120, help_text=_("Name and office."))
    outcome = forms.ChoiceField(label=_("What came of it"), choices=Outcome.choices)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class NumberedForm(forms.Form):
    """A decision, which goes out as a paper with a number."""

    number = forms.CharField(label=NUMBER, max_length=60, required=False, help_text=NUMBER_HELP)


def offer_number(form: forms.BaseForm, *, may: bool) -> None:
    """Take the field of the document number away from who may not number papers."""
    if not may:
        form.fields.pop("number", None)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reasons"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RefusalForm(ReasonForm, NumberedForm):
    field_order = ("reason", "number")


class RegistrationForm(NumberedForm):
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=30, help_text=_("Of a primary union it begins with 81.")
    )
    certificate_on = forms.DateField(label=_("Day of the certificate"))
    field_order = ("credit_code", "certificate_on", "number")


class RenewalForm(forms.Form):
    planned_on = forms.DateField(label=_("Intended day of the election"))
    note = forms.CharField(
        label=_("Further explanation"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


# Elections --------------------------------------------------------------------------------------------------------
class Line(forms.Form):
    """One of several lines: nothing in ``leading`` means that it is empty, whatever else stands in it."""

    leading: tuple[str, ...] = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label  # the heads of the columns stand far from the lines

    def has_changed(self) -> bool:
        return any(str(self[name].data or "").strip() for name in self.leading)


class CandidateForm(Line):
    leading = ("name", "votes")
    name = forms.CharField(label=_("Full name"), max_length=60, widget=forms.TextInput(attrs=PLAIN))
    post = forms.ChoiceField(label=_("Post"), choices=PostKind.choices, initial=PostKind.MEMBER)
    votes = count(_("Votes"))
    elected = forms.BooleanField(label=pgettext_lazy("candidate", "Elected"), required=False)


CandidateRows = formset_factory(CandidateForm, extra=0, max_num=200, absolute_max=200)


class ElectionForm(forms.Form):
    """The meeting, and below it the candidates in lines of their own; ``more`` asks for further empty lines."""

    held_on = forms.DateField(label=_("Day of the election"))
    members = count(_("Members in all"), min_value=1)
    women = count(_("Women among them"), initial=0)
    by_delegates = forms.BooleanField(label=_("A congress of delegates elected"), required=False)
    due = count(_("Due to attend"), min_value=1)
    attending = count(_("Attended"), min_value=1)
    basis = forms.ChoiceField(label=_("More than half of"), choices=VoteBasis.choices)
    seats_committee = count(_("Seats of the committee"), min_value=1)
    seats_audit = count(_("Seats of the audit committee"), initial=0)
    seats_women = count(_("Seats of the women's committee"), initial=0)
    years = forms.IntegerField(label=_("Years of the term"), min_value=1, max_value=10)
    secret = forms.BooleanField(label=_("The ballot was secret"), required=False, initial=True)
    no_relatives = forms.BooleanField(
        label=_("No near relative of the employer's head stood for the committee"), required=False
    )

    def __init__(self, data: Any = None, *, prefix: str | None = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, prefix=prefix, initial=initial)
        stood = (initial or {}).get("candidates", [])
        self.candidates = _lines(CandidateRows, data, f"{prefix}-c", stood)

    def is_valid(self) -> bool:
        own, lines = super().is_valid(), self.candidates.is_valid()
        return own and lines

    def more(self) -> "ElectionForm":
        """The same as typed, with more empty lines, and nothing said of what is missing."""
        told = {name: self[name].data for name in self.fields}
        stood = [{name: line[name].data for name in line.fields} for line in self.candidates.forms]
        told["candidates"] = [line for line in stood if line["name"]]
        return ElectionForm(prefix=self.prefix, initial=told)

    def plan(self) -> ElectionPlan:
        told = {name: value for name, value in self.cleaned_data.items() if name in ElectionPlan.__dataclass_fields__}
        stood = [Stood(**line.cleaned_data) for line in self.candidates if line.cleaned_data.get("name")]
        return ElectionPlan(**told, candidates=stood)

    @staticmethod
    def shown(election: Election | None) -> dict[str, Any]:
        if election is None:
            return {}
        told = {name: getattr(election, name) for name in ElectionPlan.__dataclass_fields__ if name != "candidates"}
        stood = [
            {name: getattr(one, name) for name in Stood.__dataclass_fields__} for one in election.candidates.all()
        ]
        return told | {"candidates": stood}


def _lines(kind: "type[BaseFormSet[Any]]", data: Any, prefix: str, shown: list[dict[str, Any]]) -> "BaseFormSet[Any]":
    """Lines that may stay empty: those already filled, and some more."""
    if data is not None:
        lines = kind(data, prefix=prefix)
    else:
        lines = kind(prefix=prefix, initial=shown)
        lines.extra = ROWS
    for line in lines.forms:
        line.empty_permitted, line.use_required_attribute = True, False
    return lines


# Terms ------------------------------------------------------------------------------------------------------------
class PostLineForm(Line):
    name = forms.CharField(label=_("Full name"), max_length=60, widget=forms.TextInput(attrs=PLAIN))
    kind = forms.ChoiceField(label=_("Post"), choices=PostKind.choices, initial=PostKind.MEMBER)


PostRows = formset_factory(PostLineForm, extra=0, max_num=100, absolute_max=100)


class TermForm(forms.Form):
    """The running term of a union that was elected before this house, with who holds its posts."""

    starts_on = forms.DateField(label=_("Day of the last election"))
    years = forms.IntegerField(label=_("Years of the term"), min_value=1, max_value=10)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.posts = _lines(PostRows, data, "p", [])

    def is_valid(self) -> bool:
        own, lines = super().is_valid(), self.posts.is_valid()
        return own and lines

    def plans(self) -> list[PostPlan]:
        return [PostPlan(**line.cleaned_data) for line in self.posts if line.cleaned_data.get("name")]


class PostForm(PostLineForm):
    valid_from = forms.DateField(label=_("Held since"))


class PostEndForm(ReasonForm):
    on = forms.DateField(label=_("Left the post on"))
    field_order = ("on", "reason")


class PostponementForm(ReasonForm):
    until = forms.DateField(label=_("Hold the re-election by"))
    field_order = ("until", "reason")


class PostponementDecisionForm(NumberedForm):
    grant = forms.ChoiceField(
        label=_("What is decided"),
        choices=[("yes", _("Grant it")), ("no", _("Do not grant it"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed if it is not granted."),
    )
    field_order = ("grant", "reason", "number")


class DeadlineForm(NumberedForm):
    deadline = forms.DateField(label=_("Hold the re-election by"))
    field_order = ("deadline", "number")


# Rules ------------------------------------------------------------------------------------------------------------
class BandForm(Line):
    leading = ("least",)
    from_members = count(_("From so many members on"))
    least = count(_("At least"))
    most = count(_("Not more than"), required=False)
    per = count(_("Divided by"), min_value=1, initial=1)

    def __init__(self, *args: Any, rule: RuleName, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule not in BANDED:
            del self.fields["from_members"]
        if rule not in FRACTIONS:
            del self.fields["per"]
        else:
            del self.fields["most"]


BandRows = formset_factory(BandForm, extra=0, max_num=30, absolute_max=30)


class RuleForm(forms.Form):
    """A whole rule from a day on; a rule by number of members has a line for each band."""

    valid_from = forms.DateField(label=_("Holds from"))
    source = forms.CharField(
        label=_("Rule it comes from"), max_length=200, help_text=_("Name and number of the document.")
    )

    def __init__(self, data: Any = None, *, rule: RuleName, now: list[RuleRow]) -> None:
        super().__init__(data)
        shown = [{name: getattr(row, name) for name in ("from_members", "least", "most", "per")} for row in now]
        options: dict[str, Any] = {"form_kwargs": {"rule": rule}, "prefix": "b"}
        if data is None:
            self.bands = BandRows(initial=shown or [{}], **options)
            self.bands.extra = 2 if rule in BANDED else 0
        else:
            self.bands = BandRows(data, **options)
        for place, line in enumerate(self.bands.forms):
            line.empty_permitted, line.use_required_attribute = place > 0, False

    def is_valid(self) -> bool:
        own, lines = super().is_valid(), self.bands.is_valid()
        return own and lines

    def plan(self) -> list[Band]:
        return [Band(**line.cleaned_data) for line in self.bands if line.cleaned_data.get("least") is not None]


def lines_said(lines: "BaseFormSet[Any]") -> list[str]:
    """What is wrong with lines, each with its number, for the summary atop the form."""
    found = []
    for number, line in enumerate(lines.forms, start=1):
        for name, errors in line.errors.items():
            label = line.fields[name].label if name in line.fields else ""
            found += [
                gettext("Line %(n)s, %(field)s: %(error)s") % {"n": number, "field": label, "error": e} for e in errors
            ]
    return found
