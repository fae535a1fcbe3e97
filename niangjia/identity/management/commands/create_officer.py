from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from niangjia.core.errors import DomainError
from niangjia.identity import services
from niangjia.org.models import Level


class Command(BaseCommand):
    help = (
        "Make the first account of an installation: an administrator of the topmost union, who may do everything. "
        "Prints a temporary password. On an empty installation, --unit and --code name the topmost union."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="what the person types at log-in")
        parser.add_argument("name", help="the person's name")
        parser.add_argument("--unit", default="", help="the name of the topmost union, where there is none yet")
        parser.add_argument("--code", default="", help="its code, such as BJ or BJ-XC")

        parser.add_argument("--level", default=Level.DISTRICT, choices=Level.values, help="its level")

    def handle(self, *args: Any, username: str, name: str, unit: str, code: str, level: str, **options: Any) -> None:
        try:
            user, password, top = services.create_first_officer(
                username=username, name=name, unit=unit, code=code, level=Level(level)
            )
        except DomainError as no:
            raise CommandError(str(no)) from no
        self.stdout.write(f"{user.name} ({user.username}): {top.name}")
        self.stdout.write(f"Temporary password: {password}")
        self.stdout.write("It is shown this once. At the first log-in it must be changed.")
