"""Writing history, and chaining it."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from niangjia.audit.chain import anchor_file, digest_of
from niangjia.audit.models import Entry
from niangjia.core import bulk, rows
from niangjia.core.access import Actor
from niangjia.core.transactions import whole

SYSTEM = "system"
LOCK = 0x6175_6469  # the sealer's advisory lock: "audi"
BATCH = 2_000


def record(actor: Actor | None, action: str, target: models.Model, *, place: str = "", **data: Any) -> Entry:
    """Insert one entry in the caller's transaction.

    ``data`` must be JSON and free of sealed values. The place is the target's own ``organization_path`` or ``path``.
    """
    entry = Entry(**_row(actor, action, target, place, data))
    rows.insert(entry)
    return entry


def record_many(actor: Actor | None, action: str, targets: Sequence[tuple[models.Model, dict[str, Any]]]) -> None:
    """One entry for each target, in one COPY."""
    bulk.copy_in(Entry, [Entry(**_row(actor, action, target, "", data)) for target, data in targets])


def _row(actor: Actor | None, action: str, target: models.Model, place: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "actor_id": actor.pk if actor else None,
        "actor_name": str(actor)[:100] if actor else SYSTEM,
        "action": action,
        "target_type": target._meta.label_lower,
        "target_id": str(target.pk),
        "target_name": str(target)[:200],
        "organization_path": place or getattr(target, "organization_path", "") or getattr(target, "path", ""),
        "data": json.loads(json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)),
    }


def seal() -> int:
    """Chain what has been committed since the last time; returns how many entries. One sealer at a time."""
    sealed = 0
    while batch := _seal_batch():
        sealed += batch
    return sealed


@whole
def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    last = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    number, before = (last.sequence or 0, bytes(last.digest or b"")) if last else (0, b"")
    entries = list(Entry.objects.unsealed().order_by("id")[:BATCH])
    for entry in entries:
        number += 1
        entry.sequence = number
        entry.digest = before = digest_of(entry, before)
    if entries:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE audit_entry e SET sequence = s.sequence, digest = s.digest"
                " FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[]) AS s(id, sequence, digest) WHERE e.id = s.id",
                [[e.pk for e in entries], [e.sequence for e in entries], [e.digest for e in entries]],
            )
        transaction.on_commit(lambda: _anchor(number, before))
    return len(entries)


def _anchor(sequence: int, digest: bytes) -> None:
    fresh = anchor_file().with_suffix(".new")
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_text(json.dumps({"sequence": sequence, "digest": digest.hex()}))
    fresh.replace(anchor_file())
