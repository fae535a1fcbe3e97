"""``niangjia doctor``."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from niangjia.ops import doctor
from niangjia.ops.doctor import Finding


class Command(BaseCommand):
    help = gettext_noop("look for what is wrong with the installation, and say what to do")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument("--database-trouble", default="", help="why the launcher could start no database")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = doctor.examine(options["database_trouble"])
        faults = [finding for finding in findings if not finding.well]
        if options["json"]:
            listed = [asdict(finding) | {"well": finding.well} for finding in findings]
            self.stdout.write(json.dumps({"well": not faults, "findings": listed}, ensure_ascii=False, indent=2))
        else:
            self._tell(findings, faults)
        if faults:
            sys.exit(1)

    def _tell(self, findings: list[Finding], faults: list[Finding]) -> None:
        for finding in findings:
            sign = self.style.SUCCESS("✓") if finding.well else self.style.ERROR("✗")
            line = _("%(title)s: %(found)s") % {"title": finding.title, "found": finding.found}
            self.stdout.write(f"{sign} {line}")
            if finding.remedy:
                self.stdout.write(f"  → {finding.remedy}")
        many = ngettext("%(count)s fault.", "%(count)s faults.", len(faults)) % {"count": len(faults)}
        well = _("All is well.")
        self.stdout.write(f"\n{many if faults else well}")
