"""Writing the good rows of a checked batch, in portions that each stand or fall together."""

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, bulk
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.imports import registry
from niangjia.imports.models import BATCH_TRANSITIONS, Batch, BatchRow, BatchStatus
from niangjia.imports.payloads import pack, unpack
from niangjia.imports.verdicts import GOOD, Verdict
from niangjia.jobs import services as jobs
from niangjia.jobs.models import Job
from niangjia.jobs.tracking import Progress

PORTION = 1_000


@whole
def start_commit(batch: Batch, *, actor: Actor | None) -> Job:
    """Begin to write the good rows; the others stay as they are and can be mended in the marked file."""
    access.require(actor, registry.target(batch.target).permission, batch.organization)
    batch = Batch.objects.select_for_update(of=["self"]).get(pk=batch.pk)
    if batch.status == BatchStatus.CHECKED and not any(batch.counts.get(verdict, 0) for verdict in GOOD):
        raise DomainError(
            _("There is no row to write."),
            remedy=_("Mend the marked cells and upload the file again."),
            code="nothing-to-write",
        )
    advance(batch, BatchStatus.COMMITTING, BATCH_TRANSITIONS)
    batch.job = jobs.start(
        "imports.commit",
        label=_("Writing “%(name)s”") % {"name": batch},
        actor=actor,
        lock=f"imports-{batch.pk}",
        result_url=reverse("imports:batch", args=[batch.pk]),
        batch=str(batch.pk),
        as_user=str(actor.pk) if actor else None,
    )
    batch.save(update_fields=["status", "job"])
    audit.record(actor, "imports.batch.commit", batch, counts=batch.counts)
    return batch.job


def commit_batch(key: UUID, *, on: date, at: datetime, actor: Actor | None, job: Any = None) -> Batch:
    """Write portion by portion; each row is judged again first, and marked in the same transaction.

    May break off and run again at any point: what has been written is not written twice.
    """
    batch = Batch.objects.select_related("organization").get(pk=key)
    target = registry.target(batch.target)
    access.require(actor, target.permission, batch.organization)
    session = target.open(batch.organization, on=on, actor=actor)
    total = BatchRow.objects.filter(batch=batch).good().count()
    with Progress(job, total=total) as progress:
        progress.advance(total - _waiting(batch), message=_("Writing the rows"))
        while done := _commit_portion(batch, target, session, at=at):
            progress.advance(done)
    return _finish(batch, at=at, actor=actor)


def _waiting(batch: Batch) -> int:
    return BatchRow.objects.filter(batch=batch, written_at=None).good().count()


@whole
def _commit_portion(batch: Batch, target: registry.Target, session: registry.Session, *, at: datetime) -> int:
    """The next rows that wait; returns how many. The batch is held, so that two workers write one after the other."""
    held = Batch.objects.select_for_update(of=["self"]).get(pk=batch.pk)
    if held.status != BatchStatus.COMMITTING:
        return 0
    rows = list(BatchRow.objects.filter(batch=batch, written_at=None).good().order_by("number")[:PORTION])
    staged = []
    for row in rows:
        one, cells = unpack(row)
        one.findings = [found for found in one.findings if found.code not in target.messages]
        one.changes = []
        staged.append((row, one, cells))
    session.judge([one for _row, one, _cells in staged])
    session.write([one for _row, one, _cells in staged if one.verdict in GOOD and not one.has_errors])
    for row, one, cells in staged:
        row.written_at = at
        row.was_written = one.verdict in GOOD and not one.has_errors
        if one.has_errors:
            one.verdict = Verdict.ERROR
        row.verdict, row.payload = one.verdict, pack(one, cells)
    bulk.update_in(BatchRow, rows, ["written_at", "was_written", "verdict", "payload"])
    return len(rows)


@whole
def _finish(batch: Batch, *, at: datetime, actor: Actor | None) -> Batch:
    batch = Batch.objects.select_for_update(of=["self"]).get(pk=batch.pk)
    if batch.status != BatchStatus.COMMITTING:
        return batch
    rows = BatchRow.objects.filter(batch=batch)
    ended = Counter(rows.filter(written_at__isnull=False).values_list("verdict", "was_written"))
    batch.counts = batch.counts | dict(Counter(rows.values_list("verdict", flat=True)))
    batch.counts |= {
        "written_new": ended[Verdict.NEW, True],
        "written_changed": ended[Verdict.CHANGED, True],
        "refused": ended[Verdict.ERROR, False],
    }
    batch.finished_at = at
    advance(batch, BatchStatus.COMMITTED, BATCH_TRANSITIONS)
    batch.save(update_fields=["status", "counts", "finished_at"])
    audit.record(actor, "imports.batch.written", batch, counts=batch.counts)
    return batch
