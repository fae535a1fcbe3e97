"""Which column holds which field: proposed from the header's wording, the content below it, and what was learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import override

from niangjia.core import phones
from niangjia.core.cleaning import compact
from niangjia.imports.evidence import DECISIVE, MOST, PROOF, share
from niangjia.imports.reading import Table
from niangjia.imports.registry import Field, Kind, Session, Target
from niangjia.imports.wording import likeness, normal
from niangjia.ui.formats import masked_id, masked_phone

LEAST = 0.5  # below this nothing is proposed
TRUSTED = 0.9  # what wording alone can prove
LEARNED = 2.0
LISTED = frozenset({Kind.TERM, Kind.ORGANIZATION})  # of these some word at least should be known
IGNORED = ""  # what is remembered of a header that the officer has left out
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Guess:
    """One column, its first values, and the field proposed for it with how sure that is."""

    column: int
    header: str
    samples: list[str]
    field: str
    wording: float
    content: float
    proof: float  # what the content proves by itself
    learned: bool

    @property
    def shown_samples(self) -> list[str]:
        """The first values as a page shows them."""
        return [masked_sample(sample) for sample in self.samples]

    @property
    def sure(self) -> bool:
        return self.learned or self.told_by_both or self.told_by_header or self.told_by_content

    @property
    def told_by_both(self) -> bool:
        return self.wording >= 0.6 and self.content >= 0.6

    @property
    def told_by_header(self) -> bool:
        return self.wording >= 0.99

    @property
    def told_by_content(self) -> bool:
        return self.proof >= 0.7


def masked_sample(text: str) -> str:
    """A value of a column of which nobody has said yet what it holds: numbers of people lose their middle."""
    digits = compact(text)
    if len(digits) >= 15 and digits[:-1].isdigit():
        return masked_id(digits)
    return masked_phone(digits) if phones.is_mobile(phones.normal(digits)) else text


def propose(table: Table, target: Target, session: Session, learned: Mapping[str, str]) -> list[Guess]:
    """A guess for every column; a field is proposed once at most, for the column that fits it best."""
    columns = [table.column(number, MOST) for number in range(len(table.headers))]
    words = {field.name: wordings(field) for field in target.fields}
    known = {field.name: session.known(field.name) for field in target.fields}
    scored = []
    for number, (header, values) in enumerate(zip(table.headers, columns, strict=True)):
        remembered = learned.get(normal(header)) if header else None
        for field in target.fields:
            said = max((likeness(header, word) for word in words[field.name]), default=0.0) if header else 0.0
            content = share(field.kind, values, known[field.name])
            score = LEARNED if remembered == field.name else _score(field.kind, said, content, len(values))
            if remembered is None or remembered == field.name:
                scored.append((score, number, field.name, said, content))
    chosen = _best_each(scored)
    kinds = {field.name: field.kind for field in target.fields}
    return [
        _guess(number, table.headers[number], values, chosen, kinds, learned) for number, values in enumerate(columns)
    ]


Scored = tuple[float, int, str, float, float]


def _guess(
    number: int,
    header: str,
    values: Sequence[str],
    chosen: Mapping[int, Scored],
    kinds: Mapping[str, Kind],
    learned: Mapping[str, str],
) -> Guess:
    _score, _number, name, said, content = chosen.get(number, (0.0, number, "", 0.0, 0.0))
    proof = PROOF[kinds[name]] * content if name else 0.0
    known = bool(header) and normal(header) in learned
    return Guess(number, header, list(values[:3]), name, said, content, proof, known)


def _score(kind: Kind, said: float, content: float, values: int) -> float:
    """Wording and content prove independently; content that contradicts outweighs any wording."""
    score = 1 - (1 - TRUSTED * said) * (1 - PROOF[kind] * content)
    if values and kind in DECISIVE and content < 0.15:
        score *= 0.6 if said > 0.99 else 0.4
    elif values and kind in LISTED and content < 0.05 and said < 0.8:
        score *= 0.7
    return score


def _best_each(scored: Sequence[Scored]) -> dict[int, Scored]:
    """The best pairs first; each column and each field once."""
    chosen: dict[int, Scored] = {}
    taken: set[str] = set()
    for pair in sorted(scored, key=lambda pair: (-pair[0], pair[1])):
        score, column, name = pair[:3]
        if score >= LEAST and column not in chosen and name not in taken:
            chosen[column] = pair
            taken.add(name)
    return chosen


def wordings(field: Field) -> list[str]:
    """The field's label in every language of the site, its code, and the usual wordings it was registered with."""
    words = [field.name.replace("_", " "), *field.wordings]
    for language in LANGUAGES:
        with override(language):
            words.append(str(field.label))
    return list(dict.fromkeys(words))
