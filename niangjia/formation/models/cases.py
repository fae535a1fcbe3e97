"""The cases: a union that is to be founded, and one that elects its officers anew."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.core.fields import EncryptedField
from niangjia.core.models import Row
from niangjia.formation.models.terms import OfUnitsQuerySet, PostKind, Term
from niangjia.org.models import Kind, Level, Organization, Owned

if TYPE_CHECKING:
    from typing import Self


class CaseStatus(models.TextChoices):
    TALKS = "talks", pgettext_lazy("case", "Talks under way")
    APPLIED = "applied", pgettext_lazy("case", "Application filed")
    REFUSED = "refused", pgettext_lazy("case", "Application refused")
    APPROVED = "approved", pgettext_lazy("case", "Application approved")
    ELECTED = "elected", pgettext_lazy("case", "Officers elected")
    REPORTED = "reported", pgettext_lazy("case", "Result reported")
    RETURNED = "returned", pgettext_lazy("case", "Result not approved")
    CONFIRMED = "confirmed", pgettext_lazy("case", "Result approved")
    REGISTERED = "registered", pgettext_lazy("case", "Registered as a legal person")
    ABANDONED = "abandoned", pgettext_lazy("case", "Given up")


CASE_TRANSITIONS: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.TALKS: frozenset({CaseStatus.APPLIED, CaseStatus.ABANDONED}),
    CaseStatus.APPLIED: frozenset({CaseStatus.APPROVED, CaseStatus.REFUSED, CaseStatus.ABANDONED}),
    CaseStatus.REFUSED: frozenset({CaseStatus.APPLIED, CaseStatus.ABANDONED}),
    CaseStatus.APPROVED: frozenset({CaseStatus.ELECTED, CaseStatus.ABANDONED}),
    # An election is written down again while its result is not reported, and held again when that is not approved.
    CaseStatus.ELECTED: frozenset({CaseStatus.ELECTED, CaseStatus.REPORTED}),
    CaseStatus.REPORTED: frozenset({CaseStatus.CONFIRMED, CaseStatus.RETURNED}),
    CaseStatus.RETURNED: frozenset({CaseStatus.ELECTED, CaseStatus.ABANDONED}),
    CaseStatus.CONFIRMED: frozenset({CaseStatus.REGISTERED}),
    CaseStatus.REGISTERED: frozenset(),
    CaseStatus.ABANDONED: frozenset(),
}
MADE = frozenset({CaseStatus.CONFIRMED, CaseStatus.REGISTERED})
OVER = MADE | {CaseStatus.ABANDONED}
REASONED = frozenset({CaseStatus.REFUSED, CaseStatus.RETURNED, CaseStatus.ABANDONED})

FOUNDABLE = (Kind.SINGLE, Kind.JOINT, Kind.INDUSTRIAL, Kind.ASSOCIATION)


class CaseQuerySet(OfUnitsQuerySet):
    def under_way(self) -> "Self":
        return self.exclude(status__in=OVER)


class Case(Owned):
    """What founding and re-election share: application, decision, election, report, approval of the result.

    ``decision`` holds the words of the last refusal, return or giving-up.
    """

    status = models.CharField(max_length=10, choices=CaseStatus.choices)
    applied_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    reported_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    decision = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def above(self) -> Organization:
        """The union that decides."""
        raise NotImplementedError

    @property
    def is_over(self) -> bool:
        return self.status in OVER


class Founding(Case):
    """A union that is to be founded, under the union above, which decides on it; in the end it is ``unit``."""

    name = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in FOUNDABLE])
    level = models.CharField(max_length=20, choices=Level.choices)
    employers = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    workers = models.PositiveIntegerField()
    women = models.PositiveIntegerField(default=0)
    willing = models.PositiveIntegerField()
    contact = EncryptedField()
    opened_on = models.DateField()
    unit = models.OneToOneField(Organization, on_delete=models.PROTECT, null=True, related_name="founding")
    credit_code = models.CharField(max_length=18, blank=True)
    certificate_on = models.DateField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="founding_by_place", opclasses=["text_pattern_ops"])
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=~models.Q(status=CaseStatus.ABANDONED),
                name="founding_one_per_code_unless_given_up",
            ),
            models.UniqueConstraint(
                fields=["credit_code"], condition=~models.Q(credit_code=""), name="founding_one_per_credit_code"
            ),
            models.CheckConstraint(
                name="founding_has_its_unit_once_the_result_is_approved",
                condition=models.Q(status__in=MADE, unit__isnull=False, confirmed_on__isnull=False)
                | ~models.Q(status__in=MADE) & models.Q(unit=None),
            ),
            models.CheckConstraint(
                name="founding_refused_returned_or_given_up_has_reasons",
                condition=~models.Q(status__in=REASONED) | ~models.Q(decision=""),
            ),
            models.CheckConstraint(
                name="founding_registered_has_code_and_certificate",
                condition=models.Q(status=CaseStatus.REGISTERED, certificate_on__isnull=False)
                & ~models.Q(credit_code="")
                | ~models.Q(status=CaseStatus.REGISTERED) & models.Q(certificate_on=None, credit_code=""),
            ),
            models.CheckConstraint(
                name="founding_willing_and_women_are_among_the_workers",
                condition=models.Q(willing__lte=models.F("workers"), women__lte=models.F("workers")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def above(self) -> Organization:
        return self.organization


class Side(models.TextChoices):
    EMPLOYER = "employer", _("Employer's side")
    WORKERS = "workers", _("Workers' side")


class Outcome(models.TextChoices):
    AGREES = "agrees", pgettext_lazy("talk", "agrees")
    CONSIDERS = "considers", pgettext_lazy("talk", "still considers it")
    DECLINES = "declines", pgettext_lazy("talk", "does not agree")


class Talk(Row):
    """One talk before a founding, with one side."""

    founding = models.ForeignKey(Founding, on_delete=models.CASCADE, related_name="talks")
    side = models.CharField(max_length=10, choices=Side.choices)
    on = models.DateField()
    who = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.on}"


class Renewal(Case):
    """A union elects its officers anew, before or after its term is over; the union above decides on it."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="renewals")
    planned_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization_path"], name="renewal_by_place", opclasses=["text_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(
                fields=["term"], condition=~models.Q(status__in=OVER), name="renewal_one_under_way_per_term"
            ),
            models.CheckConstraint(
                name="renewal_refused_returned_or_given_up_has_reasons",
                condition=~models.Q(status__in=REASONED) | ~models.Q(decision=""),
            ),
            models.CheckConstraint(
                name="renewal_has_no_talks_and_no_registration",
                condition=~models.Q(status__in=[CaseStatus.TALKS, CaseStatus.REGISTERED]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)

    @property
    def above(self) -> Organization:
        """The topmost union of an installation has nobody above it here, and decides itself."""
        return self.organization.parent or self.organization


class VoteBasis(models.TextChoices):
    DUE = "due", _("those who were due to attend")
    PRESENT = "present", _("those who attended")


class Election(Row):
    """The members' meeting or congress of a case, as it was held; its rules are checked and never block."""

    founding = models.OneToOneField(Founding, on_delete=models.PROTECT, null=True, related_name="election")
    renewal = models.OneToOneField(Renewal, on_delete=models.PROTECT, null=True, related_name="election")
    held_on = models.DateField()
    members = models.PositiveIntegerField()
    women = models.PositiveIntegerField(default=0)
    by_delegates = models.BooleanField(default=False)
    due = models.PositiveIntegerField()
    attending = models.PositiveIntegerField()
    basis = models.CharField(max_length=10, choices=VoteBasis.choices, default=VoteBasis.DUE)
    secret = models.BooleanField(default=True)
    no_relatives = models.BooleanField(default=False)
    seats_committee = models.PositiveIntegerField()
    seats_audit = models.PositiveIntegerField(default=0)
    seats_women = models.PositiveIntegerField(default=0)
    years = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="election_is_of_one_case",
                condition=models.Q(founding=None, renewal__isnull=False)
                | models.Q(founding__isnull=False, renewal=None),
            ),
            models.CheckConstraint(
                name="election_attending_are_among_those_due",
                condition=models.Q(attending__lte=models.F("due"), due__lte=models.F("members"), attending__gt=0),
            ),
            models.CheckConstraint(
                name="election_women_are_among_the_members", condition=models.Q(women__lte=models.F("members"))
            ),
        ]

    @property
    def case(self) -> "Founding | Renewal":
        return self.founding or self.renewal  # type: ignore[return-value]  # a constraint says that it is one of them


class Candidate(Row):
    """Somebody who stood for a post, with the votes and whether they sufficed."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="candidates")
    number = models.PositiveSmallIntegerField()
    post = models.CharField(max_length=12, choices=PostKind.choices)
    name = models.CharField(max_length=60)
    votes = models.PositiveIntegerField()
    elected = models.BooleanField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="candidate_number_is_used_once_per_election"),
            models.UniqueConstraint(
                fields=["election"],
                condition=models.Q(post=PostKind.CHAIR, elected=True),
                name="candidate_one_chair_is_elected",
            ),
        ]

    def __str__(self) -> str:
        return self.name
