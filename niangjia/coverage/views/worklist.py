"""The work list of an officer, one employer's page of it, and the form for a talk."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.coverage import queries, services, worklist
from niangjia.coverage.forms import EndTaskForm, TalkForm, TaskForm
from niangjia.coverage.permissions import MANAGE, VIEW
from niangjia.coverage.views.employers import visible_employer
from niangjia.coverage.views.filling import fill
from niangjia.coverage.worklist import Task, TaskState
from niangjia.ui.filters import Choice, Options, Search
from niangjia.ui.formats import short_day
from niangjia.ui.tables import Column, Table
from niangjia.ui.templatetags.ui import badge

BADGES = {TaskState.OPEN: "active", TaskState.WON: "done", TaskState.GIVEN_UP: "closed"}


def _rates(request: HttpRequest) -> Options:
    return list(worklist.purposes().items())


class TaskTable(Table):
    columns = (
        Column("employer", gettext_lazy("Employer"), value=lambda row: row.employer.name),
        Column("unit", gettext_lazy("Unit"), value=lambda row: row.organization.short_name),
        Column("officer", gettext_lazy("Officer"), value=lambda row: row.officer.name),
        Column("due_on", gettext_lazy("Due"), sort="due_on",
               show=lambda row: badge("warning", short_day(row.due_on)) if row.overdue else short_day(row.due_on)),
        Column("talks", gettext_lazy("Talks"), value=lambda row: row.talk_count, end=True),
        Column("state", gettext_lazy("State"), value=lambda row: row.get_state_display(),
               show=lambda row: badge(BADGES[TaskState(row.state)], row.get_state_display())),
    )  # fmt: skip
    filters = (
        Choice("indicator", gettext_lazy("Rate"), _rates, gettext_lazy("any rate")),
        Choice("state", gettext_lazy("State"), TaskState.choices, gettext_lazy("any state")),
        Search("q", gettext_lazy("Employer"), fields=("employer__name",)),
    )
    sentence = gettext_lazy("Employers for {indicator}, {state}, whose name contains {q}")
    caption = gettext_lazy("Work list")
    empty = gettext_lazy("Employers given to officers will be listed here. They are chosen in the cockpit.")
    file_name = gettext_lazy("Work list")

    def row_href(self, row: Task) -> str:
        return reverse("coverage:task", args=[row.pk])


@login_required
def task_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    today = timezone.localdate()
    rows = Task.objects.visible_to(request.user)
    table = TaskTable(request, queries.with_progress(rows, today))
    context = {"open": rows.open().count(), "overdue": rows.open().filter(due_on__lt=today).count()}
    return table.respond("coverage/task_list.html", context)


def _task(request: Request, pk: UUID) -> Task:
    rows = Task.objects.visible_to(request.user).select_related("employer", "officer", "organization")
    task: Task = get_object_or_404(rows, pk=pk)
    return task


@login_required
def task_detail(request: Request, pk: UUID) -> HttpResponse:
    task = _task(request, pk)
    talks = list(task.talks.select_related("written_by"))
    sides = {talk.side for talk in talks}
    context = {
        "task": task,
        "purpose": worklist.purposes().get(task.indicator, task.indicator),
        "badge": (BADGES[TaskState(task.state)], task.get_state_display()),
        "overdue": task.state == TaskState.OPEN and task.due_on < timezone.localdate(),
        "talks": talks,
        "missing": [side.label for side in worklist.Side if side not in sides],
        "may_work": task.state == TaskState.OPEN
        and (request.user.pk == task.officer_id or access.can(request.user, MANAGE, task.organization_path)),
    }
    return render(request, "coverage/task.html", context)


@login_required
def task_new(request: Request, pk: UUID) -> HttpResponse:
    """Give an employer to an officer; the cockpit names the rate."""
    employer = visible_employer(request, pk)
    access.require(request.user, MANAGE, employer.organization_path)
    known = worklist.purposes()
    given = {"indicator": request.GET.get("indicator"), "officer": request.user.pk}
    form = TaskForm(request.POST or None, purposes=known, officers=queries.officers(employer), initial=given)
    made: list[Task] = []

    def act(said: dict[str, Any]) -> None:
        made.append(services.assign_task(employer, actor=request.user, **said))

    return fill(
        request, form, act, back=reverse("coverage:employer", args=[pk]),
        heading=_("Who talks to %(name)s about founding a union?") % {"name": employer},
        verb=_("Put it on the work list"),
        done=_("%(name)s is on the work list.") % {"name": employer},
        lead=_("The officer finds it in the work list, and in the inbox when its day has come."),
    )  # fmt: skip


@login_required
def talk_new(request: Request, pk: UUID) -> HttpResponse:
    task = _task(request, pk)
    services.require_worker(task, request.user)
    form = TalkForm(request.POST or None, initial={"on": timezone.localdate()})
    return fill(
        request, form, lambda said: services.record_talk(task, actor=request.user, **said),
        back=reverse("coverage:task", args=[pk]),
        heading=_("Whom did you talk to at %(name)s?") % {"name": task.employer},
        verb=_("Write the talk down"),
        done=_("The talk is written down."),
        lead=_("Both sides are talked to: the employer and the workers."),
    )  # fmt: skip


@login_required
def task_end(request: Request, pk: UUID) -> HttpResponse:
    task = _task(request, pk)
    services.require_worker(task, request.user)
    return fill(
        request, EndTaskForm(request.POST or None), lambda said: services.end_task(task, actor=request.user, **said),
        back=reverse("coverage:task", args=[pk]),
        heading=_("What came of it at %(name)s?") % {"name": task.employer},
        verb=_("Take it off the work list"),
        done=_("It is off the work list."),
        lead=_("It counts as won when the register says which union covers it."),
    )  # fmt: skip
