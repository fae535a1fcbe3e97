"""What the programs' door takes and gives, in types that every app's router shares."""

from enum import Enum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import LimitOffsetPagination
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

LARGEST = 2**31 - 1  # what an integer column holds

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Pieces = Annotated[int, Field(ge=1, le=LARGEST)]
Fen = Annotated[int, Field(ge=0, le=10**13, description="Money in fen (1/100 CNY).")]
Moment = Annotated[AwareDatetime, Field(description="A moment in ISO 8601, with its zone.")]
# Without an exact pattern of its own a name could consist of blanks, which are taken off.
Name60 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"\S")]
Name100 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"\S")]
Name120 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"\S")]
Line30 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30)]
Line60 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Line100 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Line200 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Line300 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\S")]

Value = TypeVar("Value")
Filled = Annotated[Value | None, BeforeValidator(lambda value: None if value == "" else value)]
"""What a column leaves empty is ``null`` for programs: ``Filled[Sex]``."""


def file_of(media_type: str) -> dict[str, Any]:
    """For operations that answer with a file of this type: merged into their entry in the document."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file.", "content": content}}}


ANY_FILE = file_of("*/*")
PDF = file_of("application/pdf")

# For operations that count what is tried: merged into their entry in the document.
TOO_MANY = {
    "responses": {
        429: {
            "description": "Too many attempts in a short time.",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
}


def words_of(kinds: type[Enum]) -> WithJsonSchema:
    """For an enumeration whose name another app uses too: its words stand in the document where they are used."""
    return WithJsonSchema({"type": "string", "enum": [kind.value for kind in kinds]})


class In(Schema):
    """What is sent: a name that is not known here is a mistake, and is said to be one."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """Only what was sent, for a change of some fields."""
        return self.dict(exclude_unset=True)


class Pages(LimitOffsetPagination):
    """``limit`` and ``offset``; the answer has ``items`` and the ``count`` of all."""

    class Input(Schema):
        limit: int = Field(50, ge=1, le=200)
        offset: int = Field(0, ge=0, le=LARGEST)

    def paginate_queryset(self, queryset: Any, pagination: Any, request: HttpRequest, **params: Any) -> Any:
        start = pagination.offset
        return {"items": queryset[start : start + pagination.limit], "count": self._items_count(queryset)}


class UnitOut(Schema):
    """An organisation, as far as it is named beside something else."""

    id: UUID
    code: str
    name: str
