"""The command line: what runs the installation goes to ``ops``, everything else to Django's commands."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    from niangjia.ops.cli import run  # noqa: PLC0415 (after the settings are named)

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
