"""A person's own long work: how far it is, how it ended, where its result lies."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from niangjia.identity.http import UserRequest
from niangjia.jobs import services
from niangjia.jobs.models import Job
from niangjia.ui import pages


@login_required
def job_list(request: UserRequest) -> HttpResponse:
    page = pages.paginate(request, Job.objects.visible_to(request.user), 20)
    return render(request, "jobs/job_list.html", {"page": page})


@login_required
@never_cache
def job_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return render(request, "jobs/job_detail.html", {"job": job})


@require_POST
@login_required
def job_again(request: UserRequest, pk: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return redirect(services.start_again(job, actor=request.user))
