"""How the pieces of an offer find their people: the officer's choice, shares, limits, and each person's terms."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import RuleVersion
from niangjia.bookings.models.offers import Method
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.bookings.placing import SHARES
from niangjia.core import access
from niangjia.core.models import Row
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class Who(models.TextChoices):
    """Whom a limit counts."""

    PERSON = "person", _("each person")
    HOUSEHOLD = "household", _("each household")
    UNIT = "unit", _("each union")


class LimitQuerySet(models.QuerySet["Limit"]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW) | access.scope(actor, MANAGE))


class Limit(Owned):
    """At most so many pieces for each person, household or union, over all the programmes that name it.

    A limit that only one programme names counts within it; one that the programmes of a winter name counts over them.
    """

    name = models.CharField(_("name"), max_length=80)
    who = models.CharField(_("counted for"), max_length=10, choices=Who.choices)
    most = models.PositiveIntegerField(_("pieces at most"))

    objects: ClassVar[Any] = LimitQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="limit_one_per_name_and_organization"),
            models.CheckConstraint(name="limit_allows_at_least_one_piece", condition=models.Q(most__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class Pack(models.TextChoices):
    """How many pieces one booking takes."""

    ONE = "one", _("one piece for each person")
    HOUSEHOLD = "household", _("a piece for each member of the household")


class Allocation(Owned):
    """How the pieces of one programme find their people; its key is the programme's. It is fixed by publishing.

    ``method`` is empty where nothing can be booked: then it holds the limits of what is handed out, and no more.
    ``answer_hours`` is how long somebody whose turn has come may think it over. What is not collected by
    ``release_at`` goes to the next in line. For a draw, ``value_name`` is the public value that is mixed in, named
    before entries close and known only after, at about ``value_due_at``.
    """

    method = models.CharField(_("how the gifts are allocated"), max_length=20, choices=Method.choices)
    waiting_list = models.BooleanField(_("a waiting list when everything is booked"), default=True)
    answer_hours = models.PositiveSmallIntegerField(_("hours to accept a gift that became free"), default=24)
    release_at = models.DateTimeField(_("what is not collected by then goes to the next"), null=True, blank=True)
    pack = models.CharField(_("one booking is for"), max_length=10, choices=Pack.choices, default=Pack.ONE)
    pack_most = models.PositiveSmallIntegerField(_("pieces of one booking at most"), default=1)
    value_name = models.CharField(_("public value to be mixed in"), max_length=200, blank=True)
    value_due_at = models.DateTimeField(_("known from"), null=True, blank=True)
    limits = models.ManyToManyField(Limit, related_name="allocations", blank=True)
    fixed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="allocation_leaves_time_to_answer", condition=models.Q(answer_hours__gt=0)),
            models.CheckConstraint(name="allocation_packs_hold_at_least_one", condition=models.Q(pack_most__gt=0)),
            models.CheckConstraint(
                name="allocation_fixed_draw_names_its_public_value",
                condition=models.Q(fixed_at=None)
                | ~models.Q(method=Method.DRAW)
                | (~models.Q(value_name="") & models.Q(value_due_at__isnull=False)),
            ),
        ]


class Share(Row):
    """So many of the pieces for those whom a rule names, until ``flows_at``; then they join the rest.

    Who belongs to several draws on the first in order that has enough left.
    """

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="shares")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=60)
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("pieces"))
    flows_at = models.DateTimeField(_("unused ones join the rest at"), null=True, blank=True)
    flowed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["allocation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "position"], name="share_one_per_position"),
            models.UniqueConstraint(fields=["allocation", "name"], name="share_one_per_name"),
            models.CheckConstraint(
                name="share_position_is_a_bit_of_a_mask", condition=models.Q(position__range=(1, SHARES))
            ),
            models.CheckConstraint(name="share_has_at_least_one_piece", condition=models.Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def bit(self) -> int:
        return 1 << (self.position - 1)


class Claimant(models.Model):
    """What one person of the list may claim: which shares, how many pieces, and as whose household and union.

    Written by publishing where an offer has terms, never changed afterwards, and read by the lane.
    """

    pk = models.CompositePrimaryKey("offer_id", "member_id")
    offer_id = models.UUIDField()
    member_id = models.UUIDField()
    shares = models.PositiveSmallIntegerField(default=0)
    quantity = models.PositiveSmallIntegerField(default=1)
    household_id = models.UUIDField(null=True)
    unit_id = models.UUIDField()


class Tally(models.Model):
    """How many pieces a limit has counted for one subject: a person, a household or a union, by its key."""

    pk = models.CompositePrimaryKey("limit_id", "subject")
    limit_id = models.UUIDField()
    subject = models.UUIDField()
    taken = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="tally_never_above_its_limit", condition=models.Q(taken__lte=models.F("most")))
        ]


def subject_of(who: str, claimant: Claimant) -> UUID | None:
    """The key under which a limit counts for this person; nothing where no household is on record."""
    return {Who.PERSON: claimant.member_id, Who.HOUSEHOLD: claimant.household_id, Who.UNIT: claimant.unit_id}[Who(who)]
