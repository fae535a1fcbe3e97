"""One rehearsal from its beginning to its figures; whatever it started or made is gone when it ends."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.bookings import services
from niangjia.bookings.rehearsed import Check, Rehearsal
from niangjia.core.errors import DomainError, InvalidTransition
from niangjia.ops.rehearsal import checks, keeping, server
from niangjia.ops.rehearsal.storm import Answers, Order
from niangjia.ops.rehearsal.world import FIRST_MEMBER, PLENTY, World

CONNECTIONS = 256  # as a proxy in front keeps them open; more only lengthen the queue in the kernel
LEAD = timedelta(seconds=1)  # the opening is so far away when the crowd is told of it
MARGIN = 0.01  # and everybody comes so much later, in seconds: the clocks of two processes are read
EARLY = 20  # people who look too early
LIMIT_MS = 200  # a rate is safe when 99 of 100 are answered within this time, and nobody is told to come later
FIRST = 0.6  # the first rate that is tried, as a part of that at which the opening crowd was served
MOST = 4  # times the first rate is the highest
TRIES = 6  # rates that are tried
FAR = timedelta(days=1)

Tell = Callable[[str, int, int], None]


class RehearsalFailed(DomainError):
    """The rehearsal itself broke; it says nothing about the lane."""

    code = "rehearsal-failed"


def rehearse(rehearsal: Rehearsal, tell: Tell) -> Rehearsal:
    """Run what was planned and keep its figures, or why there are none; ``tell`` hears how far it is."""
    alone = False
    try:
        with keeping.world() as world:
            alone = True
            services.begin_rehearsal(rehearsal)
            services.require_quiet(at=timezone.now())
            figures = Stage(rehearsal, world, tell).figures()
    except BaseException as broken:
        _break_off(Rehearsal.objects.get(pk=rehearsal.pk), broken, alone=alone)
        raise
    return services.finish_rehearsal(rehearsal, at=timezone.now(), **figures)


def _break_off(rehearsal: Rehearsal, broken: BaseException, *, alone: bool) -> None:
    """Say that it has ended, unless it runs elsewhere: this may be the second run of its job."""
    if rehearsal.is_over or (rehearsal.is_running and not alone):
        return
    told = isinstance(broken, DomainError) and not isinstance(broken, InvalidTransition)
    services.break_off_rehearsal(rehearsal, reason=str(broken) if told else "", at=timezone.now())


class Stage:
    """The world, the lane in it, and the crowd before it."""

    def __init__(self, rehearsal: Rehearsal, world: World, tell: Tell) -> None:
        self.rehearsal, self.world, self.folder, self.tell = rehearsal, world, world.folder, tell
        self.env = server.environment(world)
        self.faults: list[dict[str, Any]] = []

    def figures(self) -> dict[str, Any]:
        """The columns of ``Rehearsal``."""
        self.tell(_("Synthetic people are put on a list of their own."), 0, 0)
        self.world.list_people(max(2, self.rehearsal.members))
        with server.lane(self.env, self.folder) as port:
            opening = self._open(port)
            steady = self._search(port, opening)
        known = {
            "cores": server.cores(),
            "processes": server.processes(),
            "connections": CONNECTIONS,
            "limit_ms": LIMIT_MS,
        }
        return {**known, **opening_figures(opening, self.rehearsal), **steady_figures(steady), "faults": self.faults}

    def _open(self, port: int) -> Answers:
        """Everybody at once."""
        now = self.world.now()
        offer = self.world.offer(self.rehearsal, opens_at=now + FAR, protected=self.rehearsal.protected)
        order = self._order(port, [str(offer)], self.rehearsal.members, early=min(EARLY, self.rehearsal.members))

        def cue() -> float:
            opens_at = self.world.now() + LEAD
            self.world.raw.execute("UPDATE bookings_offer SET opens_at = %s WHERE id = %s", [opens_at, offer])
            self._tell_opening(0)
            return time.time() + LEAD.total_seconds() + MARGIN

        return self._storm(order, cue)

    def _search(self, port: int, opening: Answers) -> Answers:
        """People one after the other, at rates that close in on what the lane can bear."""
        settled = max(opening.waits, default=1000.0) / 1000
        rate = FIRST * self.rehearsal.members / max(settled, 0.001)
        count = int(MOST * rate * self.rehearsal.seconds / TRIES) + 2
        self.world.list_people(count)
        now = self.world.now()
        offers = [str(self.world.offer(self.rehearsal, opens_at=now, pieces=PLENTY)) for _try in range(TRIES)]
        order = self._order(port, offers, count, rate=rate, seconds=float(self.rehearsal.seconds), limit_ms=LIMIT_MS)
        return self._storm(order)

    def _order(self, port: int, offers: list[str], members: int, **more: Any) -> Order:
        probe = self.world.offer(self.rehearsal, opens_at=self.world.now(), pieces=1)
        return Order(port, str(probe), offers, FIRST_MEMBER, members, CONNECTIONS, **more)

    def _storm(self, order: Order, cue: Callable[[], float] | None = None) -> Answers:
        """Let the crowd carry it out; then look whether what people heard is what is stored."""
        (self.folder / "order.json").write_text(json.dumps(asdict(order)), encoding="utf-8")
        with _crowd(self.env, self.folder) as process:
            for line in process.stdout or ():
                self._hear(json.loads(line), process, cue)
        if process.returncode:
            raise RehearsalFailed(_("The crowd of the rehearsal broke down."), remedy=_("Please start it again."))
        answers = Answers(**json.loads((self.folder / "answers.json").read_text(encoding="utf-8")))
        self._check(order, answers)
        return answers

    def _hear(self, said: dict[str, Any], process: "subprocess.Popen[str]", cue: Callable[[], float] | None) -> None:
        stage = said.get("stage")
        if "done" in said and cue:
            self._tell_opening(said["done"])
        elif stage == "ready" and cue and process.stdin:
            process.stdin.write(f"{cue()}\n")
            process.stdin.flush()
        elif stage == "broken":
            raise RehearsalFailed(
                _("The lane of the rehearsal does not book: %(heard)s") % {"heard": said["heard"]},
                remedy=(self.folder / "lane.log").read_text(errors="replace")[-200:],
            )
        elif stage == "steady":
            self.tell(_("%(rate)s people a second, one after the other.") % {"rate": f"{said['rate']:,}"},
                      said["step"] - 1, said["steps"])  # fmt: skip
        services.require_quiet(at=timezone.now())  # somebody real has come: then this ends here

    def _tell_opening(self, done: int) -> None:
        self.tell(_("The opening: everybody comes at once."), done, self.rehearsal.members)

    def _check(self, order: Order, answers: Answers) -> None:
        for offer, told in answers.booked.items():
            self.faults += checks.faults(self.world, UUID(offer), told)
        if answers.unanswered:
            self.faults.append({"check": Check.UNANSWERED.value, "expected": 0, "found": answers.unanswered})
        early = order.early - answers.early.get("not-yet-open", 0)
        if early:
            self.faults.append({"check": Check.EARLY.value, "expected": 0, "found": early})


@contextmanager
def _crowd(env: Mapping[str, str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    with (
        (folder / "crowd.log").open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "niangjia.ops.rehearsal.storm", str(folder)],
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            process_group=0,
            text=True,
        ) as process,
    ):
        try:
            yield process
        except BaseException:
            process.kill()
            raise


# What is kept -----------------------------------------------------------------------------------------------------
def opening_figures(answers: Answers, rehearsal: Rehearsal) -> dict[str, Any]:
    waits = sorted(answers.waits) or [0.0]
    booked = sum(len(told) for told in answers.booked.values())
    return {
        "gone_ms": round(answers.gone_ms) if booked == rehearsal.pieces else None,
        "settled_ms": round(waits[-1]),
        "wait_p50_ms": round(waits[(len(waits) - 1) // 2]),
        "wait_p99_ms": round(waits[(len(waits) - 1) * 99 // 100]),
        "booked": booked,
        "turned_away": answers.turned_away,
        "answers": answers.names,
    }


def steady_figures(answers: Answers) -> dict[str, Any]:
    held = max((step["rate"] for step in answers.steps if step["held"]), default=0)
    return {"safe_rate": rounded_down(held) or None, "steps": answers.steps}


def rounded_down(rate: int) -> int:
    """To two figures: 4,187 is 4,100. More would claim what a few seconds cannot know."""
    unit = int(10 ** max(0, len(str(rate)) - 2))
    return rate // unit * unit
