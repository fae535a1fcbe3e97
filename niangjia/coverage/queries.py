"""Reads about employers and workplaces."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import ngettext

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.coverage.models import Coverage, Employer, EmployerVersion, Inside, Reach, Status, Workplace
from niangjia.coverage.permissions import MANAGE
from niangjia.coverage.unions import HOW
from niangjia.coverage.worklist import Task, TaskState
from niangjia.identity.models import Assignment, User
from niangjia.org.models import Organization, OrganizationQuerySet
from niangjia.ui.inbox import InboxItem


def units(actor: Actor, permission: str) -> OrganizationQuerySet:
    """The open unions at which ``actor`` holds ``permission`` over employers."""
    return Organization.objects.live().filter(access.scope(actor, permission, field="path"))


def covering(actor: Actor) -> OrganizationQuerySet:
    """The open unions by which ``actor`` may have employers covered."""
    return units(actor, MANAGE).filter(kind__in=HOW)


def versions(
    employer: Employer, *, on: date | None = None, known_on: date | None = None
) -> "QuerySet[EmployerVersion]":
    """The employer's history, or what held on a day, the newest days first, as known on a day or now."""
    known = employer.versions.known(known_on)
    rows: QuerySet[EmployerVersion] = known.on(on) if on else known
    return rows.select_related("organization").order_by("-valid_from")


def coverages(employer: Employer, *, on: date | None = None, known_on: date | None = None) -> "QuerySet[Coverage]":
    """Who covered it, ever or on a day, the newest days first, as known on a day or now."""
    known = employer.coverages.known(known_on)
    rows: QuerySet[Coverage] = known.on(on) if on else known
    return rows.select_related("union").order_by("-valid_from")


def workplace_of(employer: Employer) -> Workplace | None:
    """Where it stands now."""
    inside = Inside.objects.filter(employer=employer, valid_to=None).known().select_related("workplace").first()
    return inside.workplace if inside else None


def standing_in(place: Workplace) -> Any:
    """The keys of the employers which stand there now."""
    return Inside.objects.filter(workplace=place, valid_to=None).known().values("employer")


def reaches(place: Workplace) -> "QuerySet[Reach]":
    """Who reached it, the newest days first."""
    rows: QuerySet[Reach] = place.reaches.known()
    return rows.select_related("union").order_by("-valid_from")


def with_reach(places: "QuerySet[Workplace]") -> "QuerySet[Workplace]":
    """Each with ``reached_how``, the way in which it is reached now."""
    now = Reach.objects.filter(workplace=OuterRef("pk"), valid_to=None).known()
    return places.annotate(reached_how=Subquery(now.values("how")[:1]))


def held_by(unit: Organization) -> str:
    """What keeps ``unit`` open: employers that it covers or that stand in its area."""
    covered = Coverage.objects.filter(union=unit, valid_to=None, employer__status=Status.OPEN).known().count()
    count = covered or Employer.objects.filter(organization=unit, status=Status.OPEN).count()
    if not count:
        return ""
    said = ngettext("%(n)s employer is entered here: say first where it belongs.",
                    "%(n)s employers are entered here: say first where they belong.", count)  # fmt: skip
    return said % {"n": f"{count:,}"}


# The work list ------------------------------------------------------------------------------------------------------
def officers(employer: Employer) -> "QuerySet[User]":
    """Who may change the employer, by a role at its unit or above it."""
    labels = employer.organization_path.rstrip(".").split(".")
    above = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    held = Assignment.objects.current().filter(role__permissions__contains=[MANAGE], organization_path__in=above)
    return User.objects.filter(pk__in=held.values("user")).order_by("name")


def with_progress(tasks: "QuerySet[Task]", today: date) -> "QuerySet[Task]":
    """Each with ``talk_count`` and whether it is ``overdue``; what is under way comes first, by its day."""
    late = When(Q(state=TaskState.OPEN, due_on__lt=today), then=Value(True))
    over = Case(When(state=TaskState.OPEN, then=Value(0)), default=Value(1))
    rows = tasks.annotate(talk_count=Count("talks"), overdue=Case(late, default=Value(False)))
    return rows.select_related("employer", "officer", "organization").order_by(over, "due_on", "id")


def due(actor: Actor, today: date) -> list[InboxItem]:
    """One line of the inbox for what was given to ``actor`` and whose day has come."""
    count = Task.objects.open().filter(officer_id=actor.pk, due_on__lte=today).count()
    if not count:
        return []
    title = ngettext("%(n)s employer of your work list is due", "%(n)s employers of your work list are due", count)
    address = f"{reverse('coverage:task-list')}?state={TaskState.OPEN.value}"
    return [InboxItem(title % {"n": count}, address, count=count, icon="building-2")]
