"""Random histories of units, employers and workplaces: every figure, of any day, known on any day, is the model's."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from niangjia.core import clock
from niangjia.core.clock import Moment
from niangjia.core.errors import DomainError
from niangjia.coverage import figures, recount, services, tallies
from niangjia.coverage.models import Employer, How, PlaceKind, ReachedHow, Subject, Workplace
from niangjia.coverage.tests.beliefs import DAYS, Beliefs, Thing, next_row
from niangjia.coverage.unions import HOW
from niangjia.org import positions, queries
from niangjia.org import services as org
from niangjia.org.models import Kind, Level, Organization

pytestmark = pytest.mark.django_db

FIRST = date(2025, 12, 22)  # the story passes the end of a month and of a year
WORKERS = (None, 0, 24, 25, 99, 100, 999, 1_000)
pick = st.integers(0, 10_000)
back = st.integers(0, DAYS)


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


class Story(RuleBasedStateMachine):
    """What officers do, on days that pass; each thing is done to the register and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.today, self.minutes, self.names = 3, 0, 0
        self.beliefs = Beliefs()
        for _ in range(self.today):
            self.beliefs.day_ends()
        self._clock = pytest.MonkeyPatch()
        self._clock.setattr(clock, "now", self.now)
        city = self._found(None, Kind.FEDERATION, Level.PROVINCE)
        for _ in range(2):
            district = self._found(city, Kind.FEDERATION, Level.DISTRICT)
            street = self._found(district, Kind.FEDERATION, Level.SUBDISTRICT)
            self._found(street, Kind.SINGLE, Level.PRIMARY)
            self._found(street, Kind.JOINT, Level.PRIMARY)

    def teardown(self) -> None:
        self._clock.undo()
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def now(self) -> Moment:
        self.minutes += 1
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 2, tzinfo=UTC) + timedelta(
            days=self.today, seconds=self.minutes
        )
        return Moment(at, day_of(self.today))

    # What there is ----------------------------------------------------------------------------------------------
    def unit(self, number: int) -> Organization:
        keys = list(self.beliefs.now.units)
        return Organization.objects.get(pk=keys[number % len(keys)])

    def employer(self, number: int) -> tuple[Employer, Thing] | None:
        keys = list(self.beliefs.now.employers)
        key = keys[number % len(keys)] if keys else None
        return (Employer.objects.get(pk=key), self.beliefs.now.employers[key]) if key else None

    def workplace(self, number: int) -> tuple[Workplace, Thing] | None:
        keys = list(self.beliefs.now.workplaces)
        key = keys[number % len(keys)] if keys else None
        return (Workplace.objects.get(pk=key), self.beliefs.now.workplaces[key]) if key else None

    def day(self, number: int) -> int:
        """A day that has come, and not the one which stands for all before the story."""
        return max(1, self.today - number)

    def name(self) -> str:
        self.names += 1
        return f"单位{self.names}"

    def _found(self, parent: Organization | None, kind: Kind, level: Level, opened: int | None = None) -> Organization:
        opened_on = day_of(opened) if opened else None
        name = self.name()
        made = org.create_organization(
            parent=parent, code=name, name=name, kind=kind, level=level, opened_on=opened_on, actor=None
        )
        unit = self.beliefs.now.units[made.pk] = Thing()
        unit.begin(0, parent=parent.pk if parent else None, kind=kind, level=level, open=True)
        if opened:
            unit.say("open", False, 0, opened)
        return made

    # What happens -----------------------------------------------------------------------------------------------
    @rule()
    def a_day_passes(self) -> None:
        if self.today < DAYS - 2:
            self.beliefs.day_ends()
            self.today += 1

    @rule(above=pick, which=pick, ago=back, dated=st.booleans())
    def found_a_unit(self, above: int, which: int, ago: int, dated: bool) -> None:
        parent = self.unit(above)
        fitting = positions.below(positions.of(parent))
        if fitting and not parent.closed_on:
            kind, level = fitting[which % len(fitting)]
            self._found(parent, kind, level, self.day(ago) if dated else None)

    @rule(which=pick, to=pick, ago=back)
    def move_a_unit(self, which: int, to: int, ago: int) -> None:
        unit, above, since = self.unit(which), self.unit(to), self.day(ago)
        if unit.parent_id is None:
            return
        now = self.beliefs.now
        rings = any(unit.pk in now.above(above.pk, day) for day in range(since, DAYS))
        moved = any(now.units[unit.pk].at("parent", day) != unit.parent_id for day in range(since, DAYS))
        fits = not positions.wrong_place(positions.of(unit), positions.of(above)) and not above.closed_on
        try:
            org.move_organization(unit, to=above, on=day_of(since), actor=None)
        except DomainError:
            assert rings or moved or not fits
        else:
            assert fits
            assert not rings
            assert not moved
            now.units[unit.pk].say("parent", above.pk, since)

    @rule(which=pick, ago=back)
    def change_the_kind_of_a_unit(self, which: int, ago: int) -> None:
        unit, since = self.unit(which), self.day(ago)
        kind = {Kind.SINGLE: Kind.JOINT, Kind.JOINT: Kind.SINGLE}.get(Kind(unit.kind))
        if kind and unit.level == Level.PRIMARY:
            org.change_organization(unit, kind=kind, on=day_of(since), actor=None)
            self.beliefs.now.units[unit.pk].say("kind", kind, since)

    @rule(which=pick, ago=back)
    def close_or_reopen_a_unit(self, which: int, ago: int) -> None:
        unit, since = self.unit(which), self.day(ago)
        act = org.reopen_organization if unit.closed_on else org.close_organization
        try:
            act(unit, on=day_of(since), actor=None)
        except DomainError:
            return
        self.beliefs.now.units[unit.pk].say("open", bool(unit.closed_on), since)

    @rule(where=pick, workers=st.sampled_from(WORKERS), ownership=st.sampled_from(("110", "170", "")), ago=back)
    def enter_an_employer(self, where: int, workers: int | None, ownership: str, ago: int) -> None:
        unit, since = self.unit(where), self.day(ago)
        made = services.create_employer(
            organization=unit, name=self.name(), workers=workers, ownership=ownership, industry="11",
            on=day_of(since), actor=None,
        )  # fmt: skip
        thing = self.beliefs.now.employers[made.pk] = Thing()
        thing.begin(since, unit=unit.pk, ownership=ownership, industry="11", status="open")
        thing.begin(0, workers=(workers, None))
        how = HOW.get(unit.kind) if unit.level == Level.PRIMARY else None
        thing.begin(since, coverage=(self.names, how) if how else None)

    @rule(which=pick, by=pick, ago=back)
    def cover_an_employer(self, which: int, by: int, ago: int) -> None:
        found, union, since = self.employer(which), self.unit(by), self.day(ago)
        if not found:
            return
        employer, thing = found
        try:
            services.cover(employer, by=union, on=day_of(since), actor=None)
        except DomainError:
            assert thing.at("status", since) != "open" or union.kind not in HOW or union.closed_on
            return
        closed = [day for day in range(since, DAYS) if thing.at("status", day) != "open"]
        self.names += 1
        until = min([next_row(thing.facts["coverage"], since), *closed])
        thing.say("coverage", (self.names, How(HOW[union.kind])), since, until)

    @rule(which=pick, ago=back)
    def uncover_an_employer(self, which: int, ago: int) -> None:
        found, since = self.employer(which), self.day(ago)
        if not found:
            return
        employer, thing = found
        try:
            services.uncover(employer, on=day_of(since), reason="解散", actor=None)
        except DomainError:
            assert thing.at("coverage", since) is None
            return
        thing.say("coverage", None, since, thing.run_end("coverage", since))

    @rule(which=pick, workers=st.sampled_from(WORKERS), ownership=st.sampled_from(("110", "170")), to=pick, ago=back)
    def correct_an_employer(self, which: int, workers: int | None, ownership: str, to: int, ago: int) -> None:
        found, since, unit = self.employer(which), self.day(ago), self.unit(to)
        if not found:
            return
        employer, thing = found
        services.change_employer(
            employer, workers=workers, ownership=ownership, organization=unit, on=day_of(since), actor=None
        )
        first = thing.first_day("status")
        for name in ("unit", "ownership", "industry", "status"):
            if since < first:
                thing.say(name, thing.at(name, first), since, first)
        if since < first:
            thing.say("workers", thing.at("workers", first), since, first)
        for name, value in (("workers", (workers, since)), ("ownership", ownership), ("unit", unit.pk)):
            thing.say(name, value, since, thing.run_end(name, since))

    @rule(which=pick, ago=back)
    def close_or_reopen_an_employer(self, which: int, ago: int) -> None:
        found, since = self.employer(which), self.day(ago)
        if not found:
            return
        employer, thing = found
        closing = thing.at("status", DAYS - 1) == "open"
        act = services.close_employer if closing else services.reopen_employer
        try:
            act(employer, on=day_of(since), actor=None)
        except DomainError:
            assert thing.at("status", since) is None
            return
        thing.say("status", "closed" if closing else "open", since)
        if closing:
            thing.say("coverage", None, since)

    @rule(where=pick, kind=st.sampled_from(PlaceKind), ago=back)
    def enter_a_workplace(self, where: int, kind: PlaceKind, ago: int) -> None:
        unit, since = self.unit(where), self.day(ago)
        made = services.create_workplace(organization=unit, kind=kind, name=self.name(), on=day_of(since), actor=None)
        thing = self.beliefs.now.workplaces[made.pk] = Thing()
        thing.begin(since, unit=unit.pk, kind=kind, open=True, reach=None)

    @rule(which=pick, by=pick, how=st.sampled_from(ReachedHow), ago=back)
    def reach_a_workplace(self, which: int, by: int, how: ReachedHow, ago: int) -> None:
        found, since = self.workplace(which), self.day(ago)
        if not found or not found[1].at("open", since):
            return
        place, thing = found
        services.reach(place, by=self.unit(by), how=how, on=day_of(since), actor=None)
        self.names += 1
        thing.say("reach", (self.names, how), since, next_row(thing.facts["reach"], since))

    # What must hold ---------------------------------------------------------------------------------------------
    @rule(which=pick, subject=st.sampled_from(Subject), on=back, known=st.none() | st.integers(3, DAYS))
    def ask(self, which: int, subject: Subject, on: int, known: int | None) -> None:
        self.compare(self.unit(which), subject, self.day(on), known)

    @rule()
    def ask_of_today(self) -> None:
        root = Organization.objects.get(parent=None)
        for subject in Subject:
            said = figures.total(root, subject)
            assert said.number == sum(
                n for cell, n in self.counted(root, subject, self.today).items() if len(cell) == 4
            )

    def counted(self, node: Organization, subject: Subject, day: int, known: int | None = None) -> Counter[Any]:
        if known is not None:
            day = min(day, known)
        return self.beliefs.known(known).count(node.pk, subject, day)

    def compare(self, node: Organization, subject: Subject, day: int, known: int | None) -> None:
        if known is not None and known > self.today:
            known = None
        counted = self.counted(node, subject, day, known)
        known_on = None if known is None else day_of(known)
        for position, by in enumerate(figures.COLUMNS):
            numbers: Counter[Any] = Counter()
            workers: Counter[Any] = Counter()
            for cell, number in counted.items():
                (workers if len(cell) == 5 else numbers)[cell[position]] += number
            said = figures.count(node, subject, on=day_of(day), known_on=known_on, by=by)
            assert {value: one.number for value, one in said.items()} == dict(numbers)
            assert {value: one.workers for value, one in said.items() if one.workers} == dict(workers)

    def check_everything(self) -> None:
        assert list(recount.faults()) == []
        assert queries.misplaced() == []
        for node in Organization.objects.all()[:6]:
            for subject in Subject:
                for known in (None, 4, self.today - 1):
                    self.compare(node, subject, self.today - 2, known)


class CheckedStory(Story):
    def teardown(self) -> None:
        try:
            self.check_everything()
        finally:
            super().teardown()


QUIET = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def test_every_figure_is_that_of_the_plain_model() -> None:
    run_state_machine_as_test(CheckedStory, settings=QUIET)


@pytest.mark.parametrize(("forgotten", "every"), [("count", 5), ("shift", 2)])
def test_a_tally_that_forgets_is_found_out(forgotten: str, every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: one application of the tally dropped in a few, and the same story fails."""
    true, calls = getattr(tallies, forgotten), Counter[str]()

    def forgets(*args: Any, **options: Any) -> None:
        calls["all"] += 1
        if calls["all"] % every:
            true(*args, **options)

    monkeypatch.setattr(tallies, forgotten, forgets)
    once = settings(QUIET, derandomize=True)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(CheckedStory, settings=once)
