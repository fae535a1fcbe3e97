"""What an officer says of a file: for which union it is, and what its columns hold."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.imports.mapping import Guess
from niangjia.imports.registry import Target
from niangjia.org.models import Organization, OrganizationQuerySet


class UploadForm(forms.Form):
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=gettext_lazy("For which union"),
        empty_label=None,
        help_text=gettext_lazy("People whose row names no union are entered here. The file may name unions below it."),
    )
    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("Excel (.xlsx, .xls) or CSV, with its own columns in its own order."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )

    def __init__(self, *args: Any, units: OrganizationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Organization]", self.fields["organization"]).queryset = units

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_LIMIT:
            limit = filesizeformat(settings.UPLOAD_LIMIT)
            raise forms.ValidationError(
                _("This file is larger than %(limit)s. Split it and upload the parts one by one.") % {"limit": limit}
            )
        return file


class ColumnsForm(forms.Form):
    """One choice for each column of the file, as proposed."""

    def __init__(self, *args: Any, guesses: Sequence[Guess], target: Target, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guesses = guesses
        choices = [("", _("do not import")), *((field.name, field.label) for field in target.fields)]
        for guess in guesses:
            self.fields[f"column-{guess.column}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                initial=guess.field,
                label=_("Column %(number)d, “%(header)s”") % {"number": guess.column + 1, "header": guess.header},
            )

    @property
    def mapping(self) -> dict[int, str]:
        return {guess.column: self.cleaned_data[f"column-{guess.column}"] for guess in self.guesses}

    @property
    def rows(self) -> list[tuple[Guess, forms.BoundField]]:
        return [(guess, self[f"column-{guess.column}"]) for guess in self.guesses]
