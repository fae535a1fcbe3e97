"""The names behind figures, as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.coverage.models import EmployerVersion, WorkplaceVersion
from niangjia.insights.extracts import Extract
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


class NamesTable(Table):
    """What is counted, as it was on the day; to take away as Excel by ``?format=xlsx`` or as Word."""

    empty = _("Nothing that you may see is behind this figure.")
    file_name = _("Names behind the figure")
    page_size = 100
    keeps = ("side", "on", "known_on", "kind", "branch", "size")

    def extract(self, title: str, notes: Sequence[str]) -> Extract:
        columns = [column for column in self.columns if column.excel]
        return Extract(
            title=title,
            columns=[_gettext("No."), *(str(column.label) for column in columns)],
            rows=[
                [number, *(_cell(column.worth(row)) for column in columns)] for number, row in enumerate(self.found, 1)
            ],
            notes=notes,
            widths=[2, 8, *[5] * (len(columns) - 1)],
            ends=[place for place, column in enumerate(columns, 1) if column.end],
        )


def _cell(value: object) -> str | int | None:
    return value if value is None or isinstance(value, int) else str(value)


class EmployerNames(NamesTable):
    columns = (
        Column("name", _("Employer"), sort="name"),
        Column("unit", _("Unit"), value=lambda row: row.organization.short_name),
        Column("ownership", _("Ownership"), value=lambda row: row.get_ownership_display()),
        Column("workers", _("Number of workers"), sort="workers", end=True),
        Column("workers_on", _("Counted on"), value=lambda row: row.workers_on),
    )
    filters = (Search("q", _("Name"), fields=("name",)),)
    sentence = _("Employers whose name contains {q}")

    def row_href(self, row: EmployerVersion) -> str:
        return reverse("coverage:employer", args=[row.employer_id])


@dataclass
class MissingEmployers(EmployerNames):
    """Those missing today can be given to an officer, who talks to them, for the rate called ``indicator``."""

    indicator: str = ""

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]  # one column asks for the rate
        assign = Column(
            "assign",
            _("Work list"),
            value=lambda row: "",
            show=lambda row: _gettext("Put it on the work list"),
            href=self._assign_href,
            excel=False,
        )
        return (*EmployerNames.columns, assign)

    def _assign_href(self, row: EmployerVersion) -> str:
        return f"{reverse('coverage:task-new', args=[row.employer_id])}?indicator={self.indicator}"


class WorkplaceNames(NamesTable):
    columns = (
        Column("name", _("Workplace"), sort="name"),
        Column("unit", _("Unit"), value=lambda row: row.organization.short_name),
        Column("kind", _("Kind of workplace"), value=lambda row: row.get_kind_display()),
    )
    filters = (Search("q", _("Name"), fields=("name",)),)
    sentence = _("Workplaces whose name contains {q}")

    def row_href(self, row: WorkplaceVersion) -> str:
        return reverse("coverage:workplace", args=[row.workplace_id])


class UnionNames(NamesTable):
    columns = (
        Column("name", _("Unit"), sort="name"),
        Column("code", _("Code"), value=lambda row: row.unit.code),
        Column("kind", _("Kind of unit"), value=lambda row: row.get_kind_display()),
        Column("level", _("Level"), value=lambda row: row.get_level_display()),
    )
    filters = (Search("q", _("Name"), fields=("name",)),)
    sentence = _("Units whose name contains {q}")

    def row_href(self, row: Any) -> str:
        return reverse("org:unit", args=[row.unit_id])


NAMES: dict[str, type[NamesTable]] = {
    "employer": EmployerNames,
    "workplace": WorkplaceNames,
    "union": UnionNames,
}
