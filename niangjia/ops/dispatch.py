"""Django's side of the command line."""

import difflib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import django
from django.core.management import execute_from_command_line
from django.db import ProgrammingError
from django.utils import translation
from psycopg.errors import UndefinedColumn, UndefinedTable

from niangjia.ops import cli, outside, session, words
from niangjia.ops.state import PACKAGE
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _

PACKAGES = {"django": "*/**/management/commands", "procrastinate": "contrib/django/management/commands",
            "django_linear_migrations": "management/commands"}  # fmt: skip
NOWHERE = "postgresql:///niangjia?host=/nonexistent"


def main(argv: list[str]) -> int:
    """Any of Django's commands, with the installation's database there while it runs."""
    if argv[0] == "worker":
        argv = ["procrastinate", "worker", *argv[1:]]
    if argv[0] not in commands():
        return _unknown(argv[0])
    home = session.find_home()
    session.find_address(home)
    try:
        if outside.given() and argv[0] != "doctor":
            outside.check()
            os.environ["DATABASE_URL"] = outside.direct_url()
        with session.database(home, f"niangjia {argv[0]}"):
            return _manage(argv)
    except Trouble as trouble:
        if argv[0] != "doctor":
            raise
        # The doctor has to speak even then: that no database can be started is a finding like any other.
        os.environ["DATABASE_URL"] = NOWHERE
        return _manage([*argv, "--database-trouble", str(trouble)])


def commands() -> set[str]:
    """Every command there is, found by its file: the settings cannot be read before there is a database."""
    places = [*PACKAGE.glob("*/management/commands")]
    for package, pattern in PACKAGES.items():
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            places += Path(spec.origin).parent.glob(pattern)
    return {path.stem for place in places for path in place.glob("[!_]*.py")}


def _unknown(name: str) -> int:
    near = difflib.get_close_matches(name, [*cli.SUMMARIES, *commands()], n=1)
    session.say(_("There is no command “{name}”.").format(name=name))
    session.say(_("Did you mean “niangjia {name}”?").format(name=near[0]) if near else _("niangjia --help lists all."))
    return 2


def _manage(argv: list[str]) -> int:
    """One command in the language of the launcher; its exit status instead of its ``SystemExit``."""
    try:
        django.setup()
        with translation.override(words.language()):
            execute_from_command_line(["niangjia", *argv])
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        raise Trouble(
            _("The database is not in the state that this version wants: {reason}").format(
                reason=str(error).split("\n")[0]
            ),
            _("Run “niangjia migrate”."),
        ) from error
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    return 0
