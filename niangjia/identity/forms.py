"""What people fill in to come in, and what officers fill in about accounts."""

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.identity.models import Role
from niangjia.org.models import Organization, OrganizationQuerySet


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
        help_text=_("The number that your union has on file. We send a code to it."),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text=_("6 digits, valid for 5 minutes."),
    )


class WhoForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_tail = forms.CharField(
        label=_("Last four of your ID number"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("The last one may be an X."),
    )


def _plain(form: forms.Form, **labels: Any) -> None:
    """The house's labels instead of the library's placeholders, which vanish once one types."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class StaffLogInForm(LoginForm):  # type: ignore[misc]  # the library ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login=_("User name"), password=_("Password"))
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def clean_login(self) -> str:
        name: str = super().clean_login()
        return name.lower()


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]  # nor for this one
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, oldpassword=_("Present password"), password1=_("New password"), password2=_("The same once more"))
        self.fields["password1"].help_text = _("At least 10 characters, not only digits, and none of the common ones.")


class AgainForm(ReauthenticateForm):  # type: ignore[misc]  # nor for this one
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password=_("Password"))


def _code(form: forms.Form) -> None:
    _plain(form, code=_("Code of the app"))
    form.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class SecondFactorForm(second_factor.AuthenticateForm):  # type: ignore[misc]  # nor for this one
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self)
        self.fields["code"].help_text = _("From the authenticator app, or one of your recovery codes.")


class SecondFactorAgainForm(second_factor.ReauthenticateForm):  # type: ignore[misc]  # nor for this one
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self)


class ActivateTotpForm(ActivateTOTPForm):  # type: ignore[misc]  # nor for this one
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self)
        self.fields["code"].help_text = _("The 6 digits that the app shows now.")


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # nor for this one
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, name=_("Name of this passkey"), passwordless=_("Log in with it alone, without a password"))
        self.fields["name"].help_text = _("So that you know it again: “office computer”, “my phone”.")
        self.fields["passwordless"].help_text = _("The device then asks for its PIN, a fingerprint or your face.")
        self.fields["passwordless"].initial = True


class PlaceForm(forms.Form):
    """A role and where it is held; both narrowed to what the officer may give."""

    organization = forms.CharField(
        label=_("Unit"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
        help_text=_("Type part of the name and choose, or type the unit's code."),
    )
    role = forms.ModelChoiceField(
        Role.objects.none(), label=_("Role"), help_text=_("It holds in this unit and in all units below it.")
    )

    def __init__(self, *args: Any, units: OrganizationQuerySet, roles: QuerySet[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        role = cast("forms.ModelChoiceField[Role]", self.fields["role"])
        role.queryset = roles
        role.empty_label = str(_("Choose a role"))

    def clean_organization(self) -> Organization:
        found = list(self.units.called(self.cleaned_data["organization"].strip())[:2])
        if not found:
            raise forms.ValidationError(_("There is no unit with this name or code that you look after."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several units have this name. Type the code instead."))
        return found[0]


class AccountForm(PlaceForm):
    name = forms.CharField(label=_("Full name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    username = forms.CharField(
        label=_("User name"),
        min_length=3,
        max_length=60,
        validators=[RegexValidator(r"^[\w.@-]+$", _("Letters, digits, and . - _ @ only."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("What this person types at log-in; capital letters make no difference."),
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=_("Only if a text message is to reach this person."),
    )
    field_order = ("name", "username", "phone", "organization", "role")
