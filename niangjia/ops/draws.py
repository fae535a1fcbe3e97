"""``niangjia draw``: recompute a draw from its published file, without a database; write the file of a programme."""

import argparse
import gettext as catalogue
import json
from functools import cache
from pathlib import Path

from niangjia.bookings import proving, reading
from niangjia.ops import dispatch, session, words
from niangjia.ops.state import PACKAGE
from niangjia.ops.words import gettext as _

VERIFIED, NOT_VERIFIED, UNREADABLE = 0, 1, 2


def main(argv: list[str]) -> int:
    """``verify`` is done here, so that anybody can do it anywhere; ``export`` asks the installation's database."""
    parser = argparse.ArgumentParser(prog="niangjia draw", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", required=True)
    verify = actions.add_parser("verify", help=_("recompute a draw; exit status 0 verified, 1 not, 2 unreadable"))
    verify.add_argument("file", type=Path)
    verify.add_argument("--commitment", default="", help=_("the commitment that you noted before entries closed"))
    verify.add_argument("--json", action="store_true", help=_("the result for machines"))
    export = actions.add_parser("export", help=_("write the file of a programme's draw"))
    export.add_argument("programme")
    export.add_argument("file")
    asked = parser.parse_args(argv[1:])
    if asked.action == "export":
        return dispatch.main(["draw", asked.programme, asked.file])
    return _verify(asked.file, noted=asked.commitment, as_json=asked.json)


def _verify(file: Path, *, noted: str, as_json: bool) -> int:
    try:
        stated = reading.read(file.read_bytes())
    except OSError as error:
        session.say(_("{file} cannot be read: {reason}.").format(file=file, reason=error.strerror))
        return UNREADABLE
    except reading.Unreadable as refused:
        session.say(_refusal(refused))
        return UNREADABLE
    checks = proving.verify(stated, noted=noted)
    passed = all(check.passed for check in checks)
    lines = [_for_machines(stated, checks)] if as_json else _for_people(stated, checks)
    print("\n".join(lines))  # noqa: T201 (the command line speaks here)
    return VERIFIED if passed else NOT_VERIFIED


def _refusal(refused: reading.Unreadable) -> str:
    problem = _of_bookings(refused.problem)
    return f"{refused.place}: {problem}" if refused.place else problem


def _for_machines(stated: proving.Published, checks: list[proving.Check]) -> str:
    shown = [{**check._asdict(), "passed": check.passed} for check in checks]
    passed = all(check.passed for check in checks)
    answer = {"verified": passed, "programme": stated.programme, "drawn": stated.result is not None, "checks": shown}
    return json.dumps(answer, ensure_ascii=False)


def _for_people(stated: proving.Published, checks: list[proving.Check]) -> list[str]:
    lines = [stated.title]
    for check in checks:
        lines.append(f"{'✓' if check.passed else '✗'} {_of_bookings(check.title)}")
        if not check.passed:
            lines += [
                "  " + _("expected: {text}").format(text=check.expected),
                "  " + _("found: {text}").format(text=check.found),
            ]
    if not all(check.passed for check in checks):
        return [*lines, _("This file does not prove the draw.")]
    if stated.result is None:
        return [*lines, _("The list is sound. It has not been drawn in this file.")]
    return [*lines, _("The draw is as it must be, all of it recomputed.")]


def _of_bookings(message: str) -> str:
    """What is checked has its words in the bookings' own catalogue, which the pages use too."""
    return _catalogue().gettext(message) if words.language() == words.CHINESE else message


@cache
def _catalogue() -> catalogue.NullTranslations:
    return catalogue.translation("django", PACKAGE / "bookings" / "locale", languages=["zh_Hans"], fallback=True)
