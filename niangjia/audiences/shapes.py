"""What programs send and get about rules and audiences."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from ninja import Field, Schema
from pydantic import StringConstraints, model_validator

from niangjia.audiences import conditions
from niangjia.audiences.models import AudienceEntry, AudienceStatus, RuleVersion, YearStart
from niangjia.core.catalogue import Fact, Kind
from niangjia.core.shapes import LARGEST, In, Name120, Reason, UnitOut, words_of
from niangjia.members.models import Member

Source = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


# Rules -------------------------------------------------------------------------------------------------------------
class ConditionIn(In):
    """One condition of the builder: a fact, an operator, and what belongs to them."""

    fact: Word
    operator: Word
    value: Number | Word | list[Number | Word] | None = None
    argument: Number | Word | None = None


class GroupIn(In):
    join: Literal["all", "any"]
    items: list[ConditionIn] = Field(min_length=1, max_length=50)


class ConditionsIn(In):
    join: Literal["all", "any"]
    items: list[ConditionIn | GroupIn] = Field(max_length=50)


class RuleTextIn(In):
    """What a rule says: its source in CEL, or the builder's conditions."""

    organization_id: UUID
    source: Source | None = None
    conditions: ConditionsIn | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.source is None) == (self.conditions is None):
            raise ValueError("Send either the source of the rule or its conditions.")
        return self

    def text(self) -> str:
        """As CEL; raises ``RuleRefused`` where the conditions are not whole."""
        if self.conditions is not None:
            return conditions.write(self.conditions.dict(exclude_none=True))
        return self.source or ""


class RuleIn(RuleTextIn):
    name: Name120


class RuleCheckIn(RuleTextIn):
    first: int = Field(20, ge=0, le=100, description="How many of the people to name.")


class RuleFaultOut(Schema):
    message: str
    remedy: str
    line: int = Field(description="Counted from 1; 0 where no place can be named.")
    column: int


class PersonOut(Schema):
    id: UUID
    name: str
    organization: UnitOut
    employer: str | None
    occupation: str | None

    @staticmethod
    def resolve_employer(row: Member) -> str | None:
        return row.employer.name if row.employer else None

    @staticmethod
    def resolve_occupation(row: Member) -> str | None:
        return row.occupation.name if row.occupation else None


class RuleCheckOut(Schema):
    """Either what is wrong, or what the rule says in words, how many satisfy it now, and the first of them."""

    errors: list[RuleFaultOut] = []
    source: str = ""
    conditions: dict[str, Any] | None = Field(None, description="For the builder; null where it has no words for it.")
    words: str = ""
    count: int | None = None
    first: list[PersonOut] = []


class RuleVersionOut(Schema):
    id: UUID
    rule_id: UUID
    number: int
    source: str
    conditions: dict[str, Any] | None
    digest: str
    created_at: datetime
    created_by: str | None

    @staticmethod
    def resolve_created_by(row: RuleVersion) -> str | None:
        return str(row.created_by) if row.created_by else None


class RuleOut(Schema):
    id: UUID
    organization: UnitOut
    name: str
    created_at: datetime


class RuleWithVersionsOut(RuleOut):
    versions: list[RuleVersionOut] = Field(description="The latest first.")


class ParameterOut(Schema):
    kind: Annotated[str, words_of(Kind)]
    label: str


class FactOut(Schema):
    """One thing that a rule may ask about a member."""

    name: str
    label: str
    kind: Annotated[str, words_of(Kind)]
    source: str
    nullable: bool
    operators: list[str]
    choices: dict[str, str] | None
    parameters: list[ParameterOut]

    @staticmethod
    def resolve_label(fact: Fact) -> str:
        return str(fact.label)

    @staticmethod
    def resolve_source(fact: Fact) -> str:
        return str(fact.source)

    @staticmethod
    def resolve_operators(fact: Fact) -> list[str]:
        return conditions.operators(fact)

    @staticmethod
    def resolve_choices(fact: Fact) -> dict[str, str] | None:
        return {key: str(label) for key, label in fact.choices().items()} if fact.choices else None

    @staticmethod
    def resolve_parameters(fact: Fact) -> list[dict[str, str]]:
        return [{"kind": each.kind, "label": str(each.label)} for each in fact.parameters if not each.fact]


class ClauseOut(Schema):
    """One condition, and how one person stands to it; ``met`` is null where that is unknown."""

    text: str
    met: bool | None
    found: str
    source: str
    dated: date | None
    remedy: str
    depth: int


class ExplanationOut(Schema):
    eligible: bool
    clauses: list[ClauseOut]
    note: str
    frozen_at: datetime | None


# Audiences ---------------------------------------------------------------------------------------------------------
class AudienceIn(In):
    organization_id: UUID
    name: Name120
    rule_version_id: UUID


class AudienceOut(Schema):
    """A rule applied to the live members of one unit; once frozen, a list that answers every later question."""

    id: UUID
    organization: UnitOut
    name: str
    rule_version_id: UUID
    status: AudienceStatus
    job_id: UUID | None = Field(description="Watch the freezing under /jobs.")
    frozen_at: datetime | None
    considered: int | None
    eligible: int | None
    created_at: datetime


class EntryPersonOut(Schema):
    member_id: UUID
    person: str
    eligible: bool

    @staticmethod
    def resolve_person(row: AudienceEntry) -> str:
        return row.member.name


class TallyOut(Schema):
    """How one condition decided over those left out; ``alone`` are those whom it alone keeps out."""

    text: str
    failed: int
    unknown: int
    alone: int


# The year of an animal ----------------------------------------------------------------------------------------------
class YearStartOut(Schema):
    """With which day the year begins, since when this holds, and by which decision."""

    id: UUID
    year_start: YearStart
    valid_from: date
    valid_to: date | None
    source: str
    confirmed_by: str


class YearStartIn(In):
    year_start: YearStart
    valid_from: date
    source: Reason
