"""The histories that figures are made of, read for many subjects at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from niangjia.coverage.contributions import Sizes, Span, employer_spans, union_spans, workplace_spans
from niangjia.coverage.models import (
    Coverage,
    EmployerVersion,
    Reach,
    SizeRule,
    Subject,
    WorkplaceVersion,
)
from niangjia.org.models import Standing

Keys = Sequence[UUID]


def _by_subject(model: Any, keys: Keys, known_on: date | None) -> dict[UUID, list[Any]]:
    """What is known of each subject, in the order of days."""
    name = model.SUBJECT
    found = defaultdict(list)
    for row in model.objects.filter(**{f"{name}__in": keys}).known(known_on).order_by(name, "valid_from"):
        found[getattr(row, name)].append(row)
    return found


def of_employers(keys: Keys, known_on: date | None = None) -> Iterator[Span]:
    sizes = Sizes(SizeRule.objects.all())
    versions = _by_subject(EmployerVersion, keys, known_on)
    coverages = _by_subject(Coverage, keys, known_on)
    for key, rows in versions.items():
        yield from employer_spans(rows, coverages.get(key, ()), sizes)


def of_workplaces(keys: Keys, known_on: date | None = None) -> Iterator[Span]:
    versions = _by_subject(WorkplaceVersion, keys, known_on)
    reaches = _by_subject(Reach, keys, known_on)
    for key, rows in versions.items():
        yield from workplace_spans(rows, reaches.get(key, ()))


def of_unions(keys: Keys, known_on: date | None = None) -> Iterator[Span]:
    for rows in _by_subject(Standing, keys, known_on).values():
        yield from union_spans(rows)


Read = Callable[[Keys, date | None], Iterable[Span]]
READERS: dict[Subject, Read] = {
    Subject.EMPLOYER: of_employers,
    Subject.WORKPLACE: of_workplaces,
    Subject.UNION: of_unions,
}
