"""What a field of a form offers, when only the request knows it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet


def choose_from(form: forms.BaseForm, name: str, offered: QuerySet[Any] | Iterable[tuple[Any, Any]]) -> None:
    """Rows for a field that chooses one of a table, pairs of value and label for any other choice."""
    if isinstance(offered, QuerySet):
        cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = offered
    else:
        cast("forms.ChoiceField", form.fields[name]).choices = offered
