"""What is typed about programmes; prices in yuan, kept in fen."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import Audience
from niangjia.benefits.models import FrontLine, Gift, LimitKind, MoneySource, Occasion, Programme, Split
from niangjia.benefits.services import GiftPlan, SplitPlan
from niangjia.org.models import Organization
from niangjia.ui.choices import choose_from
from niangjia.vouchers.models import ServicePoint

FEN = 100
MOST = 1_000_000


class YuanField(forms.DecimalField):
    """An amount typed in yuan; its value is whole fen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=11, decimal_places=2, min_value=Decimal("0.01"), **kwargs)

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount * FEN)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / FEN if isinstance(value, int) else value


def counted(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, **kwargs)


class BasicsForm(forms.Form):
    organization = forms.ModelChoiceField(
        label=_("Carried out by"), queryset=Organization.objects.none(), empty_label=None
    )
    name = forms.CharField(label=_("Name of the programme"), max_length=80)
    occasion = forms.ChoiceField(label=_("Occasion"), choices=Occasion.choices)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences; they stand atop the public notice."),
    )
    rules_text = forms.CharField(
        label=_("Further rules, in words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the conditions do not say: what to bring along, who may collect for somebody."),
    )
    contact_phone = forms.CharField(
        label=_("Telephone for questions"), max_length=30, help_text=_("It stands in every refusal.")
    )
    one_per_person = forms.BooleanField(
        label=_("One gift per person, whether online or offline"), required=False, initial=True
    )

    def __init__(self, *args: Any, units: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (for the types)
        keys = [unit.pk for unit in units]
        field.queryset = Organization.objects.filter(pk__in=keys)
        if len(keys) == 1:
            field.initial, field.widget = keys[0], forms.HiddenInput()

    @staticmethod
    def shown(programme: Programme) -> dict[str, Any]:
        names = ("name", "occasion", "year", "purpose", "rules_text", "contact_phone", "one_per_person")
        return {"organization": programme.organization_id} | {name: getattr(programme, name) for name in names}


class GiftForm(forms.Form):
    name = forms.CharField(label=_("Name of the gift"), max_length=60)
    unit = forms.CharField(label=_("Counted in"), max_length=10, initial="份", help_text=_("As in “3 boxes”."))
    contents = forms.CharField(
        label=_("What is in it"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One thing in each line, with its amount."),
    )
    unit_price = YuanField(label=_("Price of one, in yuan"))
    money_source = forms.ChoiceField(label=_("Paid from"), choices=MoneySource.choices)
    quantity_online = counted(_("Pieces to be booked online"), initial=0)
    protected = counted(
        _("Of these, kept for people without a phone"),
        initial=0,
        help_text=_("Only booked by helpers for somebody; what is left of it when booking closes is free again."),
    )
    quantity_offline = counted(_("Pieces to be handed out offline"), initial=0)

    @staticmethod
    def shown(gift: Gift) -> dict[str, Any]:
        names = ("contents", "unit_price", "money_source", "quantity_online", "protected", "quantity_offline")
        return {"name": gift.item.name, "unit": gift.item.unit} | {name: getattr(gift, name) for name in names}

    def plan(self) -> GiftPlan:
        return GiftPlan(**self.cleaned_data)


class PointsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # only generic for the checker
    """Places by name and address: two stations of one name are told apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.address}"


class TimesForm(forms.Form):
    opens_at = forms.DateTimeField(label=_("Booking opens"), required=False)
    closes_at = forms.DateTimeField(label=_("Booking closes"), required=False)
    cancel_until = forms.DateTimeField(
        label=_("Cancelling possible until"), required=False, help_text=_("Empty: until booking closes.")
    )
    collect_from = forms.DateTimeField(label=_("Collection from"), required=False)
    collect_until = forms.DateTimeField(label=_("Collection until"), required=False)
    points = PointsField(
        label=_("Places of collection"),
        queryset=ServicePoint.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        names = ("opens_at", "closes_at", "cancel_until", "collect_from", "collect_until")
        initial = {name: getattr(programme, name) for name in names}
        kwargs.setdefault("initial", initial | {"points": list(programme.points.all())})
        super().__init__(*args, **kwargs)
        field = self.fields["points"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 (for the types)
        field.queryset = ServicePoint.objects.open().filter(organization_path__startswith=programme.organization_path)


class AudienceForm(forms.Form):
    audience = forms.ModelChoiceField(
        label=_("List of those eligible"),
        queryset=Audience.objects.none(),
        empty_label=_("No list yet"),
        required=False,
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "audience", audiences_for(programme))


def audiences_for(programme: Programme) -> Any:
    """The lists of the programme's own unit, the newest first."""
    return Audience.objects.filter(organization=programme.organization_id).order_by("-id")


class GoodsForm(forms.Form):
    quantity = forms.IntegerField(label=_("Pieces received"), min_value=1, max_value=MOST)
    unit_price = YuanField(label=_("Price of one on the invoice, in yuan"))
    money_source = forms.ChoiceField(label=_("Paid from"), choices=MoneySource.choices)
    note = forms.CharField(
        label=_("Invoice or delivery note"), max_length=100, required=False, help_text=_("Its number, for example.")
    )


class SplitForm(forms.Form):
    group = forms.ChoiceField(label=_("For"), choices=FrontLine.choices)
    name = forms.CharField(
        label=_("Name of the group"),
        max_length=60,
        help_text=_("It stands on the sign-for sheet: which people, where."),
    )
    gift = forms.ModelChoiceField(label=_("Gift"), queryset=Gift.objects.none(), empty_label=None)
    quantity = forms.IntegerField(label=_("Packs"), min_value=1, max_value=MOST)
    audience = forms.ModelChoiceField(
        label=_("List of those eligible"),
        queryset=Audience.objects.none(),
        required=False,
        empty_label=_("Draw up a new list: those of this group who stay on duty over the festival"),
    )
    where = forms.CharField(label=_("Handed out at"), max_length=120, required=False)
    on = forms.DateField(label=_("Handed out on"), required=False)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gifts = programme.gifts.select_related("item").filter(quantity_offline__gt=0) or programme.gifts.all()
        choose_from(self, "gift", gifts)
        choose_from(self, "audience", audiences_for(programme))

    @staticmethod
    def shown(split: Split) -> dict[str, Any]:
        names = ("group", "name", "quantity", "where", "on")
        return {"gift": split.gift_id, "audience": split.audience_id} | {name: getattr(split, name) for name in names}

    def plan(self) -> SplitPlan:
        return SplitPlan(**self.cleaned_data)


class SheetForm(forms.Form):
    absent = forms.CharField(
        label=_("Numbers without a signature"),
        required=False,
        max_length=600,
        help_text=_(
            "The numbers on the sheet of those who did not sign, for example 3, 17; empty if all have signed."
        ),
    )

    def clean_absent(self) -> list[int]:
        text = self.cleaned_data["absent"]
        words = [word for word in re.split(r"[\s,，、;；]+", text) if word]
        wrong = [word for word in words if not word.isdecimal()]
        if wrong:
            raise forms.ValidationError(gettext("“%(word)s” is no number on the sheet.") % {"word": wrong[0]})
        return sorted({int(word) for word in words})


class SignedForm(forms.Form):
    signed_by = forms.CharField(
        label=_("Signed by somebody else"),
        max_length=60,
        required=False,
        help_text=_("The name of who signed for this person; empty if she signed herself."),
    )


class RehearsalForm(forms.Form):
    members = forms.IntegerField(
        label=_("People who come at once"),
        min_value=1,
        max_value=200_000,
        help_text=_("As many as are on the list, or as you expect at most."),
    )
    seconds = forms.IntegerField(
        label=_("Seconds for the search of the safe rate"),
        min_value=2,
        max_value=120,
        help_text=_("Twenty are enough for a first look; longer says it more exactly."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class PersonForm(forms.Form):
    q = forms.CharField(
        label=_("Name, telephone number, or last four of the ID number"),
        min_length=2,
        max_length=30,
        error_messages={"min_length": _("Type at least two characters.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class DeskForm(forms.Form):
    point = forms.ModelChoiceField(
        label=_("Where you are"), queryset=ServicePoint.objects.none(), empty_label=None, required=False
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "point", programme.points.all())


class LimitForm(forms.Form):
    organization = forms.ModelChoiceField(label=_("Holds for"), queryset=Organization.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Limit for one person"), choices=LimitKind.choices)
    occasion = forms.ChoiceField(
        label=_("Occasion"), choices=[("", _("any occasion")), *Occasion.choices], required=False
    )
    amount = YuanField(label=_("At most, in yuan"))
    valid_from = forms.DateField(label=_("Holds from"))
    source = forms.CharField(
        label=_("Rule it comes from"), max_length=200, help_text=_("Name and number of the document.")
    )

    def __init__(self, *args: Any, units: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [unit.pk for unit in units]
        choose_from(self, "organization", Organization.objects.filter(pk__in=keys))


# Allocation -------------------------------------------------------------------------------------------------------
