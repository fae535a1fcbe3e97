"""What the launcher remembers about a home: whether it is a demo, its address, and the code it was prepared for."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
CARRIERS = ("django", "django-allauth", "procrastinate")  # packages that bring migrations of their own
ROWS = "SELECT count(*), coalesce(max(id), 0) FROM django_migrations"


@dataclass
class State:
    """``kind`` is "demo" or "site", once that has been decided; ``address`` is that of the last start.

    The rest spares a second start its work.
    """

    kind: str = ""
    address: str = ""
    code: str = ""
    rows: str = ""
    loaded: bool = False


def read(home: Path) -> State:
    try:
        return State(**json.loads(_path(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # a home that is not ours is told as such when it is locked
        return State()


def write(home: Path, state: State) -> None:
    fresh = _path(home).with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
    fresh.replace(_path(home))


def code_stamp() -> str:
    """Changes whenever there may be something to migrate."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.glob("*/migrations/*.py")):
        digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes())
    for name in CARRIERS:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()


def _path(home: Path) -> Path:
    return home / "state.json"
