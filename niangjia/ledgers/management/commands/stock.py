"""``niangjia stock verify``: does everything that came in still lie somewhere?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.ledgers.checks import registered
from niangjia.ledgers.services import verify_stock


class Command(BaseCommand):
    help = "Compare the stock ledger with bookings and hand-overs; exit status 1 on a difference"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        differences = verify_stock(at=timezone.now())
        for found in differences:
            self.stdout.write(
                _("%(message)s Expected %(expected)s, found %(found)s.")
                % {"message": found.message, "expected": found.expected, "found": found.found}
            )
        if differences:
            raise CommandError(_("%(count)s differences in the stock.") % {"count": len(differences)}, returncode=1)
        self.stdout.write(_("The stock is in order: %(count)s checks.") % {"count": len(registered)})
