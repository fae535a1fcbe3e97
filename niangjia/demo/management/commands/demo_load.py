"""``demo_load``: what ``make demo`` calls once the database is there."""

import gc
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.demo import loading, people, steps
from niangjia.org.models import Organization


class Command(BaseCommand):
    help = "Load the demo: invented people, employers and programmes, the same ones every time"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", type=float, default=1.0, help="share of the 24,000 people; those the figures need stay"
        )

    def handle(self, *args: Any, scale: float, **options: Any) -> None:
        if not 0 <= scale <= 1:
            raise CommandError(_("The scale lies between 0 and 1."))
        root = Organization.objects.filter(parent=None).first()
        if root and not loading.is_demo():
            raise CommandError(_("This database holds a real installation; the demo does not go in there."))
        # A million short-lived objects, and nothing to collect: an eighth of the time would go into looking.
        gc.set_threshold(100_000, 50, 100)
        size = people.Size().scaled(scale)
        demo = loading.Demo(size, on=timezone.localdate())
        if not loading.load(demo, steps.STEPS, self.stdout.write):
            self.stdout.write(_("The demo is loaded already."))
