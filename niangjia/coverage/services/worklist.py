"""Giving employers to officers, writing down talks, and what came of it."""

from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access, clock
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.coverage import queries, worklist
from niangjia.coverage.models import Coverage, Employer, Status
from niangjia.coverage.permissions import MANAGE
from niangjia.coverage.worklist import TASK_TRANSITIONS, Mood, Side, Talk, Task, TaskState
from niangjia.identity.models import User


@whole
def assign_task(employer: Employer, *, indicator: str, officer: User, due_on: date, actor: Actor | None) -> Task:
    """Give an employer that no union covers to an officer who may change it, until a day to come."""
    access.require(actor, MANAGE, employer.organization_path)
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    if employer.status != Status.OPEN or _covered(employer):
        raise DomainError(
            _("%(name)s is covered by a union, or closed.") % {"name": employer}, remedy=_("Choose another one.")
        )
    if indicator not in worklist.purposes():
        raise InvalidInput(_("Choose a rate."), field="indicator")
    if not queries.officers(employer).filter(pk=officer.pk).exists():
        raise InvalidInput(_("%(name)s may not change this employer.") % {"name": officer.name}, field="officer")
    if due_on < clock.now().on:
        raise InvalidInput(_("This day is over."), field="due_on")
    if Task.objects.open().filter(employer=employer, indicator=indicator).exists():
        raise DomainError(_("%(name)s is on the work list already.") % {"name": employer}, code="on-the-list")
    task: Task = Task.objects.create(
        organization_id=employer.organization_id, organization_path=employer.organization_path, employer=employer,
        indicator=indicator, officer=officer, due_on=due_on,
    )  # fmt: skip
    audit.record(actor, "coverage.task.assign", task, indicator=indicator, officer=officer.name, due_on=due_on)
    return task


def _covered(employer: Employer) -> bool:
    return Coverage.objects.known().filter(employer=employer, valid_to=None).exists()


@whole
def record_talk(
    task: Task, *, side: Side, on: date, who: str, mood: Mood, note: str = "", actor: Actor | None
) -> Talk:
    """Write down a talk with one side; by the officer, or by who manages the employer."""
    task = _worked_on(task, actor)
    clock.day_come(on, clock.now())
    if not who.strip():
        raise InvalidInput(_("Say with whom."), field="who")
    talk = Talk.objects.create(
        task=task, side=side, on=on, who=who.strip(), mood=mood, note=note, written_by_id=actor.pk if actor else None
    )
    audit.record(actor, "coverage.task.talk", task, side=side, on=on, mood=mood)
    return talk


@whole
def end_task(task: Task, *, state: TaskState, outcome: str, actor: Actor | None) -> Task:
    """Won is only what the register says is covered; giving up wants its reason."""
    task = _worked_on(task, actor)
    if state == TaskState.WON and not _covered(task.employer):
        raise DomainError(
            _("The register has no union that covers %(name)s.") % {"name": task.employer},
            remedy=_("Enter the covering union first."),
            code="not-covered",
        )
    if state == TaskState.GIVEN_UP and not outcome.strip():
        raise InvalidInput(_("Say why it is given up."), field="outcome")
    advance(task, state, TASK_TRANSITIONS, field="state")
    task.outcome, task.ended_on = outcome.strip(), clock.now().on
    task.save(update_fields=["state", "outcome", "ended_on"])
    audit.record(actor, "coverage.task.end", task, state=state, outcome=outcome)
    return task


def require_worker(task: Task, actor: Actor | None) -> None:
    """The officer, or who manages the employer."""
    if actor is not None and actor.pk != task.officer_id:
        access.require(actor, MANAGE, task.organization_path)


def _worked_on(task: Task, actor: Actor | None) -> Task:
    """The task, locked and under way, for its officer or for who manages its employer."""
    found: Task = Task.objects.select_for_update(of=["self"]).select_related("employer").get(pk=task.pk)
    require_worker(found, actor)
    if found.state != TaskState.OPEN:
        raise DomainError(_("This has come to its end already."), code="over")
    return found
