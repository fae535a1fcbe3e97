from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from niangjia.coverage import recount

SHOWN = 100


class Command(BaseCommand):
    help = (
        "verify: count employers, workplaces and unions anew from their records, and name every figure that differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--known-on", type=date.fromisoformat, help="as it was known when this day ended")

    def handle(self, *args: Any, known_on: date | None, **options: Any) -> None:
        faults = list(recount.faults(known_on))
        for fault in faults[:SHOWN]:
            self.stdout.write(self.style.ERROR(fault))
        if faults:
            self.stdout.write(f"{len(faults)} figures differ from their records.")
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("Every figure is what its records say."))
