"""The invented workers, one after another: the ``n``-th is the same person however many there are to be."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from niangjia.demo import numbers
from niangjia.demo.names import person_name
from niangjia.demo.trades import Trade
from niangjia.demo.tree import FAR, NEIGHBOUR, POOL, UNIT, Company, Layout

SEED = "12351"
TODAY = date(2026, 11, 1)  # the register's own day: ages and joining dates do not move with the day of loading
FRONT_LINE = frozenset({"保洁员", "保安员", "环卫工人", "货车司机"})
PLATFORM = {"网约送餐员": 40, "网约车司机": 24, "货车司机": 20, "快递员": 16}  # who waits in the holding pool

IN_POOL = 0.015
RETAINED = 0.012
OCCUPATION_UNKNOWN = 0.035
PHONE_UNKNOWN = 0.03
EMPLOYER_UNKNOWN = 0.01
DUTY_UNKNOWN = 0.45
SHARES_A_HOME = 0.08


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the register, before it is written. Birth date and sex are in the ID number."""

    name: str
    id_number: str
    phone: str
    union: str
    employer: int | None
    occupation: str
    joined_on: date | None
    on_duty: bool | None
    home: str = ""
    state: str = "active"


@dataclass(frozen=True)
class Size:
    """How many people there are. Those whom the page's figures need are there at any scale."""

    unit: int = 20_000
    elsewhere: int = 4_000
    boxes: int = 1_200
    packs: int = 1_068

    @property
    def at_work(self) -> int:
        """Front-line workers of the unit who surely stay over the festival: the packs and some to spare."""
        return math.ceil(self.packs * 1.12)

    @property
    def needed(self) -> int:
        """Them, and those who book, with some who are too late."""
        return self.at_work + math.ceil(self.boxes * 1.15)

    def scaled(self, scale: float) -> "Size":
        return Size(
            unit=max(self.needed, round(self.unit * scale)),
            elsewhere=max(100, round(self.elsewhere * scale)),
            boxes=self.boxes,
            packs=self.packs,
        )


class Population:
    """Draws people for a layout. Two populations of one seed and layout draw the same ones."""

    def __init__(self, layout: Layout, size: Size) -> None:
        self._size = size
        self._layout = layout
        self._homes: list[str] = []

    def unit(self) -> Iterator[Person]:
        """The people of Tianqiao; the first of them are the front-line workers who stay over the festival."""
        ids = numbers.IdNumbers()
        places = _Places(self._layout.companies_under(UNIT))
        for number in range(self._size.unit):
            random = Random(f"{SEED}:{number}")
            if number < self._size.at_work:
                yield self._person(random, ids, number, *places.front_line(random), on_duty=True)
            elif random.random() < IN_POOL:
                yield self._pooled(random, ids, number)
            else:
                yield self._person(random, ids, number, *places.any(random))

    def elsewhere(self) -> Iterator[Person]:
        """The people of the neighbouring subdistrict and of one in another district, three to two."""
        ids = numbers.IdNumbers(numbers.COUNTY_ELSEWHERE)
        near = _Places(self._layout.companies_under(NEIGHBOUR))
        far = _Places(self._layout.companies_under(FAR))
        for number in range(self._size.elsewhere):
            random = Random(f"{SEED}:elsewhere:{number}")
            places = near if number % 5 < 3 else far
            yield self._person(random, ids, 1_000_000 + number, *places.any(random))

    def _person(
        self,
        random: Random,
        ids: numbers.IdNumbers,
        number: int,
        company: Company,
        job: str,
        *,
        on_duty: bool | None = None,
    ) -> Person:
        trade = company.trade
        sex = "f" if random.random() * 100 < _women(trade, job) else "m"
        born_on = _birthday(random, trade.ages, oldest=54 if sex == "f" else 59)
        certain = on_duty is True
        return Person(
            name=person_name(random, sex=sex, born=born_on.year),
            id_number=ids.draw(random, born_on=born_on, sex=sex),
            phone="" if random.random() < PHONE_UNKNOWN else numbers.phone(number),
            union=company.union,
            employer=None if random.random() < EMPLOYER_UNKNOWN else company.number,
            occupation=job if certain or random.random() > OCCUPATION_UNKNOWN else "",
            joined_on=_joined(random, born_on),
            on_duty=on_duty if certain else _on_duty(random, job),
            home=self._home(random, company),
            state="active" if certain or random.random() > RETAINED else "retained",
        )

    def _pooled(self, random: Random, ids: numbers.IdNumbers, number: int) -> Person:
        """Somebody who joined by herself and waits for a unit: no employer on record."""
        sex = "f" if random.random() < 0.2 else "m"
        born_on = _birthday(random, (20, 31, 52), oldest=54)
        return Person(
            name=person_name(random, sex=sex, born=born_on.year),
            id_number=ids.draw(random, born_on=born_on, sex=sex),
            phone=numbers.phone(number),
            union=POOL,
            employer=None,
            occupation=random.choices(list(PLATFORM), list(PLATFORM.values()))[0],
            joined_on=TODAY - timedelta(days=random.randint(20, 500)),
            on_duty=None,
            state="pooled",
        )

    def _home(self, random: Random, company: Company) -> str:
        """An address for a few; every other of them lives with somebody who is in the register already."""
        if random.random() > SHARES_A_HOME:
            return ""
        if self._homes and random.random() < 0.5:
            return self._homes.pop(random.randrange(len(self._homes)))
        quarter = company.address.rpartition("社区")[0] + "社区"
        house, entrance = f"{random.randint(1, 60)}号院{random.randint(1, 18)}楼", f"{random.randint(1, 6)}单元"
        home = f"{quarter}{house}{entrance}9{len(self._homes):02d}室"
        self._homes.append(home)
        return home


