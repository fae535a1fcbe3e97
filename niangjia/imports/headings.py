"""The sentence of state atop a batch's page, and the words of its parts."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.imports.models import Batch, BatchStatus


def of(batch: Batch) -> str:
    """What has become of the file so far, in one sentence."""
    counts = batch.counts
    if batch.status == BatchStatus.CHECKED:
        return _checked(counts)
    if batch.status == BatchStatus.COMMITTED:
        total = counts["written_new"] + counts["written_changed"]
        sentence = ngettext("%(n)s row was written", "%(n)s rows were written", total) % {"n": f"{total:,}"}
        parts = {"new": f"{counts['written_new']:,}", "changed": f"{counts['written_changed']:,}"}
        return _("%(sentence)s: %(new)s new, %(changed)s changed") % {"sentence": sentence, **parts}
    if batch.status == BatchStatus.DISCARDED:
        return _("This file was discarded; nothing was written")
    return (
        _("“%(name)s” is being written") % {"name": batch}
        if batch.is_writing
        else _("“%(name)s” is being checked") % {"name": batch}
    )


def _checked(counts: dict[str, int]) -> str:
    good, errors = counts["new"] + counts["changed"], counts["error"]
    figures = {name: f"{number:,}" for name, number in {**counts, "good": good}.items()}
    if not errors and not good:
        return _("All %(rows)s rows are registered already, the same") % figures
    if not errors:
        return _("%(rows)s rows checked: %(good)s can be written, none has an error") % figures
    if not good:
        return _("%(rows)s rows checked: %(error)s have errors, none can be written") % figures
    return _("%(rows)s rows checked: %(good)s can be written, %(error)s have errors") % figures


def tabs(batch: Batch) -> list[tuple[str, str, int]]:
    """Name, words and number of rows of each part of the list."""
    counts = batch.counts
    good = counts.get("new", 0) + counts.get("changed", 0)
    return [
        ("errors", _("With errors"), counts.get("error", 0)),
        ("doubts", _("To be looked at"), counts.get("doubts", 0)),
        ("good", _("To be written") if batch.status == BatchStatus.CHECKED else _("Good rows"), good),
        ("unchanged", _("Registered, the same"), counts.get("unchanged", 0)),
        ("all", _("All rows"), counts.get("rows", 0)),
    ]
