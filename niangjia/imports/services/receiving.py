"""Taking a file in, and letting it go."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.files import services as files
from niangjia.imports import registry
from niangjia.imports.mapping import propose
from niangjia.imports.models import BATCH_TRANSITIONS, Batch, BatchRow, BatchStatus
from niangjia.imports.reading import FileRefused, Sheets, find_table, read_file
from niangjia.org.models import Organization

RETENTION = timedelta(days=30)  # for the file and what was read of it, once nobody needs it any more
PURPOSE = "imports.roster"


@whole
def receive_file(
    content: bytes, *, name: str, organization: Organization, target: registry.Target, on: date, actor: Actor | None
) -> Batch:
    """Put a file away, sealed, for the columns to be chosen; raises ``FileRefused`` when it cannot be read."""
    access.require(actor, target.permission, organization)
    sheets = read_file(content)
    sheet = _likeliest(sheets, target, target.open(organization, on=on, actor=actor))
    stored = files.store(
        content,
        name=name,
        organization=organization,
        purpose=PURPOSE,
        sealed=True,
        keep_until=on + RETENTION,
        actor=actor,
    )
    batch = Batch.objects.create(
        organization=organization,
        organization_path=organization.path,
        target=target.name,
        file=stored,
        kind=sheets.kind,
        sheets=sheets.names,
        sheet=sheet,
        created_by_id=actor.pk if actor else None,
    )
    audit.record(actor, "imports.batch.receive", batch, into=target.name)
    return batch


def _likeliest(sheets: Sheets, target: registry.Target, session: registry.Session) -> int:
    """The visible sheet in which most required fields are recognised, and of those the longest.

    Raises ``FileRefused`` when none has any row.
    """
    required = {field.name for field in target.fields if field.required}
    best, best_score, refusal = None, (-1, 0), None
    for number in range(len(sheets.names)):
        try:
            table = find_table(sheets.load(number))
        except FileRefused as empty:
            refusal = refusal or empty
            continue
        recognised = {guess.field for guess in propose(table, target, session, {})} & required
        score = len(recognised), len(table.rows)
        if score > best_score:
            best, best_score = number, score
    if best is None:
        raise refusal or FileRefused(
            _("This workbook has no visible sheet."),
            remedy=_("Show the sheet with the table in Excel, save it and upload it again."),
            code="empty",
        )
    return best


@whole
def discard_batch(batch: Batch, *, at: datetime, actor: Actor | None) -> Batch:
    """Let a file go without writing anything: what was read of it is deleted at once, and the file too."""
    access.require(actor, registry.target(batch.target).permission, batch.organization)
    batch = Batch.objects.select_for_update(of=["self"]).get(pk=batch.pk)
    advance(batch, BatchStatus.DISCARDED, BATCH_TRANSITIONS)
    batch.finished_at = at
    batch.save(update_fields=["status", "finished_at"])
    _erase(batch, at)
    audit.record(actor, "imports.batch.discard", batch)
    return batch


@whole
def hand_out_marked(batch: Batch, *, actor: Actor | None) -> bytes:
    """The marked file for an officer to take away; it holds ID numbers, so that history says who has it."""
    access.require(actor, registry.target(batch.target).permission, batch.organization)
    if batch.marked_file is None:
        raise DomainError(
            _("The file with the marked cells is not ready."),
            remedy=_("Reload the page in a moment."),
            code="not-ready",
        )
    content = files.read(batch.marked_file)
    audit.record(actor, "imports.batch.download", batch)
    return content


def _erase(batch: Batch, at: datetime) -> None:
    BatchRow.objects.filter(batch=batch).delete()
    for stored in filter(None, (batch.file, batch.marked_file)):
        files.remove_file(stored, actor=None, at=at)


def forget_batches(*, at: datetime) -> int:
    """Erase what is older than the retention: finished batches lose their rows, forgotten ones are discarded."""
    before = at - RETENTION
    finished = Batch.objects.filter(status=BatchStatus.COMMITTED, finished_at__lt=before, rows__isnull=False)
    abandoned = Batch.objects.filter(
        status__in=[BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.CHECKED], created_at__lt=before
    )
    forgotten = 0
    for batch in finished.distinct():
        with transaction.atomic():
            _erase(batch, at)
        forgotten += 1
    for batch in abandoned:
        discard_batch(batch, at=at, actor=None)
        forgotten += 1
    return forgotten
