"""What a paper says, before it is set: blocks that come out alike as PDF and as Word."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

NUMERALS = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Note:
    """Small print below a table: the measure and the date of its figures."""

    text: str
    kind: str = "note"


@dataclass(frozen=True)
class Sheet:
    """A table. ``ends`` are the columns whose figures stand at the right, ``widths`` shares of the page's width."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    total: Sequence[str] | None = None
    widths: Sequence[int] = ()
    ends: Sequence[int] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    shown: str


@dataclass(frozen=True)
class Bars:
    """A chart of lying bars from zero; in Word it is a table of the same figures."""

    title: str
    rows: Sequence[Bar]
    unit: str = ""
    kind: str = "bars"


Block = Heading | Paragraph | Note | Sheet | Bars


@dataclass(frozen=True)
class Document:
    """One official paper. ``letterhead`` is the red name atop, ``number`` that of the document; both may be empty."""

    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    letterhead: str = ""
    addressee: str = ""
    signatory: str = ""
    day: str = ""
    number: str = ""

    def data(self) -> dict[str, Any]:
        """The same as JSON, for the typesetter."""
        return asdict(self)


def chinese_number(number: int) -> str:
    """``12`` as ``十二``: the numbering of headings in official papers, up to 99."""
    tens, ones = divmod(number, 10)
    text = ("" if tens == 1 else NUMERALS[tens]) + "十" if tens else ""
    return text + (NUMERALS[ones] if ones or not tens else "")
