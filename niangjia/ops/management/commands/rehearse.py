"""``niangjia rehearse``: replay the opening of a programme with synthetic people, on this machine."""

import json
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from niangjia.benefits.services import plan_of
from niangjia.bookings import services
from niangjia.bookings.rehearsed import Rehearsal
from niangjia.core.errors import DomainError
from niangjia.ops.named import find_programme
from niangjia.ops.rehearsal.running import rehearse
from niangjia.ops.rehearsal.standing import hold_open

ENDS = (signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = gettext_noop("replay the opening of a programme with synthetic people; exit status 1 if a check fails")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help=_("its name in rules (warm-2026), or its key"))
        parser.add_argument("--members", type=int, default=20_000, help=_("how many people come at once"))
        parser.add_argument("--seconds", type=int, default=20, help=_("how long the safe rate is searched"))
        parser.add_argument("--json", action="store_true", help=_("the result for machines"))
        parser.add_argument(
            "--export-passes",
            nargs=2,
            metavar=("N", "FILE"),
            help=_("keep the rehearsal open for a load tool of yours, with N passes in FILE, until Ctrl-C"),
        )
        parser.add_argument("--port", type=int, default=0, help=_("the port for --export-passes"))

    def handle(self, *args: Any, programme: str, **options: Any) -> None:
        before = {number: signal.signal(number, _stop) for number in ENDS}
        try:
            plan = plan_of(find_programme(programme))
            if options["export_passes"]:
                count, file = options["export_passes"]
                self._hold_open(plan, _number(count), Path(file), options["port"])
                return
            planned = services.plan_rehearsal(
                **plan, members=options["members"], seconds=options["seconds"], actor=None, at=timezone.now()
            )
            done = rehearse(planned, self._tell)
        except DomainError as refused:
            raise CommandError(str(refused), returncode=1) from refused
        except KeyboardInterrupt:
            raise CommandError(_("Stopped; nothing is left behind."), returncode=1) from None
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        self._say(done, as_json=options["json"])

    def _hold_open(self, plan: dict[str, Any], count: int, file: Path, port: int) -> None:
        services.require_size(members=count)
        services.require_quiet(at=timezone.now())
        with hold_open(plan, count, file, port=port) as stand:
            self.stdout.write(_("POST %(url)s, header “Authorization: Bearer PASS”.") % {"url": stand.url})
            self.stdout.write(_("%(count)s passes are in %(file)s; they open nothing else.") % {
                "count": f"{count:,}", "file": file})  # fmt: skip
            self.stdout.write(_("Ctrl-C ends it and removes everything."))
            self.stdout.flush()
            stand.wait()
        for line in stand.said:
            self.stdout.write(line)
        if stand.faults:
            raise CommandError(_("The count does not agree."), returncode=1)

    def _tell(self, what: str, done: int, total: int) -> None:
        self.stderr.write(f"{what} {done:,} / {total:,}" if total else what)

    def _say(self, done: Rehearsal, *, as_json: bool) -> None:
        if as_json:
            figures = model_to_dict(done, exclude=["organization", "job", "started_by"])
            self.stdout.write(json.dumps({"id": str(done.pk), **figures}, default=str, ensure_ascii=False))
        else:
            told = [*done.sentences(), *done.faults_in_words(), done.remark(), done.not_replayed()]
            self.stdout.write("\n".join(filter(None, told)))
        if done.faults:
            raise CommandError(_("The count does not agree."), returncode=1)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0  # which the service refuses
