"""Freezing, which may take a while."""

from uuid import UUID

from django.utils import timezone

from niangjia.audiences import services
from niangjia.audiences.freeze import SLICES
from niangjia.jobs.queue import worker
from niangjia.jobs.tracking import Progress


@worker("audiences.freeze")
def freeze(audience: str, job: str | None = None) -> None:
    """Freeze one audience; a second run finds it frozen."""
    with Progress(job, total=len(SLICES)) as progress:
        services.freeze_audience(UUID(audience), at=timezone.now(), progress=progress.advance)
