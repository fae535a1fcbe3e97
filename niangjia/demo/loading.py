"""How the demo is written: step by step, a step in one transaction and once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.audit.models import Entry
from niangjia.core.transactions import whole
from niangjia.coverage.models import Employer
from niangjia.demo.people import SEED, Size
from niangjia.demo.tree import CITY, Layout, layout
from niangjia.org.models import Organization

DONE = "demo.step.load"
DATA_LANGUAGE = "zh-hans"  # whatever the language of the terminal

Say = Callable[[str], object]
Advance = Callable[[float], None]


class Demo:
    """What the steps share: the plan, drawn from the seed, and the day."""

    def __init__(self, size: Size, *, on: date) -> None:
        self.size = size
        self.on = on
        self.layout: Layout = layout(Random(SEED))

    def unions(self) -> dict[str, Organization]:
        return {row.code: row for row in Organization.objects.all()}

    def employers(self) -> dict[int, Employer]:
        by_code = {row.credit_code: row for row in Employer.objects.exclude(credit_code="")}
        return {company.number: by_code[company.credit_code] for company in self.layout.companies}


@dataclass(frozen=True)
class Step:
    """A piece of work, what is said while it runs, and its share of the time of all."""

    code: str
    words: str | Promise
    share: float
    work: Callable[[Demo, Advance], None]


def load(demo: Demo, steps: Sequence[Step], say: Say) -> bool:
    """Do the steps that are not done yet, each whole or not at all; false when there was nothing to do."""
    total, before, worked = sum(step.share for step in steps), 0.0, False
    for step in steps:
        if not _is_done(step):
            worked = True
            say(f"{100 * before / total:.0f}% {step.words}")
            _do(demo, step, _teller(say, step, before / total, step.share / total))
        before += step.share
    if worked:
        say("100% " + _("Ready"))
    return worked


def is_demo() -> bool:
    """Whether what is in the database was put there by this loader."""
    return Entry.objects.filter(action=DONE).exists()


def _teller(say: Say, step: Step, start: float, share: float) -> Advance:
    """Says how far a step is, whenever another whole percent of all the work is done."""
    told, words = int(100 * start), str(step.words)

    def advance(part: float) -> None:
        nonlocal told
        now = int(100 * (start + share * part))
        if now > told:
            told = now
            say(f"{now}% {words}")

    return advance


def _is_done(step: Step) -> bool:
    return Entry.objects.filter(action=DONE, data__step=step.code).exists()


@whole
def _do(demo: Demo, step: Step, advance: Advance) -> None:
    with translation.override(DATA_LANGUAGE):
        step.work(demo, advance)
    audit.record(None, DONE, Organization.objects.get(code=CITY), step=step.code)
