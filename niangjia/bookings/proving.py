"""The file of a draw, and what anybody can recompute from it. Nothing here knows the database, or a person.

The shape of the file is described in docs/draw.md. Whatever it may hold instead is refused with the place.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from niangjia.bookings import drawing
from niangjia.bookings.drawing import ALGORITHM, Blinded
from niangjia.bookings.placing import Pools, fall

FORMAT = "niangjia-draw-file/1"
LARGEST = 2**31 - 1


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogue. Django's own would want the settings of an installation."""
    return message


class SharePool(NamedTuple):
    """A share as it is published: its place (the bit of an entry's ``shares``), its name, its free pieces."""

    position: int
    name: str
    pieces: int


@dataclass(frozen=True)
class PoolsNow:
    """What was free at one moment."""

    anybody: int
    shares: tuple[SharePool, ...] = ()

    @property
    def pieces(self) -> int:
        return self.anybody + sum(share.pieces for share in self.shares)

    def pools(self) -> Pools:
        return Pools(self.anybody, [share.pieces for share in self.shares])

    def content(self) -> dict[str, Any]:
        return {"anybody": self.anybody, "shares": [share._asdict() for share in self.shares]}


class Placed(NamedTuple):
    """What the draw gave one ticket: its place in line, and the pool of its piece, or nothing."""

    ticket: str
    place: int
    pool: int | None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What is known once it has been drawn."""

    value: str
    source: str
    entered_at: str
    seed: str
    drawn_at: str
    pools: PoolsNow
    places: tuple[Placed, ...]


@dataclass(frozen=True, kw_only=True)
class Published:
    """All that is published of a draw whose list is fixed; moments are texts in ISO 8601."""

    programme: str
    title: str
    commitment: str
    committed_at: str
    value_name: str
    due_at: str
    closed_at: str
    digest: str
    entries: tuple[Blinded, ...]
    pools: PoolsNow
    result: Result | None = None
    fingerprint: str = ""  # as a file states it


class Check(NamedTuple):
    """One thing that was recomputed; ``title`` is a message of this app's catalogue."""

    name: str
    title: str
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        return self.expected == self.found


TITLES = {
    "fingerprint": gettext_noop("The file is whole: its fingerprint fits its contents"),
    "noted": gettext_noop("The commitment is the one that was noted before"),
    "digest": gettext_noop("The list is the one that was fixed when entries closed"),
    "moments": gettext_noop("First the commitment, then the list, then the public value, then the draw"),
    "seed": gettext_noop("The revealed seed is the one that was committed to"),
    "order": gettext_noop("The order follows from the seed, the public value and the list"),
    "allocation": gettext_noop("Each gift fell to whom it had to fall in this order"),
}


# Writing ----------------------------------------------------------------------------------------------------------
def document(published: Published) -> dict[str, Any]:
    """The file, with its fingerprint."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "algorithm": ALGORITHM,
        "programme": {"id": published.programme, "title": published.title},
        "commitment": {"sha256": published.commitment, "at": published.committed_at},
        "public_value": {"name": published.value_name, "due_at": published.due_at},
        "list": {
            "closed_at": published.closed_at,
            "digest": published.digest,
            "pools": published.pools.content(),
            "entries": [entry._asdict() for entry in published.entries],
        },
        "result": _result(published.result) if published.result else None,
    }
    return content | {"fingerprint": fingerprint(content)}


def _result(result: Result) -> dict[str, Any]:
    return {
        "value": result.value,
        "source": result.source,
        "entered_at": result.entered_at,
        "seed": result.seed,
        "drawn_at": result.drawn_at,
        "pools": result.pools.content(),
        "places": [placed._asdict() for placed in result.places],
    }


def fingerprint(content: dict[str, Any]) -> str:
    """The SHA-256 of all but itself, as JSON in ASCII without blanks and with sorted names."""
    rest = {name: value for name, value in content.items() if name != "fingerprint"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def dump(published: Published) -> bytes:
    return json.dumps(document(published), ensure_ascii=False).encode() + b"\n"


# Recomputing ------------------------------------------------------------------------------------------------------
def verify(published: Published, *, noted: str = "") -> list[Check]:
    """Recompute everything that the file states; ``noted`` is a commitment that somebody wrote down in time."""
    checks = [
        _check("fingerprint", document(published)["fingerprint"], published.fingerprint),
        _check("digest", drawing.digest(published.entries), published.digest),
        _check("moments", *_moments(published)),
    ]
    if noted:
        checks.append(_check("noted", noted.strip().lower(), published.commitment))
    if published.result:
        checks += _checks_of(published, published.result)
    return checks


def _check(name: str, expected: str, found: str) -> Check:
    return Check(name, TITLES[name], expected, found)


def _checks_of(published: Published, result: Result) -> list[Check]:
    drawn = drawing.order(
        published.entries, seed=result.seed, value=result.value, list_digest=drawing.digest(published.entries)
    )
    fallen = fall(drawn, result.pools.pools())
    places = [f"{place} {entry.ticket}" for place, entry in enumerate(drawn, start=1)]
    pieces = [f"{entry.ticket} {fallen.get(entry.ticket, '-')}" for entry in drawn]
    stated = [f"{placed.ticket} {'-' if placed.pool is None else placed.pool}" for placed in result.places]
    return [
        _check("seed", published.commitment, drawing.commitment(result.seed)),
        _check("order", *_differing(places, [f"{placed.place} {placed.ticket}" for placed in result.places])),
        _check("allocation", *_differing(pieces, stated)),
    ]


def _moments(published: Published) -> tuple[str, str]:
    """The steps in the order in which they must have come, and in which they did."""
    steps = {"commitment": published.committed_at, "list": published.closed_at}
    if published.result:
        steps |= {"value": published.result.entered_at, "draw": published.result.drawn_at}
        if datetime.fromisoformat(published.result.entered_at) < datetime.fromisoformat(published.due_at):
            return "value ≥ due", f"{published.result.entered_at} < {published.due_at}"
    came = sorted(steps, key=lambda step: datetime.fromisoformat(steps[step]))
    return " < ".join(steps), " < ".join(came)


def _differing(expected: Sequence[str], found: Sequence[str]) -> tuple[str, str]:
    """The first line in which two lists differ; where none does, what both hash to."""
    for right, stated in zip_longest(expected, found, fillvalue="-"):
        if right != stated:
            return right, stated
    same = hashlib.sha256("\n".join(expected).encode()).hexdigest()
    return same, same
