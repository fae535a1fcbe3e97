"""Choosing the columns of a file, and checking its rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, bulk
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.files import services as files
from niangjia.imports import checking, registry
from niangjia.imports.cells import Context
from niangjia.imports.marking import mark
from niangjia.imports.models import BATCH_TRANSITIONS, Batch, BatchRow, BatchStatus, HeaderMemory
from niangjia.imports.payloads import has_warnings, pack
from niangjia.imports.queries import marks, open_sheets, open_table
from niangjia.imports.reading import Table, find_table
from niangjia.imports.services.receiving import RETENTION
from niangjia.imports.verdicts import Verdict
from niangjia.imports.wording import normal
from niangjia.jobs import services as jobs
from niangjia.jobs.models import Job
from niangjia.jobs.tracking import Progress

MARKED = "imports.marked"


@whole
def choose_mapping(batch: Batch, *, sheet: int, mapping: Mapping[int, str], actor: Actor | None) -> Job:
    """Settle which column holds which field (empty for none), remember it for this union, and start the check."""
    target = registry.target(batch.target)
    access.require(actor, target.permission, batch.organization)
    batch = Batch.objects.select_for_update(of=["self"]).get(pk=batch.pk)
    advance(batch, BatchStatus.CHECKING, BATCH_TRANSITIONS)
    if not 0 <= sheet < len(batch.sheets):
        raise InvalidInput(_("There is no such sheet in this workbook."), field="sheet")
    batch.sheet = sheet
    table = open_table(batch)
    chosen = _checked_mapping(mapping, target, len(table.headers))
    batch.mapping = {str(column): name for column, name in sorted(chosen.items())}
    _remember(batch, table, mapping)
    batch.job = jobs.start(
        "imports.check",
        label=_("Checking “%(name)s”") % {"name": batch},
        actor=actor,
        lock=f"imports-{batch.pk}",
        result_url=reverse("imports:batch", args=[batch.pk]),
        batch=str(batch.pk),
        as_user=str(actor.pk) if actor else None,
    )
    batch.save(update_fields=["status", "sheet", "mapping", "job"])
    audit.record(actor, "imports.batch.check", batch, columns=batch.mapping)
    return batch.job


def _checked_mapping(mapping: Mapping[int, str], target: registry.Target, width: int) -> dict[int, str]:
    chosen = {column: name for column, name in mapping.items() if name}
    names = Counter(chosen.values())
    fields = {field.name: field for field in target.fields}
    if not set(names) <= set(fields) or not all(0 <= column < width for column in chosen):
        raise InvalidInput(_("The columns have changed; choose them again."), field="mapping")
    if twice := [name for name, count in names.items() if count > 1]:
        label = fields[twice[0]].label
        raise InvalidInput(
            _("Two columns are chosen for “%(field)s”.") % {"field": label},
            field="mapping",
            remedy=_("Keep one of them and leave out the other."),
        )
    if absent := [str(field.label) for field in target.fields if field.required and field.name not in names]:
        raise InvalidInput(
            _("No column is chosen for %(fields)s.") % {"fields": "、".join(absent)},
            field="mapping",
            remedy=_("Without it the rows cannot be told apart. Choose its column, or add it to the file."),
        )
    return chosen


def _remember(batch: Batch, table: Table, mapping: Mapping[int, str]) -> None:
    for column, name in mapping.items():
        if header := normal(table.headers[column])[:80] if 0 <= column < len(table.headers) else "":
            HeaderMemory.objects.update_or_create(
                organization_id=batch.organization_id,
                target=batch.target,
                header=header,
                defaults={"field": name, "organization_path": batch.organization_path},
            )


def check_batch(key: UUID, *, on: date, actor: Actor | None, job: Any = None) -> Batch:
    """Read the file, judge every cell, and put the rows on the stage in place of what stood there.

    May run twice. Shows how far it is in ``job``; nothing of a check that breaks off remains.
    """
    with Progress(job) as progress, transaction.atomic():
        batch = Batch.objects.select_for_update(of=["self"]).select_related("organization", "file").get(pk=key)
        if batch.status != BatchStatus.CHECKING:
            return batch
        target = registry.target(batch.target)
        access.require(actor, target.permission, batch.organization)
        progress.expect(0, message=_("Reading the file"))
        table = open_table(batch)
        progress.expect(len(table.rows), message=_("Checking the rows"))
        batch.rows.all().delete()
        batch.counts = _stage_rows(batch, table, target, on=on, actor=actor, progress=progress)
        batch.marked_file = None
        advance(batch, BatchStatus.CHECKED, BATCH_TRANSITIONS)
        batch.save(update_fields=["status", "counts", "marked_file"])
        if batch.counts["error"] or batch.counts["warnings"]:
            jobs.defer("imports.mark", batch=str(batch.pk), lock=f"imports-{batch.pk}")
    return batch


def _stage_rows(
    batch: Batch, table: Table, target: registry.Target, *, on: date, actor: Actor | None, progress: Progress
) -> dict[str, int]:
    session = target.open(batch.organization, on=on, actor=actor)
    mapping = {int(column): registry.field_of(target, name) for column, name in batch.mapping.items()}
    known = {field.name: session.known(field.name) for field in mapping.values()}
    context = Context(on, batch.organization.short_name, known)
    counts = Counter({"error": 0, "new": 0, "changed": 0, "unchanged": 0, "warnings": 0, "doubts": 0, "rows": 0})
    for chunk in checking.stage(table, mapping, target, session, context):
        rows = [
            BatchRow(
                batch=batch,
                number=staged.number,
                payload=pack(staged, cells),
                verdict=staged.verdict,
                has_warnings=has_warnings(staged),
            )
            for staged, cells in chunk
        ]
        bulk.copy_in(BatchRow, rows)
        counts.update(row.verdict for row in rows)
        counts["warnings"] += sum(row.has_warnings for row in rows)
        counts["doubts"] += sum(row.has_warnings and row.verdict != Verdict.ERROR for row in rows)
        counts["rows"] += len(rows)
        progress.advance(len(rows))
    return dict(counts)


def mark_file(key: UUID, *, on: date) -> Batch:
    """Make the file that goes back to the officer, with the wrong cells marked. May run twice."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update(of=["self"]).select_related("organization", "file").get(pk=key)
        if batch.status in {BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.DISCARDED} or batch.marked_file:
            return batch
        sheets = open_sheets(batch)
        table = find_table(sheets.load(batch.sheet))
        content = mark(
            files.read(batch.file),
            sheets,
            batch.sheet,
            header_row=table.header_row,
            width=len(table.headers),
            marks=marks(batch),
        )
        stem = batch.file.name.rpartition(".")[0] or batch.file.name
        batch.marked_file = files.store(
            content,
            name=_("%(name)s, checked.xlsx") % {"name": stem},
            organization=batch.organization,
            purpose=MARKED,
            sealed=True,
            keep_until=on + RETENTION,
            actor=None,
        )
        batch.save(update_fields=["marked_file"])
    return batch
