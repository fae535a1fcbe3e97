"""Reading history back, and finding out whether it is whole."""

import json
from dataclasses import dataclass, field

from niangjia.audit.chain import anchor_file, digest_of
from niangjia.audit.models import Entry

SHOWN_FAULTS = 100


@dataclass
class Verdict:
    """What a walk along the chain found: the faults in words, and how much stands unsealed."""

    sealed: int = 0
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def verify() -> Verdict:
    """Walk the whole chain. An edited, removed, added or reordered entry is a fault named by its number."""
    verdict = Verdict(unsealed=Entry.objects.unsealed().count())
    before, expected = b"", 1
    known = _anchored()
    for entry in Entry.objects.filter(sequence__isnull=False).order_by("sequence").iterator(2_000):
        number = entry.sequence or 0
        if number != expected:
            verdict.faults.append(f"{expected}–{number - 1}: removed")
            before = b""
        digest = bytes(entry.digest or b"")
        if number == expected and digest != digest_of(entry, before):
            verdict.faults.append(f"{number}: changed or moved ({entry.action}, {entry.at:%Y-%m-%d %H:%M:%S})")
        if known and known[0] == number and known[1] != digest:
            verdict.faults.append(f"{number}: differs from the anchor outside the database")
        before, expected = digest, number + 1
        verdict.sealed += 1
    if known and known[0] >= expected:
        verdict.faults.append(f"{expected}–{known[0]}: removed at the end")
    del verdict.faults[SHOWN_FAULTS:]
    return verdict


def _anchored() -> tuple[int, bytes] | None:
    try:
        noted = json.loads(anchor_file().read_text())
    except FileNotFoundError:
        return None
    return noted["sequence"], bytes.fromhex(noted["digest"])
