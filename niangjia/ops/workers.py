"""Rehearsals that somebody started on a page, and what a dead one may have left behind."""

from uuid import UUID

from django.utils import timezone

from niangjia.bookings import services
from niangjia.bookings.rehearsed import Rehearsal
from niangjia.jobs.queue import worker
from niangjia.jobs.tracking import Progress
from niangjia.ops.rehearsal import keeping
from niangjia.ops.rehearsal.running import rehearse as run


@worker("ops.rehearse", attempts=1)
def rehearse(rehearsal: str, job: str | None = None) -> None:
    """Run one; a second run finds it begun and is refused, for an opening may have come near meanwhile."""
    with Progress(job) as progress:
        stage = ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal stage
            if what != stage:
                stage = what
                progress.expect(total, message=what)
            progress.advance(done - progress.done)

        run(Rehearsal.objects.get(pk=UUID(rehearsal)), tell)


@worker("ops.clear_rehearsals", attempts=1, cron="*/5 * * * *")
def clear_rehearsals() -> None:
    """Only while none is running: the lock says so."""
    with keeping.alone() as raw:
        if raw is not None:
            keeping.clear(raw)
            services.give_up_lost(at=timezone.now())
