"""An offer of so many pieces, who has booked which number, and what the lane needs to decide in one call.

The tables of bookings have no foreign keys in the database: each would cost the lane a check per row. The services
and ``niangjia stock verify`` look after them (docs/adr/0009-the-booking-lane.md).
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import Audience
from niangjia.bookings.permissions import ASSIST, MANAGE, VIEW
from niangjia.core import access
from niangjia.core.models import Row
from niangjia.ledgers.models import Item
from niangjia.members.models import Member
from niangjia.org.models import Organization, Owned
from niangjia.vouchers.models import ServicePoint

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class OfferStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")


OFFER_TRANSITIONS: dict[OfferStatus, frozenset[OfferStatus]] = {
    OfferStatus.DRAFT: frozenset({OfferStatus.PUBLISHED}),
    OfferStatus.PUBLISHED: frozenset({OfferStatus.CLOSED}),
    OfferStatus.CLOSED: frozenset(),
}


class Method(models.TextChoices):
    """How the pieces are allocated."""

    FIRST_COME = "first_come", _("First come, first served")


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, actor: "Actor") -> Self:
        """What has been published is public; drafts belong to the unit that writes them."""
        mine = access.scope(actor, VIEW) | access.scope(actor, MANAGE) | access.scope(actor, ASSIST)
        return self.filter(mine | models.Q(status__in=[OfferStatus.PUBLISHED, OfferStatus.CLOSED]))

    def assistable_by(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, ASSIST), status=OfferStatus.PUBLISHED)

    def published(self) -> Self:
        return self.filter(status=OfferStatus.PUBLISHED)


class Offer(Owned):
    """So many pieces of one item for the people of one frozen list; its key is that of the programme.

    ``protected`` of them are kept for bookings made for people without a phone, until ``protected_until`` (then they
    join the rest) or until the offer closes. What is left at the end goes back to the programme's allotment.
    """

    title = models.CharField(max_length=200)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=20, choices=Method.choices, default=Method.FIRST_COME)
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.DRAFT)
    capacity = models.PositiveIntegerField()
    protected = models.PositiveIntegerField(default=0)
    protected_until = models.DateTimeField(null=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    cancel_until = models.DateTimeField(null=True)
    collect_from = models.DateTimeField(null=True)
    collect_until = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    points = models.ManyToManyField(ServicePoint, related_name="offers")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="offer_closes_after_it_opens", condition=models.Q(closes_at__gt=models.F("opens_at"))
            ),
            models.CheckConstraint(name="offer_has_at_least_one_piece", condition=models.Q(capacity__gt=0)),
            models.CheckConstraint(
                name="offer_protected_share_is_part_of_it", condition=models.Q(protected__lte=models.F("capacity"))
            ),
            models.CheckConstraint(
                name="offer_collection_ends_after_it_begins",
                condition=models.Q(collect_from=None)
                | models.Q(collect_until=None)
                | models.Q(collect_until__gt=models.F("collect_from")),
            ),
            models.CheckConstraint(
                name="offer_published_has_an_audience",
                condition=models.Q(status=OfferStatus.DRAFT) | models.Q(audience__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OfferStock(models.Model):
    """The hot row: what is left, and the next running number, which is never given twice.

    ``version`` changes with every write, so that a lane knows whether what it remembers still holds. ``unsold`` is
    what went back to the programme when the offer closed.
    """

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, primary_key=True, related_name="stock")
    remaining = models.PositiveIntegerField(default=0)
    protected_remaining = models.PositiveIntegerField(default=0)
    unsold = models.PositiveIntegerField(default=0)
    next_number = models.PositiveIntegerField(default=1)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.remaining} + {self.protected_remaining}"


class BookingStatus(models.TextChoices):
    BOOKED = "booked", _("Booked")
    CANCELLED = "cancelled", _("Cancelled")
    COLLECTED = "collected", _("Collected")
    EXPIRED = "expired", _("Not collected")
    RETURNED = "returned", _("Given back")


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
    """A person's running number in an offer. The row is its own history: only its status moves, and it is sealed."""

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


from niangjia.bookings.rehearsed import Rehearsal  # noqa: E402, F401 (Django finds an app's tables here)
