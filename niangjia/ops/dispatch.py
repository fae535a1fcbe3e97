"""Django's side of the command line."""

import sys

from django.core.management import execute_from_command_line, get_commands
from django.utils import translation

from niangjia.ops import words


def commands() -> frozenset[str]:
    return frozenset(get_commands()) | {"help", "version"}


def manage(argv: list[str]) -> int:
    """One of Django's commands, in the language of the launcher; its exit status instead of its ``SystemExit``."""
    try:
        with translation.override(words.language()):
            execute_from_command_line(["niangjia", *argv])
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    return 0
