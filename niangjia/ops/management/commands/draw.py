"""``niangjia draw export``: the file of a programme's draw, as the public page gives it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from niangjia.bookings.models import Draw
from niangjia.bookings.published import file_of
from niangjia.ops.named import find_programme


class Command(BaseCommand):
    help = gettext_noop("write the file of a programme's draw")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help=_("its name in rules (warm-2026), or its key"))
        parser.add_argument("file")

    def handle(self, *args: Any, programme: str, file: str, **options: Any) -> None:
        draw = Draw.objects.select_related("offer").filter(offer_id=find_programme(programme).pk).first()
        if draw is None or not draw.closed_at:
            raise CommandError(_("There is no draw whose list is fixed for this programme."), returncode=1)
        Path(file).write_bytes(file_of(draw))
        self.stdout.write(_("Written to %(file)s.") % {"file": file})
