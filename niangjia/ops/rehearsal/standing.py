"""A rehearsal held open for a load tool of the operator's own."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.bookings import passes, services
from niangjia.bookings.passes import derive
from niangjia.bookings.rehearsed import Rehearsal, said
from niangjia.core.keys import read
from niangjia.ops.rehearsal import checks, keeping, server
from niangjia.ops.rehearsal.world import World, member_key

LOOK = 1.0  # seconds between two looks whether somebody real has come
LASTS = timedelta(hours=1)


@dataclass
class Stand:
    """The lane that waits for the load tool; afterwards what was counted."""

    url: str
    said: list[str] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def wait(self) -> None:
        """Until Ctrl-C. Raises ``RehearsalRefused`` when people come to a real booking."""
        until = time.monotonic() + LASTS.total_seconds()
        try:
            while time.monotonic() < until:
                services.require_quiet(at=timezone.now())
                time.sleep(LOOK)
        except KeyboardInterrupt:
            return


@contextmanager
def hold_open(plan: dict[str, Any], count: int, file: Path, *, port: int = 0) -> Iterator[Stand]:
    """An offer open now in a world of its own, the lane before it, and passes for so many people in the file."""
    with keeping.world() as world:
        env = server.environment(world)
        world.list_people(count)
        now = world.now()
        offer = world.offer(Rehearsal(**plan), opens_at=now, protected=plan["protected"])
        _write_passes(file, offer, count, derive(read(world.folder / "keys", "passes")), expires=now + LASTS)
        with server.lane(env, world.folder, port=port) as found:
            stand = Stand(f"http://{server.HOST}:{found}/book/{offer}")
            yield stand
        _count(stand, world, offer)


def _write_passes(file: Path, offer: UUID, count: int, key: bytes, *, expires: datetime) -> None:
    moment = int(expires.timestamp())
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        for number in range(count):
            out.write(passes.sign_with(key, member_key(number), offer, epoch=0, expires=moment) + "\n")


def _count(stand: Stand, world: World, offer: UUID) -> None:
    """What a tool was told is not known here: all that the tables say among themselves is compared."""
    booked = world.raw.execute("SELECT count(*) FROM bookings_booking WHERE offer_id = %s", [offer]).fetchone()
    stand.said.append(_("%(count)s bookings were made.") % {"count": f"{booked[0] if booked else 0:,}"})
    stand.faults = checks.faults(world, offer, None)
    stand.said += [said(fault) for fault in stand.faults]
