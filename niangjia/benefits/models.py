"""Warm-gift programmes: what is given, to whom, through which channel, and who has got it."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.audiences.models import Audience
from niangjia.benefits.permissions import HAND_OUT, VIEW
from niangjia.core import access
from niangjia.core.models import DatedRule
from niangjia.ledgers.models import Item
from niangjia.members.models import Group, Member, Occupation
from niangjia.org.models import Organization, Owned
from niangjia.vouchers.models import ServicePoint

if TYPE_CHECKING:
    from datetime import datetime

    from niangjia.core.access import Actor


class Occasion(models.TextChoices):
    SPRING_FESTIVAL = "spring_festival", _("Spring Festival")
    NEW_YEAR = "new_year", _("New Year")
    LABOUR_DAY = "labour_day", _("Labour Day")
    DRAGON_BOAT = "dragon_boat", _("Dragon Boat Festival")
    SUMMER_HEAT = "summer_heat", _("Summer heat")
    MID_AUTUMN = "mid_autumn", _("Mid-Autumn Festival")
    NATIONAL_DAY = "national_day", _("National Day")
    ZODIAC_YEAR = "zodiac_year", _("Year of one's zodiac sign")
    OTHER = "other", _("Other occasion")


class ProgrammeStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    OPEN = "open", _("Under way")
    CLOSED = "closed", _("Closed")
    REPORTED = "reported", _("Reported")
    ABANDONED = "abandoned", _("Abandoned")


PROGRAMME_TRANSITIONS: dict[ProgrammeStatus, frozenset[ProgrammeStatus]] = {
    ProgrammeStatus.DRAFT: frozenset({ProgrammeStatus.PUBLISHED, ProgrammeStatus.ABANDONED}),
    ProgrammeStatus.PUBLISHED: frozenset({ProgrammeStatus.OPEN, ProgrammeStatus.CLOSED}),
    ProgrammeStatus.OPEN: frozenset({ProgrammeStatus.CLOSED}),
    ProgrammeStatus.CLOSED: frozenset({ProgrammeStatus.REPORTED}),
    ProgrammeStatus.REPORTED: frozenset(),
    ProgrammeStatus.ABANDONED: frozenset(),
}
PUBLIC = frozenset({ProgrammeStatus.PUBLISHED, ProgrammeStatus.OPEN, ProgrammeStatus.CLOSED, ProgrammeStatus.REPORTED})
RUNNING = frozenset({ProgrammeStatus.PUBLISHED, ProgrammeStatus.OPEN})


class MoneySource(models.TextChoices):
    FISCAL = "fiscal", _("Fiscal grant")
    SUPERIOR = "superior", _("Superior union's grant")
    OWN = "own", _("Own budget")
    DONATION = "donation", _("Donation")
    EMPLOYER = "employer", _("Employer's transfer")
    OTHER = "other", _("Other source")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, actor: "Actor | AnonymousUser") -> Self:
        """What is public, and for those who look after programmes also the drafts of their subtrees."""
        public = models.Q(status__in=PUBLIC)
        return self.filter(public if isinstance(actor, AnonymousUser) else public | access.scope(actor, VIEW))

    def kept_by(self, actor: "Actor") -> Self:
        """Programmes of the subtrees that one looks after or hands out for."""
        return self.filter(access.scope(actor, VIEW) | access.scope(actor, HAND_OUT))

    def public(self) -> Self:
        return self.filter(status__in=PUBLIC)

    def running(self) -> Self:
        return self.filter(status__in=RUNNING)


class Programme(Owned):
    """One round of gifts. Its key is also that of its offer for online booking and the purpose of its stock.

    ``code`` is its stable name in rules: ``received("warm-2026")``.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9-]*$")])
    name = models.CharField(_("name"), max_length=80)
    purpose = models.TextField(_("purpose"), max_length=600)
    occasion = models.CharField(_("occasion"), max_length=20, choices=Occasion.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    status = models.CharField(max_length=10, choices=ProgrammeStatus.choices, default=ProgrammeStatus.DRAFT)
    opens_at = models.DateTimeField(_("booking opens"), null=True)
    closes_at = models.DateTimeField(_("booking closes"), null=True)
    cancel_until = models.DateTimeField(_("cancelling possible until"), null=True)
    collect_from = models.DateTimeField(_("collection from"), null=True)
    collect_until = models.DateTimeField(_("collection until"), null=True)
    points = models.ManyToManyField(ServicePoint, related_name="programmes", blank=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, null=True, related_name="programmes")
    rules_text = models.TextField(_("rules"), max_length=2000, blank=True)
    contact_phone = models.CharField(_("telephone for questions"), max_length=30, blank=True)
    one_per_person = models.BooleanField(_("one gift per person, online or offline"), default=True)
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    told_number = models.PositiveIntegerField(default=0)  # the last booking whose member has a letter
    reminded_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="programme_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["status"], name="programme_by_status"),
        ]
        constraints = [
            models.CheckConstraint(
                name="programme_closes_after_it_opens",
                condition=models.Q(opens_at=None, closes_at=None) | models.Q(closes_at__gt=models.F("opens_at")),
            ),
            models.CheckConstraint(
                name="programme_is_cancelled_before_collection_ends",
                condition=models.Q(cancel_until=None)
                | models.Q(collect_until=None)
                | models.Q(cancel_until__lte=models.F("collect_until")),
            ),
            models.CheckConstraint(
                name="programme_collection_ends_after_it_begins",
                condition=models.Q(collect_from=None, collect_until=None)
                | models.Q(collect_until__gt=models.F("collect_from")),
            ),
            models.CheckConstraint(
                name="programme_published_has_its_moment",
                condition=~models.Q(status__in=PUBLIC) | models.Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="programme_closed_has_its_moment",
                condition=~models.Q(status__in=[ProgrammeStatus.CLOSED, ProgrammeStatus.REPORTED])
                | models.Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    def takes_bookings(self, at: "datetime | None" = None) -> bool:
        """Whether its booking window holds ``at``; the offer itself asks the database's clock."""
        at = at or timezone.now()
        return bool(self.is_running and self.opens_at and self.closes_at and self.opens_at <= at < self.closes_at)


class Gift(Owned):
    """What is in a pack, what it costs, and how many there are for each channel. One gift of a programme is online."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="gifts")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="gift")
    contents = models.TextField(_("what is in it"), max_length=300)
    unit_price = models.PositiveBigIntegerField(_("price of one"))
    quantity_online = models.PositiveIntegerField(_("to be booked online"), default=0)
    quantity_offline = models.PositiveIntegerField(_("to be handed out offline"), default=0)
    protected = models.PositiveIntegerField(_("of the online ones, kept for people without a phone"), default=0)
    money_source = models.CharField(_("paid from"), max_length=10, choices=MoneySource.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=models.Q(quantity_online__gt=0),
                name="gift_one_online_per_programme",
            ),
            models.CheckConstraint(
                name="gift_is_meant_for_somebody",
                condition=models.Q(quantity_online__gt=0) | models.Q(quantity_offline__gt=0),
            ),
            models.CheckConstraint(
                name="gift_protected_are_among_the_online_ones",
                condition=models.Q(protected__lte=models.F("quantity_online")),
            ),
        ]

    def __str__(self) -> str:
        return self.item.name

    @property
    def quantity(self) -> int:
        return self.quantity_online + self.quantity_offline

    @property
    def contents_line(self) -> str:
        """The contents on one line."""
        return "、".join(part.strip() for part in self.contents.splitlines() if part.strip())


class FrontLine(models.TextChoices):
    """Whom a split is for, as the report names it."""

    CLEANERS = "cleaner", _("Cleaners")
    GUARDS = "guard", _("Security guards")
    SANITATION = "sanitation_worker", _("Sanitation workers")
    TRUCK_DRIVERS = "truck_driver", _("Truck drivers")
    COURIERS = "courier", _("Couriers and delivery riders")
    OTHER = "other", _("Others on duty over the festival")


# The groups of the register (``member.group``) that each of them covers; nothing for those that no group names.
REGISTERED_AS: dict[str, tuple[str, ...]] = {
    FrontLine.CLEANERS: (Group.CLEANER,),
    FrontLine.GUARDS: (Group.GUARD,),
    FrontLine.SANITATION: (Group.SANITATION_WORKER,),
    FrontLine.TRUCK_DRIVERS: (Group.TRUCK_DRIVER,),
    FrontLine.COURIERS: (Group.COURIER, Group.DELIVERY_RIDER),
    FrontLine.OTHER: (),
}


class Split(Owned):
    """So many packs of a gift for one group, handed out by a list that is signed."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="splits")
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="splits")
    name = models.CharField(_("name"), max_length=80)
    group = models.CharField(_("for"), max_length=20, choices=FrontLine.choices)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="splits")
    quantity = models.PositiveIntegerField(_("number of packs"))
    where = models.CharField(_("handed out at"), max_length=120, blank=True)
    on = models.DateField(_("handed out on"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="split_one_per_name_and_programme"),
            models.CheckConstraint(name="split_has_at_least_one_pack", condition=models.Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name


class HandoutStatus(models.TextChoices):
    LISTED = "listed", _("On the list")
    HANDED_OUT = "handed_out", _("Handed out")
    TAKEN_OFF = "taken_off", _("Taken off the list")


HANDOUT_TRANSITIONS: dict[HandoutStatus, frozenset[HandoutStatus]] = {
    HandoutStatus.LISTED: frozenset({HandoutStatus.HANDED_OUT, HandoutStatus.TAKEN_OFF}),
    HandoutStatus.HANDED_OUT: frozenset({HandoutStatus.LISTED}),
    HandoutStatus.TAKEN_OFF: frozenset({HandoutStatus.LISTED}),
}


class HandoutQuerySet(models.QuerySet["Handout"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Those of the subtrees one looks after or hands out for, and one's own."""
        return self.filter(
            access.scope(actor, VIEW) | access.scope(actor, HAND_OUT) | models.Q(member__user_id=actor.pk)
        )

    def live(self) -> Self:
        return self.exclude(status=HandoutStatus.TAKEN_OFF)

    def handed_out(self) -> Self:
        return self.filter(status=HandoutStatus.HANDED_OUT)


class Handout(Owned):
    """One person on the list of a split: meant for, and then handed out, with who did it and how it was signed.

    ``unit`` and ``occupation`` are those of the day on which the person was put on the list.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="handouts")
    split = models.ForeignKey(Split, on_delete=models.PROTECT, related_name="handouts")
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, db_constraint=False, related_name="handouts")
    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=HandoutStatus.choices, default=HandoutStatus.LISTED)
    handed_at = models.DateTimeField(null=True)
    helper = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    helper_name = models.CharField(max_length=100, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Any] = HandoutQuerySet.as_manager()

    class Meta:
        ordering = ["split", "number"]
        indexes = [
            models.Index(fields=["programme", "status"], name="handout_by_programme"),
            models.Index(fields=["member"], name="handout_by_member"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "member"],
                condition=~models.Q(status=HandoutStatus.TAKEN_OFF),
                name="handout_one_live_per_member_and_programme",
            ),
            models.UniqueConstraint(fields=["split", "number"], name="handout_number_is_used_once_per_split"),
            models.CheckConstraint(name="handout_is_of_at_least_one", condition=models.Q(quantity__gt=0)),
            models.CheckConstraint(
                name="handout_handed_out_has_moment_and_helper",
                condition=~models.Q(status=HandoutStatus.HANDED_OUT)
                | (models.Q(handed_at__isnull=False) & ~models.Q(helper_name="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.split} · {self.number}"


class LimitKind(models.TextChoices):
    PER_GIFT = "per_gift", _("each time")
    PER_FESTIVAL = "per_festival", _("each festival")
    PER_YEAR = "per_year", _("each year")


NOWHERE = UUID(int=0)  # stands for "everywhere", since a constraint takes two missing values for different ones


class DateRange(models.Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class AmountLimit(DatedRule):
    """What one person may be given, in fen, as some rule says it; exceeding it is a warning, never a block.

    Without an organisation it holds everywhere; without an occasion for every one.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=LimitKind.choices)
    occasion = models.CharField(_("occasion"), max_length=20, choices=Occasion.choices, blank=True)
    amount = models.PositiveBigIntegerField(_("amount"))

    class Meta:
        ordering = ["kind", "-valid_from"]
        constraints = [
            ExclusionConstraint(
                name="amount_limit_one_at_a_time",
                expressions=[
                    (Coalesce("organization", models.Value(NOWHERE, models.UUIDField())), RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("occasion", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "valid_from", "valid_to", RangeBoundary(inclusive_lower=True, inclusive_upper=False)
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
