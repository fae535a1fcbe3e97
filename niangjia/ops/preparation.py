"""Before the site opens: the database as this code wants it, and in a demo its people and their records."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from niangjia.ops import outside, state, words
from niangjia.ops.children import LAST_WORDS
from niangjia.ops.screen import Advance, Screen
from niangjia.ops.state import PACKAGE, State
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

LOADER = PACKAGE / "demo" / "management" / "commands" / "demo_load.py"
LOGINS = PACKAGE / "demo" / "logins.json"


def claim(home: Path, kind: str, address: str) -> State:
    """A home is a demo or the real thing for ever: demo passwords are public, and real records are no toy."""
    known = state.read(home)
    if known.kind and known.kind != kind:
        if kind == "demo":
            message = _("{home} holds a real installation; the demo does not go in there.")
        else:
            message = _("{home} holds the demo, whose passwords everybody knows.")
        raise Trouble(message.format(home=home), _("Name another folder in NIANGJIA_HOME."))
    known.kind, known.address = kind, address
    state.write(home, known)
    return known


def prepare(home: Path, known: State, environment: Mapping[str, str], screen: Screen) -> None:
    """Migrate and load what is missing; when nothing is, this costs one query."""
    target = hashlib.sha256(environment["DATABASE_URL"].encode()).hexdigest()
    code = f"{target}:{state.code_stamp()}"
    if known.code != code or known.rows != _rows(environment["DATABASE_URL"]):
        if not known.code.startswith(target):
            known.loaded = False
        with screen.step(_("Preparing the database")) as advance:
            run(home, ["prepare"], environment, advance)
        known.code, known.rows = code, _rows(environment["DATABASE_URL"])
        state.write(home, known)
    if known.kind == "demo" and not known.loaded and LOADER.exists():
        with screen.step(_("Loading the demo's people and records")) as advance:
            run(home, ["demo_load"], environment, advance)
        known.loaded = True
        state.write(home, known)


def run(home: Path, command: list[str], environment: Mapping[str, str], advance: Advance) -> None:
    """One of Django's commands, its lines passed on while it runs; its end tells in words what went wrong."""
    log = home / "logs" / f"{command[0]}.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "django", *command],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            process_group=0,
            text=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                advance(line)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        reason = log.read_text(errors="replace")[-LAST_WORDS:].strip()
        raise Trouble(
            _("{command} failed: {reason}").format(command=command[0], reason=reason),
            _("The whole of it is in {path}.").format(path=log),
        )


def _rows(url: str) -> str:
    """How many migrations the database knows: it differs after a restore, and the stamp no longer holds."""
    with outside.connect(url) as connection:
        try:
            found = connection.execute(state.ROWS).fetchone()
        except psycopg.errors.UndefinedTable:
            return ""
    return f"{found[0]}:{found[1]}" if found else ""


def logins() -> list[dict[str, str]]:
    """Who may log in to the demo, in the launcher's language."""
    if not LOGINS.exists():
        return []
    chosen = words.language()
    return [
        {key: value if isinstance(value, str) else value[chosen] for key, value in person.items()}
        for person in json.loads(LOGINS.read_text(encoding="utf-8"))
    ]


def child_environment(**more: str) -> dict[str, str]:
    """What every child of the launcher gets; the checkout is importable although nothing is installed."""
    path = os.pathsep.join(part for part in (str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")) if part)
    fixed = {"DJANGO_SETTINGS_MODULE": "niangjia.config.settings", "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRANIAN_")}
    return {**kept, **fixed, **more}