class _Places:
    """Where a person can work: companies by their size, jobs by the shares of the trade."""

    def __init__(self, companies: list[Company]) -> None:
        self._companies = companies
        self._sizes = [company.workers for company in companies]
        pairs = [
            (company, job, company.workers * share)
            for company in companies
            for job, share in company.trade.jobs.items()
            if job in FRONT_LINE
        ]
        self._pairs = [(company, job) for company, job, _weight in pairs]
        self._weights = [weight for _company, _job, weight in pairs]

    def any(self, random: Random) -> tuple[Company, str]:
        company = random.choices(self._companies, self._sizes)[0]
        jobs = company.trade.jobs
        return company, random.choices(list(jobs), list(jobs.values()))[0]

    def front_line(self, random: Random) -> tuple[Company, str]:
        return random.choices(self._pairs, self._weights)[0]


WOMEN_BY_JOB = {"保安员": 9, "货车司机": 4, "保洁员": 68, "环卫工人": 40, "水暖工": 3, "会计": 76, "行政人员": 64}


def _women(trade: Trade, job: str) -> int:
    return WOMEN_BY_JOB.get(job, trade.women)


def _birthday(random: Random, ages: tuple[int, int, int], *, oldest: int) -> date:
    youngest, usual, last = ages
    age = random.triangular(youngest, min(last, oldest), min(usual, oldest - 1))
    return TODAY - timedelta(days=int(age * 365.25))


def _joined(random: Random, born_on: date) -> date | None:
    if random.random() < 0.02:
        return None
    first = max(born_on + timedelta(days=19 * 366), date(2006, 3, 1))
    if first >= TODAY:
        return TODAY - timedelta(days=random.randint(1, 60))
    return first + timedelta(days=int((TODAY - first).days * random.random() ** 0.5))


def _on_duty(random: Random, job: str) -> bool | None:
    """Whether somebody stays at work over the festival; of many nobody has asked."""
    if random.random() < DUTY_UNKNOWN:
        return None
    return random.random() < (0.16 if job in FRONT_LINE else 0.05)
