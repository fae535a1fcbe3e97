"""What programs send and get about founding and re-election."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import StringConstraints

from niangjia.core.shapes import Count, In, Line60, Line300, Name60, Name120, Pieces, UnitOut, words_of
from niangjia.formation import checks, queries
from niangjia.formation.checks import Doubt
from niangjia.formation.models import (
    CaseStatus,
    Outcome,
    PostKind,
    PostponementStatus,
    RuleName,
    Side,
    VoteBasis,
)
from niangjia.formation.models.cases import FOUNDABLE
from niangjia.org.models import Level

Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w.-]+$")]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"\S")]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\S")]
Years = Annotated[int, Field(ge=1, le=10)]
Status = Annotated[CaseStatus, words_of(CaseStatus)]
FoundableKind = Annotated[str, StringConstraints(pattern=f"^({'|'.join(kind.value for kind in FOUNDABLE)})$")]


# Cases ------------------------------------------------------------------------------------------------------------
class DoubtOut(Schema):
    """Where a case differs from a rule: a warning, never a block."""

    text: str
    source: str


class TalkOut(Schema):
    id: UUID
    side: Side
    on: date
    who: str
    outcome: Outcome
    note: str


class TalkIn(In):
    side: Side
    on: date
    who: Name120
    outcome: Outcome
    note: Line300 = ""


class CandidateOut(Schema):
    post: PostKind
    name: str
    votes: int
    elected: bool


class ElectionOut(Schema):
    held_on: date
    members: int
    women: int
    by_delegates: bool
    due: int
    attending: int
    basis: VoteBasis
    secret: bool
    no_relatives: bool
    seats_committee: int
    seats_audit: int
    seats_women: int
    years: int
    candidates: list[CandidateOut]

    @staticmethod
    def resolve_candidates(row: Any) -> list[Any]:
        return list(row.candidates.all())


class StoodIn(In):
    post: PostKind
    name: Name60
    votes: Count
    elected: bool = False


class ElectionIn(In):
    held_on: date
    members: Pieces
    women: Count = 0
    by_delegates: bool = False
    due: Pieces
    attending: Pieces
    basis: VoteBasis = VoteBasis.DUE
    secret: bool = True
    no_relatives: bool = False
    seats_committee: Pieces
    seats_audit: Count = 0
    seats_women: Count = 0
    years: Years
    candidates: Annotated[list[StoodIn], Field(max_length=200)]


class CaseOut(Schema):
    id: UUID
    organization: UnitOut
    status: Status
    applied_on: date | None
    decided_on: date | None
    reported_on: date | None
    confirmed_on: date | None
    decision: str = Field(description="The words of the last refusal, return or giving-up.")
    next_step: str
    next_by: str

    @staticmethod
    def resolve_next_step(row: Any) -> str:
        step = queries.next_step(row)
        return str(step.label) if step else ""

    @staticmethod
    def resolve_next_by(row: Any) -> str:
        return queries.next_by(row)


class FoundingOut(CaseOut):
    """A union that is to be founded under ``organization``; once the result is approved it is ``unit``."""

    name: str
    code: str
    kind: str
    level: Level
    employers: list[str]
    workers: int
    women: int
    willing: int
    opened_on: date
    unit_id: UUID | None
    credit_code: str
    certificate_on: date | None


class FoundingDetailOut(FoundingOut):
    contact: str
    talks: list[TalkOut]
    election: ElectionOut | None = None
    warnings: list[DoubtOut]

    @staticmethod
    def resolve_talks(row: Any) -> list[Any]:
        return list(row.talks.all())

    @staticmethod
    def resolve_warnings(row: Any) -> list[Doubt]:
        return [*checks.of_founding(row), *_of_election(row)]


def _of_election(row: Any) -> list[Doubt]:
    return checks.of_election(row.election) if hasattr(row, "election") else []


class ProposalIn(In):
    name: Name120
    code: Code
    kind: FoundableKind
    level: Level
    workers: Count
    willing: Count
    women: Count = 0
    employers: Annotated[list[Name120], Field(max_length=500)] = []
    contact: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""


class FoundingIn(ProposalIn):
    organization_id: UUID


class RenewalOut(CaseOut):
    term_id: UUID
    planned_on: date
    note: str


class RenewalDetailOut(RenewalOut):
    election: ElectionOut | None = None
    warnings: list[DoubtOut]

    @staticmethod
    def resolve_warnings(row: Any) -> list[Doubt]:
        return _of_election(row)


class RenewalIn(In):
    planned_on: date
    note: Line300 = ""


class DecisionIn(In):
    number: Line60 = ""


class CaseReasonIn(In):
    reason: Why


class CaseRefusalIn(In):
    reason: Why
    number: Line60 = ""


class RegistrationIn(In):
    credit_code: Annotated[str, StringConstraints(max_length=30)]
    certificate_on: date
    number: Line60 = ""


# Terms ------------------------------------------------------------------------------------------------------------
class PostOut(Schema):
    id: UUID
    kind: PostKind
    name: str
    member_id: UUID | None
    valid_from: date
    valid_to: date | None
    end_reason: str


class PostponementOut(Schema):
    id: UUID
    organization: UnitOut
    until: date
    reason: str
    status: Annotated[PostponementStatus, words_of(PostponementStatus)]
    asked_on: date
    decided_on: date | None
    decision: str


class TermOut(Schema):
    """The term of a union; days at the end are exclusive. ``due_on`` is when the re-election is due."""

    id: UUID
    organization: UnitOut
    starts_on: date
    years: int
    until: date
    due_on: date
    ended_on: date | None
    deadline_on: date | None
    reminded_on: date | None


class TermDetailOut(TermOut):
    posts: list[PostOut]
    postponements: list[PostponementOut]

    @staticmethod
    def resolve_posts(row: Any) -> list[Any]:
        return list(row.posts.order_by("valid_from", "id"))

    @staticmethod
    def resolve_postponements(row: Any) -> list[Any]:
        return list(row.postponements.select_related("organization"))


class PostIn(In):
    kind: PostKind
    name: Name60


class TermIn(In):
    organization_id: UUID
    starts_on: date
    years: Years
    posts: Annotated[list[PostIn], Field(max_length=100)] = []


class PostAddIn(PostIn):
    valid_from: date


class PostEndIn(In):
    on: date
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\S")]


class PostponementIn(In):
    until: date
    reason: Why


class PostponementDecisionIn(In):
    grant: bool
    reason: Line300 = ""
    number: Line60 = ""


class DeadlineIn(In):
    deadline: date
    number: Line60 = ""


# Rules ------------------------------------------------------------------------------------------------------------
class FormationRuleOut(Schema):
    """One band of one rule: from so many members on, up to fewer than ``to_members``. A share is ``least / per``."""

    id: UUID
    name: RuleName
    from_members: int
    to_members: int | None
    least: int
    most: int | None
    per: int
    valid_from: date
    valid_to: date | None
    source: str
    confirmed_by: str


class BandIn(In):
    from_members: Count = 0
    least: Count
    most: Count | None = None
    per: Pieces = 1


class FormationRuleIn(In):
    valid_from: date
    source: Source
    bands: Annotated[list[BandIn], Field(min_length=1, max_length=30)]
