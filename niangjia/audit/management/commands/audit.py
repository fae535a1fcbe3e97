from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from niangjia.audit import queries, services


class Command(BaseCommand):
    help = "verify: find entries of the history that were edited, removed or reordered. seal: chain what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "seal"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "seal":
            self.stdout.write(f"{services.seal()} entries sealed.")
            return
        verdict = queries.verify()
        for fault in verdict.faults:
            self.stdout.write(self.style.ERROR(fault))
        self.stdout.write(f"{verdict.sealed} entries sealed, {verdict.unsealed} not yet.")
        if not verdict.sound:
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("The chain is whole."))
