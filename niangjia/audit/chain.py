"""What the chain of the history is made of: one digest for each entry, and an anchor outside the database."""

import hashlib
import json
from pathlib import Path

from django.conf import settings

from niangjia.audit.models import Entry


def digest_of(entry: Entry, before: bytes) -> bytes:
    """SHA-256 over the entry before and everything of this one that a reader sees."""
    content = [
        entry.sequence,
        str(entry.pk),
        int(entry.at.timestamp() * 1_000_000),
        str(entry.actor_id),
        entry.actor_name,
        entry.action,
        entry.target_type,
        entry.target_id,
        entry.target_name,
        entry.organization_path,
        entry.data,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def anchor_file() -> Path:
    """Where the end of the chain is noted outside the database, so that a cut-off end is found too."""
    return Path(settings.HOME) / "history-anchor.json"
