"""What programs send and get about programmes."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import StringConstraints

from niangjia.benefits.models import (
    FrontLine,
    Gift,
    Handout,
    HandoutStatus,
    MoneySource,
    Occasion,
    ProgrammeStatus,
)
from niangjia.benefits.queries.handing import SplitRow
from niangjia.benefits.queries.members import Standing
from niangjia.core.shapes import Count, Fen, In, Line30, Line200, Moment, Name100, Pieces, UnitOut
from niangjia.ledgers.shapes import BalanceOut

Year = Annotated[int, Field(ge=2000, le=2100)]
Name80 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"\S")]
Purpose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600, pattern=r"\S")]
Rules = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9-]*$")]
Contents = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"\S")]
UnitWord = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
Where = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Signature = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


# Programmes --------------------------------------------------------------------------------------------------------
class GiftOut(Schema):
    """What is in a pack, what it costs, and how many there are for each channel."""

    id: UUID
    item_id: UUID
    name: str
    contents: str
    unit: str
    unit_price_fen: int
    quantity_online: int
    quantity_offline: int
    protected: int
    money_source: MoneySource

    @staticmethod
    def resolve_name(row: Gift) -> str:
        return row.item.name

    @staticmethod
    def resolve_unit(row: Gift) -> str:
        return row.item.unit

    @staticmethod
    def resolve_unit_price_fen(row: Gift) -> int:
        return row.unit_price


class PlaceToCollectOut(Schema):
    id: UUID
    name: str
    address: str
    hours: str


class TotalsOut(Schema):
    """``online_booked`` are bookings that stand or were collected, those made at a desk included."""

    online_booked: int
    online_collected: int
    assisted: int
    cancelled: int
    not_collected: int
    given_back: int
    offline_listed: int
    offline_handed_out: int
    all: int
    handed_out: int


class ProgrammeOut(Schema):
    """One round of gifts. Its key is also that of its offer, and the purpose of its stock."""

    id: UUID
    organization: UnitOut
    code: str
    name: str
    occasion: Occasion
    year: int
    status: ProgrammeStatus
    purpose: str
    rules_text: str
    contact_phone: str
    one_per_person: bool
    opens_at: datetime | None
    closes_at: datetime | None
    cancel_until: datetime | None
    collect_from: datetime | None
    collect_until: datetime | None
    published_at: datetime | None
    closed_at: datetime | None


class MissingOut(Schema):
    step: str
    text: str


class ProgrammeDetailOut(ProgrammeOut):
    """With its plan; ``missing`` is what stands between a draft and its publication, ``warnings`` never block."""

    audience_id: UUID | None
    gifts: list[GiftOut]
    points: list[PlaceToCollectOut]
    totals: TotalsOut
    missing: list[MissingOut]
    warnings: list[str]


class PublicProgrammeOut(ProgrammeOut):
    """What everybody may read: what is given, to whom in words, when, where, and how it stands."""

    gifts: list[GiftOut]
    points: list[PlaceToCollectOut]
    who: str = Field(description="Who is eligible, in words.")
    totals: TotalsOut
    shows_result: bool


class ResultOut(Schema):
    """One line of the public result: nothing that would name a person."""

    person_masked: str
    organization: str
    gift: str


class ProgrammeIn(In):
    organization_id: UUID
    name: Name80
    purpose: Purpose
    occasion: Occasion
    year: Year
    code: Code | None = None
    rules_text: Rules = ""
    contact_phone: Line30 = ""
    one_per_person: bool = True


class ProgrammeChanges(In):
    """Words at any time; the rest while it is a draft, later deadlines also while it runs."""

    name: Name80 | None = None
    purpose: Purpose | None = None
    occasion: Occasion | None = None
    year: Year | None = None
    code: Code | None = None
    rules_text: Rules | None = None
    contact_phone: Line30 | None = None
    one_per_person: bool | None = None


class TimesIn(In):
    """When can be booked, cancelled and collected; what is not sent stays."""

    opens_at: Moment | None = None
    closes_at: Moment | None = None
    cancel_until: Moment | None = None
    collect_from: Moment | None = None
    collect_until: Moment | None = None


class PointsIn(In):
    point_ids: list[UUID] = Field(max_length=100)


class ProgrammeAudienceIn(In):
    audience_id: UUID | None


class GiftIn(In):
    name: Name100
    contents: Contents
    unit: UnitWord = "份"
    unit_price_fen: Fen
    quantity_online: Count = 0
    quantity_offline: Count = 0
    protected: Count = 0
    money_source: MoneySource = MoneySource.OWN


class GoodsIn(In):
    quantity: Pieces
    unit_price_fen: Fen | None = None
    money_source: MoneySource | None = None
    note: Line200 = ""


# Groups and hand-outs ----------------------------------------------------------------------------------------------
class SplitOut(Schema):
    """So many packs of a gift for one group, handed out by a list that is signed."""

    id: UUID
    name: str
    group: FrontLine
    gift_id: UUID
    audience_id: UUID
    quantity: int
    where: str
    on: date | None
    listed: int
    handed_out: int
    free: int

    @staticmethod
    def of(row: SplitRow) -> dict[str, Any]:
        names = ("id", "name", "group", "gift_id", "audience_id", "quantity", "where", "on")
        known = {name: getattr(row.split, name) for name in names}
        return known | {"listed": row.listed, "handed_out": row.handed_out, "free": row.free}


class SplitIn(In):
    name: Name80
    group: FrontLine
    gift_id: UUID
    audience_id: UUID
    quantity: Pieces
    where: Where = ""
    on: date | None = None


class FilledOut(Schema):
    listed: int
    left_over: int = Field(description="Eligible people for whom there is no pack.")


class SheetIn(In):
    absent: list[Annotated[int, Field(ge=1)]] = Field([], max_length=9_999, description="Numbers that are not signed.")


class RefusedNumberOut(Schema):
    number: int
    why: str


class RecordedOut(Schema):
    done: int
    refused: list[RefusedNumberOut]


class HandoutOut(Schema):
    id: UUID
    split_id: UUID
    number: int
    member_id: UUID
    person: str
    unit: str
    occupation: str
    quantity: int
    status: HandoutStatus
    handed_at: datetime | None
    helper_name: str
    signed_by: str

    @staticmethod
    def resolve_person(row: Handout) -> str:
        return row.member.name

    @staticmethod
    def resolve_unit(row: Handout) -> str:
        return row.unit.name

    @staticmethod
    def resolve_occupation(row: Handout) -> str:
        return str(row.occupation or "")


class ListIn(In):
    member_id: UUID


class SignedIn(In):
    signed_by: Signature = Field("", description="Who signed for somebody else.")


# Acting for somebody -----------------------------------------------------------------------------------------------
class DeskPersonOut(Schema):
    member_id: UUID
    person: str
    unit: str
    eligible: bool
    served: bool


class BookForIn(In):
    member_id: UUID


class HandOutNowIn(BookForIn):
    point_id: UUID | None = None


class DeskBookingOut(Schema):
    booking_id: UUID
    number: int


class UnmetOut(Schema):
    text: str
    found: str
    remedy: str


class StandingOut(Schema):
    """Where I stand with a programme, and which conditions are not met."""

    standing: Standing
    left: int
    may_cancel: bool
    booking_id: UUID | None
    unmet: list[UnmetOut]


# Report ------------------------------------------------------------------------------------------------------------
class ReportLineOut(Schema):
    """Who was served under one heading; ``waiting`` bookings stand, ``missed`` ones nobody collected."""

    label: str
    online: int
    assisted: int
    offline: int
    waiting: int
    missed: int
    served: int


class MoneyOut(Schema):
    source: str
    item: str
    quantity: int
    amount_fen: int


class LeftOut(Schema):
    item: str
    balance: BalanceOut
    not_given: int


class RefusedOut(Schema):
    text: str
    count: int


class ReportOut(Schema):
    """Every figure is counted now, from the bookings, the hand-outs and the ledger."""

    totals: TotalsOut
    served: int
    amount_fen: int
    agrees: bool
    considered: int
    eligible: int
    by_unit: list[ReportLineOut]
    by_occupation: list[ReportLineOut]
    by_channel: dict[str, int]
    by_group: dict[str, int]
    money: list[MoneyOut]
    left: list[LeftOut]
    not_eligible: list[RefusedOut]
    turned_away: list[RefusedOut]


class FiledPaperOut(Schema):
    id: UUID
    title: str
    kind: str
    made_at: datetime
    address: str = Field(description="The page from which its files can be downloaded.")
