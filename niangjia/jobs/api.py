"""How far long work is, for programs that wait for it."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.pagination import paginate

from niangjia.core.request import Request
from niangjia.jobs import services
from niangjia.jobs.models import Job, JobStatus

router = Router()


class JobOut(Schema):
    """Long work that I have started: ask again until ``status`` is ``done`` or ``failed``."""

    id: UUID
    label: str
    status: JobStatus
    done: int
    total: int
    percent: int
    message: str
    result_url: str
    created_at: datetime
    updated_at: datetime


@router.get("", response=list[JobOut], summary="Long work that I have started, the latest first")
@paginate
def job_list(request: Request, status: JobStatus | None = None) -> QuerySet[Job]:
    rows: QuerySet[Job] = Job.objects.visible_to(request.user)
    return rows.filter(status=status) if status else rows


@router.get("/{uuid:job_id}", response=JobOut, summary="How far one piece of long work is")
def job_detail(request: Request, job_id: UUID) -> Job:
    job: Job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    return job


@router.post("/{uuid:job_id}/again", response=JobOut, summary="Start failed work once more")
def job_again(request: Request, job_id: UUID) -> Job:
    return services.start_again(job_detail(request, job_id), actor=request.user)
