"""Figures as data: what is shown, of what, and by which function it is computed. Never a value."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from niangjia.core import access
from niangjia.insights.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor

STORIES = [(f"S{number}", f"S{number}") for number in range(1, 15)]


class FigureQuerySet(models.QuerySet["Figure"]):
    def visible_to(self, actor: "Actor | AnonymousUser") -> Self:
        """What is public, and for those who look after figures all of their subtrees."""
        public = models.Q(is_public=True)
        return self.filter(public if isinstance(actor, AnonymousUser) else public | access.scope(actor, VIEW))

    def kept_by(self, actor: "Actor") -> Self:
        """Figures of the subtrees that one looks after."""
        return self.filter(access.scope(actor, VIEW))

    def public(self) -> Self:
        return self.filter(is_public=True)


class Figure(Owned):
    """One figure of a unit. ``computation`` names a registered function, ``subject`` what it is asked about."""

    code = models.SlugField(max_length=80, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9-]*$")])
    story = models.CharField(max_length=3, choices=STORIES, blank=True)
    title = models.CharField(max_length=120)
    unit = models.CharField(max_length=20)
    measure = models.CharField(max_length=300)
    computation = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[Any] = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["organization_path"], name="figure_by_place", opclasses=["text_pattern_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "computation", "subject"], name="figure_one_per_computation_and_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.title
