"""What is typed and uploaded about a draw."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from niangjia.bookings.proving import Published
from niangjia.bookings.reading import Unreadable, read
from niangjia.bookings.services import VALUE_MOST
from niangjia.bookings.uploads import LARGEST_FILE, told


class ValueForm(forms.Form):
    value = forms.CharField(
        label=_("The public value"),
        max_length=VALUE_MOST,
        help_text=_("Exactly as it was published, for example: 04 09 14 15 28 32 06"),
    )
    source = forms.CharField(
        label=_("Where anybody can look it up"),
        max_length=VALUE_MOST,
        help_text=_("A web address, or the newspaper with its date."),
    )


class CheckForm(forms.Form):
    file = forms.FileField(
        label=_("File of the draw"),
        help_text=_("The file from this page, as it was downloaded. Nothing of it is kept."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    commitment = forms.CharField(
        label=_("The commitment that you noted before entries closed"),
        max_length=80,
        required=False,
        help_text=_("If you have noted it, it is compared too."),
    )

    def clean_file(self) -> Published:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large to be one of a draw."))
        try:
            return read(file.read())
        except Unreadable as refused:
            raise forms.ValidationError(told(refused)) from refused


class TicketForm(forms.Form):
    ticket = forms.CharField(
        label=_("Ticket"),
        max_length=80,
        help_text=_("The first eight characters suffice. Your own ticket stands on the page of the programme."),
    )
