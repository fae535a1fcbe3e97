"""Addresses of static files that change with the file, so that browsers may keep it long."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage

FOLDER = Path(__file__).resolve().parent / "static"


def digest(name: str) -> str:
    """Eight letters that stand for the content; nothing for a file that is not of the house."""
    file = FOLDER / name
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else ""


known = cache(digest)


class DigestStorage(StaticFilesStorage):
    def url(self, name: str | None) -> str:
        address = super().url(name)
        mark = (digest if settings.DEBUG else known)(name or "")
        return f"{address}?v={mark}" if mark else address
