"""Stock from the supplier to the person: rows are added, never edited; what was wrong is corrected by another row."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.models import Row
from niangjia.ledgers.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class Account(models.TextChoices):
    """Where a piece of stock is. ``outside`` is the world that it is bought from."""

    OUTSIDE = "outside", _("Outside")
    HELD = "held", _("Held")
    ALLOTTED = "allotted", _("Allotted")
    BOOKED = "booked", _("Booked")
    HANDED_OUT = "handed_out", _("Handed out")
    RETURNED = "returned", _("Returned to the supplier")
    LOST = "lost", _("Lost")


class OwnedQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> Self:
        return self.filter(access.scope(actor, VIEW))


class Item(Owned):
    """One kind of thing that is bought and handed out, counted in whole units."""

    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=20, default="份")
    contents = models.CharField(max_length=300, blank=True)
    unit_price = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Place(Owned):
    """Where stock lies: a store room, a service station."""

    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class StockEntry(Owned):
    """So many pieces leave one account and enter another. A purpose is the programme for which they are meant.

    ``place`` and ``purpose_id`` are where the pieces arrive; ``origin_place`` and ``origin_purpose_id`` where they
    came from, equal but for a move or an allotment from the general stock.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="entries")
    origin = models.CharField(max_length=12, choices=Account.choices)
    origin_place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    origin_purpose_id = models.UUIDField(null=True)
    destination = models.CharField(max_length=12, choices=Account.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    purpose_id = models.UUIDField(null=True)
    quantity = models.PositiveIntegerField()
    unit_price = models.PositiveBigIntegerField(default=0)
    money_source = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(db_default=Now())
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100)
    reference_type = models.CharField(max_length=60, blank=True)
    reference_id = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(
                fields=["item"],
                include=[
                    *("origin", "origin_place", "origin_purpose_id"),
                    *("destination", "place", "purpose_id", "quantity"),
                ],
                name="stock_entry_by_item",
            ),
            models.Index(fields=["purpose_id"], name="stock_entry_by_purpose"),
            models.Index(fields=["origin_purpose_id"], name="stock_entry_by_origin_purpose"),
        ]
        constraints = [
            models.CheckConstraint(name="stock_entry_moves_at_least_one", condition=models.Q(quantity__gt=0)),
            models.CheckConstraint(
                name="stock_entry_accounts_are_known",
                condition=models.Q(origin__in=Account.values, destination__in=Account.values),
            ),
            models.CheckConstraint(
                name="stock_entry_goes_somewhere_else",
                condition=~(
                    models.Q(origin=models.F("destination"))
                    & (models.Q(origin_place=models.F("place")) | models.Q(origin_place=None, place=None))
                    & (
                        models.Q(origin_purpose_id=models.F("purpose_id"))
                        | models.Q(origin_purpose_id=None, purpose_id=None)
                    )
                ),
            ),
            models.CheckConstraint(
                name="stock_entry_goes_back_outside_only_to_correct",
                condition=~models.Q(destination=Account.OUTSIDE) | models.Q(corrects__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} × {self.quantity}"


class StockFindingQuerySet(OwnedQuerySet):
    def unsettled(self) -> Self:
        return self.filter(settled_at=None)


class StockFinding(Row):
    """Two counts that should agree and do not. Settled by the first later verification that finds them equal."""

    check_name = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    organization_path = models.CharField(max_length=200)
    purpose_id = models.UUIDField(null=True)
    message = models.CharField(max_length=300)
    expected = models.BigIntegerField()
    found = models.BigIntegerField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = StockFindingQuerySet.as_manager()

    class Meta:
        ordering = ["-first_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_name", "subject"],
                condition=models.Q(settled_at=None),
                name="stock_finding_one_open_per_check_and_subject",
            )
        ]

    def __str__(self) -> str:
        return self.message
