"""The installation's keys: files beside the database, never in it, made on first start, readable by the owner only."""

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

NAMES = ("secret", "fields", "index", "signing", "passes")
SIZE = 32


@dataclass(frozen=True)
class Fault:
    """What is wrong with one key file."""

    path: Path
    problem: str


def ensure(folder: Path) -> None:
    """Make the key files that are absent. Two processes may do this at once: the first to link a file wins."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in NAMES:
        path = folder / f"{name}.key"
        if path.exists():
            continue
        fresh = folder / f".{name}.{secrets.token_hex(4)}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()


def read(folder: Path, name: str) -> bytes:
    """The bytes of one key; ``FileNotFoundError`` when it has not been made."""
    key = (folder / f"{name}.key").read_bytes()
    if len(key) != SIZE:
        raise ValueError(f"{folder / name}.key must hold {SIZE} bytes, and holds {len(key)}.")
    return key


@cache
def key(name: str) -> bytes:
    """One key of this installation, read once per process."""
    return read(Path(settings.KEYS_FOLDER), name)


def faults(folder: Path) -> list[Fault]:
    """What an operator has to mend: keys that are absent, cut short, or readable by others."""
    found = []
    for name in NAMES:
        path = folder / f"{name}.key"
        if not path.exists():
            found.append(Fault(path, "absent"))
        elif path.stat().st_size != SIZE:
            found.append(Fault(path, "damaged"))
        elif path.stat().st_mode & 0o077:
            found.append(Fault(path, "readable by others"))
    return found
