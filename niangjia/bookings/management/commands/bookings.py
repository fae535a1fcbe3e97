"""``niangjia bookings verify``: were bookings edited, removed or renumbered after they had been made?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from niangjia.bookings.sealing import broken
from niangjia.bookings.services import seal_bookings


class Command(BaseCommand):
    help = "verify: check the chain over all bookings, exit status 1 on a fault. seal: chain what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify", "seal"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "seal":
            self.stdout.write(_("%(count)s bookings sealed.") % {"count": seal_bookings()})
            return
        faults = list(broken())
        for fault in faults:
            self.stdout.write(_("Changed after it was sealed: %(where)s.") % {"where": fault})
        if faults:
            raise CommandError(_("The chain over the bookings is broken."), returncode=1)
        self.stdout.write(_("The chain over the bookings is whole."))
