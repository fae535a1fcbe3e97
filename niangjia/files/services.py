"""Putting files away, reading them back, and removing them when their time is over."""

import hashlib
import os
import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.crypto import seal_bytes, unseal_bytes
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.transactions import whole
from niangjia.files.media import media_type, safe_name
from niangjia.files.models import StoredFile
from niangjia.files.permissions import MANAGE, VIEW
from niangjia.org.models import Organization


class Upload(Protocol):
    """What a form hands over."""

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


class ContentGone(DomainError):
    """The file was removed, or its content is not as it was stored."""

    code = "content-gone"
    status = 410


@whole
def store(
    content: bytes | Upload,
    *,
    name: str,
    organization: Organization,
    purpose: str,
    actor: Actor | None,
    sealed: bool = False,
    keep_until: date | None = None,
) -> StoredFile:
    """Put ``content`` away for ``organization``; the caller has checked that the actor may do what it is for.

    Refuses what is empty or above the upload limit. What is written for a transaction that then fails is swept
    away a day later.
    """
    data = _read(content)
    stored = StoredFile(
        organization=organization,
        organization_path=organization.path,
        name=safe_name(name),
        media_type=media_type(data),
        size=len(data),
        sha256=hashlib.sha256(data).digest(),
        purpose=purpose,
        sealed=sealed,
        location=_new_location(),
        stored_by_id=actor.pk if actor else None,
        keep_until=keep_until,
    )
    _write(path_of(stored), seal_bytes(data, stored.bound_to) if sealed else data)
    stored.save(force_insert=True)
    audit.record(actor, "files.file.store", stored, purpose=purpose, size=stored.size, sealed=sealed)
    return stored


def _read(content: bytes | Upload) -> bytes:
    size = len(content) if isinstance(content, bytes) else content.size or 0
    if size > settings.UPLOAD_LIMIT:
        limit = filesizeformat(settings.UPLOAD_LIMIT)
        raise InvalidInput(
            _("This file is larger than %(limit)s.") % {"limit": limit},
            remedy=_("Split it into smaller files and upload them one by one."),
            field="file",
            code="too-large",
        )
    data = content if isinstance(content, bytes) else content.read()
    if not data:
        raise InvalidInput(
            _("This file is empty."), remedy=_("Open it on your computer, save it again and upload it."), field="file"
        )
    return data


def _new_location() -> str:
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def path_of(stored: StoredFile) -> Path:
    return Path(settings.FILES_FOLDER) / stored.location


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read(stored: StoredFile) -> bytes:
    """The content as it was stored; ``ContentGone`` when it was removed, is missing or was changed on disk."""
    if stored.removed_at:
        raise ContentGone(
            _("“%(name)s” was removed after its time had passed.") % {"name": stored},
            remedy=_("Ask whoever gave it to you for another copy."),
        )
    try:
        data = path_of(stored).read_bytes()
    except FileNotFoundError:
        raise _damaged(stored) from None
    if stored.sealed:
        data = _unsealed(stored, data)
    if hashlib.sha256(data).digest() != bytes(stored.sha256):
        raise _damaged(stored)
    return data


def _unsealed(stored: StoredFile, data: bytes) -> bytes:
    try:
        return unseal_bytes(data, stored.bound_to)
    except (InvalidTag, IndexError, ValueError):  # changed, empty, cut short
        raise _damaged(stored) from None


def _damaged(stored: StoredFile) -> ContentGone:
    return ContentGone(
        _("“%(name)s” is missing or damaged on the disk of the server.") % {"name": stored},
        remedy=_("Tell the operator, who can bring it back from the backup."),
        code="content-damaged",
    )


@whole
def hand_out(stored: StoredFile, *, actor: Actor) -> bytes:
    """The content for a person to take away. Each reading of a sealed file is itself history."""
    if stored.stored_by_id != actor.pk:
        access.require(actor, VIEW, stored.organization_path)
    data = read(stored)
    if stored.sealed:
        audit.record(actor, "files.file.read", stored, purpose=stored.purpose)
    return data


@whole
def remove_file(stored: StoredFile, *, actor: Actor | None, at: datetime) -> StoredFile:
    """Delete the content for good; the row stays and says that there was one."""
    access.require(actor, MANAGE, stored.organization_path)
    stored = StoredFile.objects.select_for_update(of=["self"]).get(pk=stored.pk)
    if stored.removed_at:
        return stored
    stored.removed_at = at
    stored.save(update_fields=["removed_at"])
    audit.record(actor, "files.file.remove", stored, purpose=stored.purpose)
    path = path_of(stored)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return stored


def remove_expired(*, at: datetime, on: date) -> int:
    """Remove every file whose time is over; returns how many."""
    expired = list(StoredFile.objects.expired(on))
    for stored in expired:
        remove_file(stored, actor=None, at=at)
    return len(expired)


def sweep_strays(*, before: datetime) -> int:
    """Delete files on disk, older than ``before``, that no kept row names: left by transactions that failed."""
    folder = Path(settings.FILES_FOLDER)
    old = [path for path in folder.glob("??/*") if path.stat().st_mtime < before.timestamp()]
    named = set(
        StoredFile.objects.kept()
        .filter(location__in=[str(path.relative_to(folder)) for path in old])
        .values_list("location", flat=True)
    )
    strays = [path for path in old if str(path.relative_to(folder)) not in named]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
