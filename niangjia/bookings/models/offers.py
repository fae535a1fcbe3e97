"""An offer of so many pieces, and its hot row."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import Audience
from niangjia.bookings.permissions import ASSIST, MANAGE, VIEW
from niangjia.core import access
from niangjia.ledgers.models import Item
from niangjia.org.models import Owned
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
    DRAW = "draw", _("By a draw")


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

    How the pieces find their people stands in the allocation of the same key; what the lane needs of it is copied here
    when the offer is published: ``method``, and ``by_terms`` where each person has terms of her own (a share, a pack
    of several pieces, a limit).
    """

    title = models.CharField(max_length=200)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=20, choices=Method.choices, default=Method.FIRST_COME)
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.DRAFT)
    by_terms = models.BooleanField(default=False)
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

    ``version`` changes with every write, so that a lane knows whether what it remembers still holds. ``shares`` are
    what is left of each share, in their order; ``held`` is kept for people who have been offered a piece and have not
    answered yet; ``unsold`` is what went back to the programme when the offer closed.
    """

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, primary_key=True, related_name="stock")
    remaining = models.PositiveIntegerField(default=0)
    protected_remaining = models.PositiveIntegerField(default=0)
    shares = ArrayField(models.IntegerField(), default=list)
    held = models.PositiveIntegerField(default=0)
    unsold = models.PositiveIntegerField(default=0)
    next_number = models.PositiveIntegerField(default=1)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="offer_stock_no_share_below_zero",
                condition=RawSQL("0 <= ALL(shares)", (), output_field=models.BooleanField()),
            )
        ]

    def __str__(self) -> str:
        return f"{self.remaining} + {self.protected_remaining}"

    @property
    def kept(self) -> int:
        """Pieces of the offer that nobody has booked, wherever they lie."""
        return self.remaining + self.protected_remaining + sum(self.shares) + self.held + self.unsold
