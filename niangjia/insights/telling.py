"""A definition in words, so that an officer can read what is counted."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from niangjia.insights.definitions import SUBJECTS, WORKERS, Definition, Part


def part(one: Part) -> str:
    """``employers; ownership: private or foreign; size: …``, or the workers of these."""
    subject = SUBJECTS[one.subject]
    things = str(subject.label)
    counted = _("workers of the %(things)s") % {"things": things} if one.of == WORKERS else things
    words = [counted, *_conditions(one)]
    return _("; ").join(words)


def _conditions(one: Part) -> Iterator[str]:
    columns = SUBJECTS[one.subject].columns
    filters = one.filters
    for name, column in columns.items():
        if name in filters:
            names = _(" or ").join(value_name(one.subject, name, value) for value in filters[name])
            yield _("%(column)s: %(values)s") % {"column": column.label, "values": names}


def value_name(subject: str, column: str, value: Any) -> str:
    """What a value of a column is called; one that nobody declared, as it is."""
    return str(SUBJECTS[subject].columns[column].choices.get(value, value))


def definition(one: Definition) -> list[tuple[str, str]]:
    """What is counted, over what, by what it is broken down: label and words."""
    if one.denominator:
        lines = [
            (pgettext("rate", "Counted"), part(one.numerator)),
            (pgettext("rate", "Out of"), part(one.denominator)),
        ]
    else:
        lines = [(_("What is counted"), part(one.numerator))]
    if one.dimensions:
        columns = SUBJECTS[one.numerator.subject].columns
        lines.append((_("Broken down by"), _(", ").join(str(columns[name].label) for name in one.dimensions)))
    return lines
