"""The person, and the person's membership of one union at a time."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.fields import EncryptedField
from niangjia.core.models import Row
from niangjia.coverage.models import Employer
from niangjia.members.permissions import VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class Sex(models.TextChoices):
    FEMALE = "f", _("Female")
    MALE = "m", _("Male")


class Group(models.TextChoices):
    """The eight groups of new-employment-form workers and the front-line trades that unions care for by name."""

    TRUCK_DRIVER = "truck_driver", _("Truck driver")
    COURIER = "courier", _("Courier")
    CARE_WORKER = "care_worker", _("Care worker")
    DOMESTIC_WORKER = "domestic_worker", _("Domestic worker")
    MALL_CLERK = "mall_clerk", _("Mall information clerk")
    DELIVERY_RIDER = "delivery_rider", _("Delivery rider")
    ESTATE_AGENT = "estate_agent", _("Estate agent")
    GUARD = "guard", _("Security guard")
    E_HAILING_DRIVER = "e_hailing_driver", _("E-hailing driver")
    CLEANER = "cleaner", _("Cleaner")
    SANITATION_WORKER = "sanitation_worker", _("Sanitation worker")


class Occupation(Row):
    """A job as people call it, and the group it counts in. Editable data; imports match against name and aliases."""

    name = models.CharField(max_length=60, unique=True)
    aliases = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    group = models.CharField(max_length=20, choices=Group.choices, blank=True)
    new_employment = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Household(Owned):
    """People who live at one address, found by a keyed hash of the address book entry."""

    address = EncryptedField()
    address_index = models.BinaryField(unique=True, editable=False)


class MemberState(models.TextChoices):
    APPLIED = "applied", _("Applied")
    REJECTED = "rejected", _("Rejected")
    ACTIVE = "active", _("Active member")
    TRANSFERRING_OUT = "transferring_out", _("Transferring out")
    AWAITING_INTAKE = "awaiting_intake", _("Awaiting intake")
    POOLED = "pooled", _("In the holding pool")
    RETAINED = "retained", _("Membership retained")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DEEMED_WITHDRAWN = "deemed_withdrawn", _("Deemed withdrawn")
    EXPELLED = "expelled", _("Expelled")
    DECEASED = "deceased", _("Deceased")


LIVE_STATES = frozenset(
    {
        MemberState.ACTIVE,
        MemberState.TRANSFERRING_OUT,
        MemberState.AWAITING_INTAKE,
        MemberState.POOLED,
        MemberState.RETAINED,
    }
)
ENDED = frozenset({MemberState.WITHDRAWN, MemberState.DEEMED_WITHDRAWN, MemberState.EXPELLED, MemberState.DECEASED})
MEMBER_TRANSITIONS: dict[MemberState, frozenset[MemberState]] = {
    MemberState.APPLIED: frozenset({MemberState.ACTIVE, MemberState.POOLED, MemberState.REJECTED}),
    MemberState.REJECTED: frozenset({MemberState.APPLIED}),
    MemberState.ACTIVE: frozenset({MemberState.TRANSFERRING_OUT, MemberState.RETAINED, MemberState.POOLED}) | ENDED,
    MemberState.TRANSFERRING_OUT: frozenset({MemberState.AWAITING_INTAKE, MemberState.ACTIVE}) | ENDED,
    MemberState.AWAITING_INTAKE: frozenset({MemberState.ACTIVE, MemberState.POOLED}) | ENDED,
    MemberState.POOLED: frozenset({MemberState.ACTIVE, MemberState.RETAINED}) | ENDED,
    MemberState.RETAINED: frozenset({MemberState.ACTIVE, MemberState.POOLED}) | ENDED,
    MemberState.WITHDRAWN: frozenset({MemberState.APPLIED, MemberState.ACTIVE}),
    MemberState.DEEMED_WITHDRAWN: frozenset({MemberState.APPLIED, MemberState.ACTIVE}),
    MemberState.EXPELLED: frozenset({MemberState.APPLIED}),
    MemberState.DECEASED: frozenset(),
}


class MemberQuerySet(models.QuerySet["Member"]):
    def visible_to(self, actor: "Actor") -> Self:
        """People of the subtrees one may look into, and oneself."""
        return self.filter(access.scope(actor, VIEW) | models.Q(user_id=actor.pk))

    def live(self) -> Self:
        return self.filter(state__in=LIVE_STATES)


class Member(Owned):
    """A real person, once. The owning organisation is the union of the present membership; a transfer changes it."""

    name = models.CharField(max_length=60)
    name_bigrams = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    id_number = EncryptedField()
    id_number_index = models.BinaryField(unique=True, editable=False)
    id_tail_index = models.BinaryField(default=b"", editable=False)
    phone = EncryptedField()
    phone_index = models.BinaryField(null=True, editable=False)
    birth_on = models.DateField(null=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    state = models.CharField(max_length=20, choices=MemberState.choices, default=MemberState.ACTIVE)
    joined_on = models.DateField(null=True)
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, null=True, related_name="members")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, null=True, related_name="members")
    on_duty_festival = models.BooleanField(null=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="members")
    user = models.OneToOneField("identity.User", on_delete=models.PROTECT, null=True, related_name="member")
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["organization_path"], name="member_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["phone_index"], name="member_by_phone"),
            models.Index(fields=["id_tail_index"], name="member_by_id_tail"),
            GinIndex(fields=["name_bigrams"], name="member_by_name_bigrams"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def home_masked(self) -> str:
        """The home address down to the district or county."""
        text = str(self.household.address) if self.household else ""
        for unit in "区县市":
            if (end := text.find(unit, 3)) >= 0:
                return f"{text[: end + 1]} ****"
        return "****" if text else ""

    @property
    def id_tail(self) -> str:
        """The last four characters of the ID number."""
        return str(self.id_number)[-4:]


class DateRange(models.Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class Membership(Owned):
    """A stretch of a person's membership of one union, in one state, as it is known; end-exclusive days."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="memberships")
    state = models.CharField(max_length=20, choices=MemberState.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["member", "valid_from"]
        constraints = [
            ExclusionConstraint(
                name="membership_one_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "valid_from", "valid_to", RangeBoundary(inclusive_lower=True, inclusive_upper=False)
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(superseded_at=None),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.organization}"

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class CorrectionStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Corrected")
    DECLINED = "declined", _("Not changed")


CORRECTION_TRANSITIONS: dict[CorrectionStatus, frozenset[CorrectionStatus]] = {
    CorrectionStatus.OPEN: frozenset({CorrectionStatus.ACCEPTED, CorrectionStatus.DECLINED}),
    CorrectionStatus.ACCEPTED: frozenset(),
    CorrectionStatus.DECLINED: frozenset(),
}


class CorrectionQuerySet(models.QuerySet["CorrectionRequest"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Requests of the subtrees one may look into, and one's own."""
        return self.filter(access.scope(actor, VIEW) | models.Q(member__user_id=actor.pk))

    def undecided(self) -> Self:
        return self.filter(status=CorrectionStatus.OPEN)


class CorrectionRequest(Owned):
    """A member says what is wrong in her record; her union answers. What she writes is sealed."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="corrections")
    text = EncryptedField()
    status = models.CharField(max_length=10, choices=CorrectionStatus.choices, default=CorrectionStatus.OPEN)
    answer = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(status="open"), name="correction_one_open_per_member"
            ),
            models.CheckConstraint(
                name="correction_decided_has_a_moment",
                condition=models.Q(status="open", decided_at=None)
                | (~models.Q(status="open") & models.Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["organization_path"], name="correction_by_place", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return str(self.member)
