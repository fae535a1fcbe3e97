"""Who waits for a piece, in which order, and by which draw the order came about."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from niangjia.bookings.models.bookings import Channel
from niangjia.bookings.models.offers import Offer
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.core import access
from niangjia.core.fields import EncryptedField
from niangjia.core.models import Row
from niangjia.members.models import Member
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class EntryState(models.TextChoices):
    ENTERED = "entered", _("Entered for the draw")
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("A gift is kept, the answer is awaited")
    TAKEN = "taken", _("Accepted")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Not answered in time")
    LEFT = "left", _("Withdrawn")
    ENDED = "ended", _("Not reached")


STANDING = (EntryState.ENTERED, EntryState.WAITING, EntryState.OFFERED)
ENTRY_TRANSITIONS: dict[EntryState, frozenset[EntryState]] = {
    EntryState.ENTERED: frozenset({EntryState.WAITING, EntryState.LEFT, EntryState.ENDED}),
    EntryState.WAITING: frozenset({EntryState.OFFERED, EntryState.LEFT, EntryState.ENDED}),
    EntryState.OFFERED: frozenset({EntryState.TAKEN, EntryState.DECLINED, EntryState.LAPSED}),
    EntryState.TAKEN: frozenset(),
    EntryState.DECLINED: frozenset(),
    EntryState.LAPSED: frozenset(),
    EntryState.LEFT: frozenset(),
    EntryState.ENDED: frozenset(),
}


def new_ticket() -> str:
    """What stands for a person on the published list: random, so that it says nothing about her."""
    return uuid4().hex


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, actor: "Actor") -> Self:
        """One's own, and those of the subtrees whose bookings one looks after."""
        return self.filter(
            access.scope(actor, VIEW) | access.scope(actor, MANAGE) | models.Q(member__user_id=actor.pk)
        )

    def standing(self) -> Self:
        return self.filter(state__in=STANDING)


class Entry(Owned):
    """A person who waits for a piece: entered for the draw, or on the waiting list.

    ``position`` is the place in line: the order of joining, or what the draw has made. Nobody is overtaken but by
    those whose share or smaller pack still fits what is free. While a piece is offered, the stock holds it.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="entries")
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, related_name="entries")
    ticket = models.CharField(max_length=32, unique=True, default=new_ticket, editable=False)
    state = models.CharField(max_length=10, choices=EntryState.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.ONLINE)
    helper = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    shares = models.PositiveSmallIntegerField(default=0)
    quantity = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField(null=True)
    share = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField(db_default=Now())
    offered_at = models.DateTimeField(null=True)
    answer_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    booking_id = models.UUIDField(null=True)

    objects: ClassVar[Any] = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["offer", "position", "id"]
        indexes = [
            models.Index(fields=["member"], name="entry_by_member"),
            models.Index(
                fields=["answer_until"], name="entry_offered_by_deadline", condition=models.Q(state=EntryState.OFFERED)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "member"],
                condition=models.Q(state__in=STANDING),
                name="entry_one_standing_per_member_and_offer",
            ),
            models.UniqueConstraint(fields=["offer", "position"], name="entry_position_is_taken_once_per_offer"),
            models.CheckConstraint(
                name="entry_in_line_has_a_position",
                condition=~models.Q(state__in=[EntryState.WAITING, EntryState.OFFERED])
                | models.Q(position__isnull=False),
            ),
            models.CheckConstraint(
                name="entry_offered_has_a_deadline",
                condition=~models.Q(state=EntryState.OFFERED) | models.Q(answer_until__isnull=False),
            ),
            models.CheckConstraint(
                name="entry_taken_has_a_booking",
                condition=~models.Q(state=EntryState.TAKEN) | models.Q(booking_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} · {self.position or self.ticket[:8]}"


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, actor: object) -> Self:
        """Anybody: a draw that is not public proves nothing."""
        del actor
        return self


class Draw(Row):
    """One draw, from the commitment to the revealed seed. ``entries``, ``digest`` fix the list once entries close.

    The seed is drawn and its SHA-256 published when the offer is; it stays sealed until the draw is done. ``pools`` is
    what was free when entries closed, as in the file of the draw; ``outcome`` holds what was free at the draw, and to
    which tickets a piece fell from which pool. What is written once stays; whoever changes it past the services is
    found out by the file, which anybody can recompute, and by the history.
    """

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="draw")
    title = models.CharField(max_length=200)
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    seed = EncryptedField()
    value_name = models.CharField(max_length=200)
    value_due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    entries = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    pools = models.JSONField(null=True)
    value = models.CharField(max_length=200, blank=True)
    value_source = models.CharField(max_length=300, blank=True)
    value_at = models.DateTimeField(null=True)
    value_by_name = models.CharField(max_length=100, blank=True)
    drawn_at = models.DateTimeField(null=True)
    outcome = models.JSONField(null=True)

    objects: ClassVar[Any] = DrawQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="draw_value_only_for_a_closed_list",
                condition=models.Q(value="") | (models.Q(closed_at__isnull=False) & ~models.Q(digest="")),
            ),
            models.CheckConstraint(
                name="draw_drawn_only_with_its_value",
                condition=models.Q(drawn_at=None) | (~models.Q(value="") & ~models.Q(value_source="")),
            ),
            models.CheckConstraint(
                name="draw_drawn_keeps_its_outcome",
                condition=models.Q(drawn_at=None) | models.Q(outcome__isnull=False),
            ),
            models.CheckConstraint(
                name="draw_closed_list_keeps_its_pools",
                condition=models.Q(closed_at=None) | models.Q(pools__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.offer)
