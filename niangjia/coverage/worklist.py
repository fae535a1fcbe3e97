"""The work list: employers behind the gap of a rate, each with an officer, a day and the talks that were held.

Its tables; they are part of ``models``. What a rate is called, the app above says by ``register_purposes``.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.core import access
from niangjia.core.errors import Text
from niangjia.core.models import Row
from niangjia.coverage.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor

Purposes = Callable[[], Mapping[str, Text]]
_purposes: list[Purposes] = []


def register_purposes(find: Purposes) -> None:
    """Name the function that says for which rates one works: code and name."""
    _purposes[:] = [find]


def purposes() -> Mapping[str, Text]:
    return _purposes[0]() if _purposes else {}


class TaskState(models.TextChoices):
    OPEN = "open", pgettext_lazy("task", "under way")
    WON = "won", pgettext_lazy("task", "won: covered by a union")
    GIVEN_UP = "given_up", pgettext_lazy("task", "given up")


TASK_TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset({TaskState.WON, TaskState.GIVEN_UP}),
    TaskState.WON: frozenset(),
    TaskState.GIVEN_UP: frozenset(),
}


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Those of the subtrees one may look into, and those given to oneself."""
        return self.filter(access.scope(actor, VIEW) | models.Q(officer_id=actor.pk))

    def open(self) -> Self:
        return self.filter(state=TaskState.OPEN)


class Task(Owned):
    """An employer without a union, given to an officer until a day. How officers compare is nobody's business."""

    employer = models.ForeignKey("coverage.Employer", on_delete=models.PROTECT, related_name="tasks")
    indicator = models.CharField(max_length=40)
    officer = models.ForeignKey("identity.User", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    outcome = models.CharField(max_length=300, blank=True)
    ended_on = models.DateField(null=True)

    objects: ClassVar[Any] = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["organization_path"], name="task_by_place", opclasses=["text_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "indicator"],
                condition=models.Q(state="open"),
                name="task_one_open_per_employer_and_indicator",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_on=None)
                | (~models.Q(state="open") & models.Q(ended_on__isnull=False)),
                name="task_over_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.employer)


class Side(models.TextChoices):
    """Both sides are talked to before a union is founded."""

    EMPLOYER = "employer", pgettext_lazy("talk", "the employer")
    WORKERS = "workers", pgettext_lazy("talk", "the workers")


class Mood(models.TextChoices):
    WILLING = "willing", _("willing")
    UNDECIDED = "undecided", _("undecided")
    UNWILLING = "unwilling", _("unwilling")


class Talk(Row):
    """One talk with one side. Rows are added, never edited."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="talks")
    side = models.CharField(max_length=8, choices=Side.choices)
    on = models.DateField()
    who = models.CharField(max_length=60)
    note = models.CharField(max_length=500, blank=True)
    mood = models.CharField(max_length=9, choices=Mood.choices)
    written_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.task} {self.on}"
