"""``niangjia …``: what runs the installation is done here, everything else is one of Django's commands."""

import argparse
import ast
import difflib
import gettext as catalogue
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from niangjia.ops import session, words
from niangjia.ops.state import PACKAGE
from niangjia.ops.words import Trouble
from niangjia.ops.words import gettext as _
from niangjia.ops.words import gettext_noop

HIDDEN = frozenset({"prepare", "demo_load", "doctor"})


def run(argv: list[str]) -> int:
    """The exit status: 0 done, 1 something is wrong, 2 asked wrongly."""
    argv = _take_language(argv)
    if not argv or argv[0] in {"-h", "--help", "help"}:
        _print(usage())
        return 0
    try:
        return HOUSE[argv[0]](argv) if argv[0] in HOUSE else _manage(argv)
    except Trouble as trouble:
        for sentence in (trouble.message, trouble.remedy):
            if sentence:
                session.say(sentence)
        return 1


def _take_language(argv: list[str]) -> list[str]:
    """``--language en`` may stand anywhere, for any command."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--language", choices=(words.CHINESE, words.ENGLISH))
    found, rest = parser.parse_known_args(argv)
    if found.language:
        os.environ["NIANGJIA_LANGUAGE"] = found.language
    return rest


# What runs the installation -------------------------------------------------------------------------------------
def _supervise(argv: list[str]) -> int:
    # rich and psycopg take as long to import as all the rest: only who starts something pays for them.
    from niangjia.ops import supervisor  # noqa: PLC0415

    kind = "demo" if argv[0] == "demo" else "site"
    parser = _supervisor_parser(argv[0])
    chosen = parser.parse_args(argv[1:])
    if argv[0] == "serve" and bool(chosen.certificate) != bool(chosen.key):
        parser.error(_("--certificate and --key go together."))
    home = session.find_home(demo=kind == "demo")
    return supervisor.run(
        supervisor.Plan(
            kind=kind,
            home=home,
            host=chosen.host,
            port=chosen.port,
            workers=chosen.workers,
            certificate=getattr(chosen, "certificate", None),
            key=getattr(chosen, "key", None),
        )
    )


def _supervisor_parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"niangjia {name}", description=_(SUMMARIES[name]), allow_abbrev=False)
    port, host = os.environ.get("PORT") or "8000", os.environ.get("HOST") or "127.0.0.1"
    workers = os.environ.get("NIANGJIA_WORKERS") or str(max(1, (os.cpu_count() or 1) // 2))
    parser.add_argument("--port", type=_port, default=port, help=_("the port (PORT), 8000 unless said"))
    parser.add_argument("--host", default=host, help=_("the address to listen on (HOST); 0.0.0.0 for the network"))
    parser.add_argument("--workers", type=_count, default=workers, help=_("web processes (NIANGJIA_WORKERS)"))
    if name == "serve":
        parser.add_argument("--certificate", type=Path, help=_("the certificate with its chain, for HTTPS"))
        parser.add_argument("--key", type=Path, help=_("the key of the certificate, PKCS#8"))
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(_("a port is a number from 1 to 65535, not {text}").format(text=text))
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("this is a number from 1 on, not {text}").format(text=text))
    return int(text)


def _doctor(argv: list[str]) -> int:
    """It has to speak even if no database can be started: that is a finding like any other."""
    from niangjia.ops import dispatch  # noqa: PLC0415 (Django: half a second that the supervisor must not pay)

    if {"-h", "--help"} & set(argv):
        return dispatch.manage(argv)
    home = session.find_home()
    try:
        with session.database(home, "niangjia doctor"):
            return dispatch.manage(argv)
    except Trouble as trouble:
        os.environ["DATABASE_URL"] = "postgresql:///niangjia?host=/nonexistent"
        return dispatch.manage([*argv, "--database-trouble", str(trouble)])


def _worker(argv: list[str]) -> int:
    return _manage(["procrastinate", "worker", *argv[1:]])


# Everything else ------------------------------------------------------------------------------------------------
def _manage(argv: list[str]) -> int:
    from niangjia.ops import dispatch  # noqa: PLC0415 (Django: half a second that the supervisor must not pay)

    home = session.find_home()
    if argv[0] not in dispatch.commands():
        near = difflib.get_close_matches(argv[0], [*HOUSE, *_summaries()], n=1)
        session.say(_("There is no command “{name}”.").format(name=argv[0]))
        session.say(_("Did you mean “niangjia {name}”?").format(name=near[0]) if near else _("niangjia --help lists all."))
        return 2
    with session.database(home, f"niangjia {argv[0]}"):
        return dispatch.manage(argv)


# The list -------------------------------------------------------------------------------------------------------
def usage() -> str:
    lines = [_("Usage: niangjia COMMAND [OPTIONS]   (--help after a command tells its options)"), ""]
    lines += _columns((name, _(text)) for name, text in SUMMARIES.items())
    lines += ["", _("Commands of the house:"), *_columns(sorted(_summaries().items()))]
    lines += ["", _("Commands of Django that are of use:"), *_columns((name, _(text)) for name, text in DJANGO.items())]
    lines += ["", _("--language en speaks English. NIANGJIA_HOME says which installation is meant.")]
    return "\n".join(lines)


def _columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {name:<16}{text}" for name, text in rows]


def _summaries() -> dict[str, str]:
    """Each app's own commands with the line they carry as ``help``, read without importing anything."""
    found = {}
    for path in PACKAGE.glob("*/management/commands/*.py"):
        if path.stem.startswith("_") or path.stem in HIDDEN:
            continue
        locale = path.parents[2] / "locale"
        speaks = catalogue.translation("django", locale, languages=["zh_Hans"], fallback=True)
        text = _help_of(path)
        found[path.stem] = speaks.gettext(text) if text and words.language() == words.CHINESE else text
    return found


def _help_of(path: Path) -> str:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and any(isinstance(name, ast.Name) and name.id == "help" for name in node.targets):
            texts = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            return str(texts[0]) if texts else ""
    return ""


def _print(text: str) -> None:
    print(text)  # noqa: T201


SUMMARIES = {
    "demo": gettext_noop("start everything on this machine with invented people"),
    "serve": gettext_noop("start the site for real: database, web server, job worker"),
    "doctor": gettext_noop("look for what is wrong with the installation, and say what to do"),
    "worker": gettext_noop("run the job worker alone, on a machine of its own"),
}
DJANGO = {
    "migrate": gettext_noop("bring the database to the state this version wants"),
    "shell": gettext_noop("a Python prompt with the models at hand"),
    "dbshell": gettext_noop("a psql prompt on the database"),
    "changepassword": gettext_noop("give somebody a new password"),
}
HOUSE: dict[str, Callable[[list[str]], int]] = {
    "demo": _supervise,
    "serve": _supervise,
    "doctor": _doctor,
    "worker": _worker,
}
