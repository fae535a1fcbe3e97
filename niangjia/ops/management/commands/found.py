"""``niangjia found``: the first union and the first account of a new installation."""

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from niangjia.core.errors import DomainError
from niangjia.ops import services
from niangjia.org.models import Kind, Level


class Command(BaseCommand):
    help = gettext_noop("make the first union and the first account of a new installation")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="BJ-XC-TQ")
        parser.add_argument("--name", required=True, help="天桥街道总工会")
        parser.add_argument("--kind", choices=Kind.values, default=Kind.FEDERATION)
        parser.add_argument("--level", choices=Level.values, default=Level.DISTRICT)
        parser.add_argument("--person", required=True, help="王小明")
        parser.add_argument("--username", required=True, help="wangxm")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("code", "name", "kind", "level", "person", "username")
        try:
            services.found_installation(**{name: options[name] for name in names}, password=self._password())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("%(name)s stands, and %(username)s may log in.") % options)

    def _password(self) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass(_("Password: "))
        if getpass(_("Once more: ")) != password:
            raise CommandError(_("The two are not the same."))
        return password
