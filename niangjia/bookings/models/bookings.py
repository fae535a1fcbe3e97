"""Who has booked which number, what revokes a pass, and the chain over what was booked.

These tables have no foreign keys in the database: each would cost the lane a check per row. The services and
``niangjia stock verify`` look after them (docs/adr/0009-the-booking-lane.md).
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from niangjia.bookings.models.offers import Offer
from niangjia.bookings.permissions import MANAGE, VIEW
from niangjia.core import access
from niangjia.core.models import Row
from niangjia.members.models import Member
from niangjia.org.models import Organization, Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class BookingStatus(models.TextChoices):
    BOOKED = "booked", _("Booked")
    CANCELLED = "cancelled", _("Cancelled")
    COLLECTED = "collected", _("Collected")
    EXPIRED = "expired", _("Not collected")
    RETURNED = "returned", _("Given back")


# A person with one of these cannot book once more; a piece that was not collected goes to others all the same.
LIVE = (BookingStatus.BOOKED, BookingStatus.COLLECTED, BookingStatus.EXPIRED)
BOOKING_TRANSITIONS: dict[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.BOOKED: frozenset({BookingStatus.CANCELLED, BookingStatus.COLLECTED, BookingStatus.EXPIRED}),
    BookingStatus.COLLECTED: frozenset({BookingStatus.BOOKED, BookingStatus.RETURNED}),
    BookingStatus.CANCELLED: frozenset(),
    BookingStatus.EXPIRED: frozenset(),
    BookingStatus.RETURNED: frozenset(),
}


class Channel(models.TextChoices):
    ONLINE = "online", _("Online")
    ASSISTED = "assisted", _("Assisted")


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, actor: "Actor") -> Self:
        """One's own, and those of the subtrees whose bookings one looks after."""
        return self.filter(
            access.scope(actor, VIEW) | access.scope(actor, MANAGE) | models.Q(member__user_id=actor.pk)
        )

    def of(self, actor: "Actor") -> Self:
        """The bookings of the person who acts."""
        return self.filter(member__user_id=actor.pk)

    def live(self) -> Self:
        return self.filter(status__in=LIVE)


class Booking(Owned):
    """A person's running number in an offer. The row is its own history: only its status moves, and it is sealed.

    ``share`` is the position of the share that the pieces came from, nought for those that anyone may book.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    offer = models.ForeignKey(
        Offer, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="bookings"
    )
    member = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="bookings"
    )
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=BookingStatus.choices, default=BookingStatus.BOOKED)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.ONLINE)
    protected = models.BooleanField(default=False)
    share = models.PositiveSmallIntegerField(default=0, db_default=0)
    quantity = models.PositiveSmallIntegerField(default=1, db_default=1)
    booked_at = models.DateTimeField(db_default=Now())
    cancelled_at = models.DateTimeField(null=True)
    helper = models.ForeignKey(
        "identity.User", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    objects: ClassVar[Any] = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["offer", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "offer"],
                condition=models.Q(status__in=LIVE),
                name="booking_one_live_per_member_and_offer",
            ),
            models.UniqueConstraint(fields=["offer", "number"], name="booking_number_is_used_once_per_offer"),
            models.CheckConstraint(name="booking_is_of_at_least_one_piece", condition=models.Q(quantity__gt=0)),
        ]
        indexes = [
            models.Index(fields=["member"], name="booking_ended_by_member", condition=~models.Q(status__in=LIVE)),
        ]

    def __str__(self) -> str:
        return f"{self.offer} · {self.number}"


class PassEpoch(models.Model):
    """How often the passes of a member were revoked, for one offer (a cancellation) or for all (a log-out).

    A pass carries the sum of both and holds only while it is the present one. Most people have no row here.
    """

    pk = models.CompositePrimaryKey("member_id", "scope_id")
    member_id = models.UUIDField()
    scope_id = models.UUIDField()
    epoch = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["scope_id"], name="pass_epoch_by_scope")]


class RefusalCount(models.Model):
    """How often the lane has refused, by reason: added up in memory and written every few seconds."""

    pk = models.CompositePrimaryKey("offer_id", "reason")
    offer = models.ForeignKey(
        Offer, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="refusals"
    )
    reason = models.CharField(max_length=30)
    count = models.PositiveBigIntegerField()


class BookingSeal(Row):
    """A link of the chain over an offer's bookings: the digest of numbers ``first`` to ``last`` and the link before.

    What it seals never changes: number, person, channel, moment. Every later change of status has its entry in the
    history, where the digest is noted too.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="seals")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["offer", "first"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "first"], name="booking_seal_begins_once_at_a_number"),
            models.UniqueConstraint(fields=["offer", "last"], name="booking_seal_ends_once_at_a_number"),
        ]
