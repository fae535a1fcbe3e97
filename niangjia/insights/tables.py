"""The people behind a figure, as a table."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.ui.tables import Column, Search, Table


class PeopleTable(Table):
    """Only whom the reader may see; an export belongs to the programme's own lists, where it is recorded."""

    columns = (
        Column("name", pgettext_lazy("person", "Name"), sort="name"),
        Column("unit", _("Union"), value=lambda row: row.organization.name),
        Column("occupation", _("Occupation"), value=lambda row: str(row.occupation or "")),
    )
    filters = (Search("q", pgettext_lazy("person", "Name"), fields=("name",)),)
    sentence = _("People whose name contains {q}")
    empty = _("Nobody whom you may see is behind this figure.")
    file_name = ""
