"""Reads about batches: what is proposed for their columns, what was learned, what their rows say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.cleaning import compact
from niangjia.files import services as files
from niangjia.imports import mapping, registry
from niangjia.imports.models import Batch, BatchRow, BatchStatus, HeaderMemory
from niangjia.imports.payloads import unpack
from niangjia.imports.reading import Sheets, Table, find_table, read_file
from niangjia.imports.registry import Kind
from niangjia.imports.verdicts import Finding, Verdict, located, sentence
from niangjia.org.models import Organization, OrganizationQuerySet
from niangjia.ui.formats import masked_id, masked_phone
from niangjia.ui.inbox import InboxItem

LONG = frozenset({Kind.EMPLOYER, Kind.ORGANIZATION, Kind.ADDRESS, Kind.TEXT})


@dataclass(frozen=True)
class Remark:
    """A finding in words."""

    level: str
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the file, with what was found in it."""

    field: str
    label: str
    kind: Kind
    text: str
    remarks: list[Remark]

    @property
    def is_short(self) -> bool:
        """Whether it must not be broken over lines."""
        return self.kind not in LONG

    @property
    def shown(self) -> str:
        """Sensitive values stand in full only where somebody must compare them with the paper."""
        if self.level in {"error", "warning"}:
            return self.text
        return masked(self.kind, self.text)

    @property
    def level(self) -> str:
        levels = {remark.level for remark in self.remarks}
        return next((level for level in ("error", "warning", "info") if level in levels), "")


@dataclass(frozen=True)
class RowView:
    """A row as an officer reads it."""

    number: int
    verdict: str
    verdict_label: str
    was_written: bool
    cells: list[Cell]
    remarks: list[Remark]
    changes: list[str]

    @property
    def all_remarks(self) -> list[Remark]:
        return [*self.remarks, *(remark for cell in self.cells for remark in cell.remarks)]


def masked(kind: Kind, text: str) -> str:
    """What a page shows of a cell: ID numbers and phones without their middle."""
    if kind is Kind.ID_NUMBER and text:
        return masked_id(compact(text))
    if kind is Kind.PHONE and text:
        return masked_phone(compact(text))
    return text


def units(actor: Actor, target: registry.Target) -> OrganizationQuerySet:
    """The open unions for which ``actor`` may import."""
    return Organization.objects.live().filter(access.scope(actor, target.permission, field="path"))


def waiting(actor: Actor) -> list[InboxItem]:
    """One line of the inbox for each of one's own files that was checked and not yet written."""
    found = Batch.objects.visible_to(actor).filter(created_by_id=actor.pk, status=BatchStatus.CHECKED)
    return [
        InboxItem(
            _("“%(name)s” is checked and waits to be written") % {"name": batch},
            reverse("imports:batch", args=[batch.pk]),
            icon="upload",
        )
        for batch in found.select_related("file")[:20]
    ]


def open_table(batch: Batch) -> Table:
    """The chosen sheet of the batch's file."""
    return find_table(open_sheets(batch).load(batch.sheet))


def open_sheets(batch: Batch) -> Sheets:
    return read_file(files.read(batch.file))


def guesses(batch: Batch, table: Table) -> list[mapping.Guess]:
    """What each column seems to hold, by its wording, its content and what this union has decided before."""
    target = registry.target(batch.target)
    session = target.open(batch.organization, on=timezone.localdate(batch.created_at), actor=None)
    return mapping.propose(table, target, session, learned(batch.target, batch.organization))


def learned(target: str, organization: Organization) -> dict[str, str]:
    """Header to field, as decided at ``organization`` or above it; the nearest decision counts."""
    labels = organization.path.rstrip(".").split(".")
    paths = [".".join(labels[: count + 1]) + "." for count in range(len(labels))]
    rows = HeaderMemory.objects.filter(target=target, organization_path__in=paths)
    ordered = sorted(rows.values_list("organization_path", "header", "field"), key=lambda row: len(row[0]))
    return {header: field for _path, header, field in ordered}


def row_views(batch: Batch, rows: Iterable[BatchRow]) -> list[RowView]:
    """Rows with every finding in words, cells in the order of the file's columns."""
    target = registry.target(batch.target)
    fields = [registry.field_of(target, name) for name in batch.mapping.values()]
    return [_row_view(row, fields, target) for row in rows]


def _row_view(row: BatchRow, fields: list[registry.Field], target: registry.Target) -> RowView:
    staged, texts = unpack(row)
    by_field: dict[str, list[Remark]] = {}
    for found in staged.findings:
        by_field.setdefault(found.field, []).append(_remark(row.number, found, target))
    cells = [
        Cell(field.name, str(field.label), field.kind, texts.get(field.name, ""), by_field.pop(field.name, []))
        for field in fields
    ]
    rest = [remark for remarks in by_field.values() for remark in remarks]
    labels = {field.name: str(field.label) for field in target.fields}
    changes = [f"{labels.get(name, name)}：{before} → {after}" for name, before, after in staged.changes]
    verdict = str(row.get_verdict_display())
    return RowView(row.number, row.verdict, verdict, row.was_written, cells, rest, changes)


def _remark(number: int, found: Finding, target: registry.Target) -> Remark:
    labels = {field.name: str(field.label) for field in target.fields}
    return Remark(found.level, located(number, labels.get(found.field, ""), sentence(found, target.messages)))


def marks(batch: Batch) -> Mapping[int, list[tuple[int | None, str, str]]]:
    """By row of the file: column (none for the row), level and words of each error and warning."""
    target = registry.target(batch.target)
    columns = {name: int(column) for column, name in batch.mapping.items()}
    found: dict[int, list[tuple[int | None, str, str]]] = {}
    for row in batch.rows.filter(Q(verdict=Verdict.ERROR) | Q(has_warnings=True)).iterator(1_000):
        staged, _cells = unpack(row)
        for one in staged.findings:
            if one.level != "info":
                words = _remark(row.number, one, target).text
                found.setdefault(row.number, []).append((columns.get(one.field), one.level, words))
    return found
