"""``niangjia …``: what runs the installation is done here, everything else is one of Django's commands."""

import argparse
import ast
import gettext as catalogue
import os
from collections.abc import Iterable
from importlib import import_module

from niangjia.ops import session, words
from niangjia.ops.state import PACKAGE
from niangjia.ops.words import Trouble, gettext_noop
from niangjia.ops.words import gettext as _

# Named, not imported: the supervisor must not pay for Django, nor --help for either.
SUPERVISOR, DJANGO = "niangjia.ops.supervisor", "niangjia.ops.dispatch"
ENTRIES = {"demo": SUPERVISOR, "serve": SUPERVISOR, "pg": "niangjia.ops.programs", "draw": "niangjia.ops.draws"}

SUMMARIES = {
    "demo": gettext_noop("start everything on this machine with invented people"),
    "serve": gettext_noop("start the site for real: database, web server, job worker"),
    "doctor": gettext_noop("look for what is wrong with the installation, and say what to do"),
    "worker": gettext_noop("run the job worker alone, on a machine of its own"),
    "draw": gettext_noop("recompute a draw from its published file (verify), or write the file (export)"),
    "pg": gettext_noop("run a program of PostgreSQL on the database: pg_dump, pg_restore, psql"),
}
USEFUL = {
    "migrate": gettext_noop("bring the database to the state this version wants"),
    "shell": gettext_noop("a Python prompt with the models at hand"),
    "dbshell": gettext_noop("a psql prompt on the database"),
    "changepassword": gettext_noop("give somebody a new password"),
}
HIDDEN = frozenset({"prepare", "demo_load", *SUMMARIES})


def run(argv: list[str]) -> int:
    """The exit status: 0 done, 1 something is wrong, 2 asked wrongly."""
    argv = _take_language(argv)
    if not argv or argv[0] in {"-h", "--help", "help"}:
        print(usage())  # noqa: T201 (the command line speaks here)
        return 0
    try:
        status: int = import_module(ENTRIES.get(argv[0], DJANGO)).main(argv)
    except Trouble as trouble:
        for sentence in (trouble.message, trouble.remedy):
            if sentence:
                session.say(sentence)
        return 1
    return status


def _take_language(argv: list[str]) -> list[str]:
    """``--language en`` may stand anywhere, for any command."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--language", choices=(words.CHINESE, words.ENGLISH))
    found, rest = parser.parse_known_args(argv)
    if found.language:
        os.environ["NIANGJIA_LANGUAGE"] = found.language
    return rest


def usage() -> str:
    lines = [_("Usage: niangjia COMMAND [OPTIONS]   (--help after a command tells its options)"), ""]
    lines += _columns((name, _(text)) for name, text in SUMMARIES.items())
    own = sorted(own_commands().items())
    lines += ["", _("Commands of the house:"), *_columns(own)] if own else []
    lines += [
        "",
        _("Commands of Django that are of use:"),
        *_columns((name, _(text)) for name, text in USEFUL.items()),
    ]
    lines += ["", _("--language en speaks English. NIANGJIA_HOME says which installation is meant.")]
    return "\n".join(lines)


def _columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {name:<16}{text}" for name, text in rows]


def own_commands() -> dict[str, str]:
    """Each app's own commands with the line they carry as ``help``, read without importing anything."""
    found = {}
    for path in PACKAGE.glob("*/management/commands/*.py"):
        if path.stem.startswith("_") or path.stem in HIDDEN:
            continue
        text = _help_in(path.read_text(encoding="utf-8"))
        speaks = catalogue.translation("django", path.parents[2] / "locale", languages=["zh_Hans"], fallback=True)
        found[path.stem] = speaks.gettext(text) if text and words.language() == words.CHINESE else text
    return found


def _help_in(code: str) -> str:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "help":
            return next((str(part.value) for part in ast.walk(node.value) if isinstance(part, ast.Constant)), "")
    return ""
